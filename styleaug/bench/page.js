// Moves the slider of a page and reads from its pixels which θ it shows: the same for every page that is measured.
// A picture says its θ in a row of black and white blocks along its upper edge; page.py draws them.
//
// When the input comes: at the beginning of a display frame, before the animation callbacks, for that is when Chromium
// hands a page the moves of a real mouse. What counts as painted: no script is told that, so the time is taken at the
// display frame after the one in which the picture was there, one frame late for every page alike.

window.bench = (() => {
  const BLOCKS = 10; // nine bits of θ in hundredths from −1 on, and one that makes the white ones odd in number
  const eye = new OffscreenCanvas(BLOCKS, BLOCKS).getContext("2d", { willReadFrequently: true });
  eye.imageSmoothingEnabled = false; // one pixel from the middle of each block
  const frameIsDrawn = new MessageChannel();
  const readings = { milliseconds: 0, times: 0 };
  let picture = null;

  const code = (theta) => Math.round(100 * (theta + 1));
  const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const frameBegins = () => new Promise((resolve) => (document.body.animate(null, 1).onfinish = resolve));
  const nextFrame = () => new Promise(requestAnimationFrame);

  // Once the next display frame is drawn: its animation callbacks, ours among them, its layout and its paint.
  function afterFrame(callback = () => {}) {
    return new Promise((resolve) => {
      frameIsDrawn.port1.onmessage = resolve;
      requestAnimationFrame(() => {
        callback();
        frameIsDrawn.port2.postMessage(null);
      });
    });
  }

  function largestPicture() {
    const area = (candidate) => {
      const { width, height } = candidate.getBoundingClientRect();
      return width * height;
    };
    return [...document.querySelectorAll("canvas, img")].sort((one, other) => area(other) - area(one))[0];
  }

  // One pixel for each of `BLOCKS` columns and `rows` rows of the picture.
  function look(rows) {
    if (!picture?.isConnected) picture = largestPicture();
    const width = picture?.naturalWidth ?? picture?.width ?? 0;
    eye.clearRect(0, 0, BLOCKS, rows);
    if (width > 0) eye.drawImage(picture, 0, 0, width, (width * rows) / BLOCKS, 0, 0, BLOCKS, rows);
    return eye.getImageData(0, 0, BLOCKS, rows).data;
  }

  // The code of the θ that is shown; null while there is no readable picture.
  function seen() {
    const began = performance.now();
    const pixels = look(1);
    let number = 0;
    let ones = 0;
    for (let block = 0; block < BLOCKS; block++) {
      if (pixels[4 * block + 1] <= 127) continue;
      ones += 1;
      if (block < BLOCKS - 1) number += 2 ** block;
    }
    readings.milliseconds += performance.now() - began;
    readings.times += 1;
    return ones % 2 ? number : null;
  }

  function move(theta) {
    const slider = document.querySelector("#theta input[type=range]");
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(slider, theta);
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // One input event on a page at rest: milliseconds and display frames until its θ is painted, or null if it never is.
  async function moved(theta, patience) {
    await frameBegins();
    const began = performance.now();
    move(theta);
    for (let frames = 1; performance.now() - began < patience; frames++) {
      await afterFrame();
      if (seen() !== code(theta)) continue;
      await nextFrame();
      return { milliseconds: performance.now() - began, frames };
    }
    return null;
  }

  async function moves(thetas, { rest, patience }) {
    const times = [];
    for (const theta of thetas) {
      await pause(rest);
      times.push(await moved(theta, patience));
    }
    return times;
  }

  // An input event in every display frame, to and fro over the θ, ending on the last of them.
  async function drag(thetas, { seconds, patience }) {
    const path = [...thetas, ...thetas.slice(1, -1).reverse()];
    const began = performance.now();
    let events = 0;
    let drawn = 0;
    let before = seen();
    while (performance.now() - began < 1000 * seconds) {
      await afterFrame(() => move(path[events++ % path.length]));
      const now = seen();
      if (now !== null && now !== before) {
        drawn += 1;
        before = now;
      }
    }
    const milliseconds = performance.now() - began;
    move(thetas.at(-1));
    const rested = performance.now();
    while (seen() !== code(thetas.at(-1)) && performance.now() - rested < patience) await afterFrame();
    return { seconds: milliseconds / 1000, events, drawn, rested: seen() === code(thetas.at(-1)) };
  }

  // The same without a look at the pictures: seconds.
  async function wander(thetas, seconds) {
    const path = [...thetas, ...thetas.slice(1, -1).reverse()];
    const began = performance.now();
    for (let event = 0; performance.now() - began < 1000 * seconds; event++) {
      await afterFrame(() => move(path[event % path.length]));
    }
    move(thetas.at(-1));
    return (performance.now() - began) / 1000;
  }

  // A press on Paint: seconds until other pixels are on screen, and until all stops are there.
  async function press(stops, patience) {
    const stage = document.querySelector("#stage");
    const before = look(BLOCKS).join();
    const began = performance.now();
    const seconds = async (arrived) => {
      while (!arrived()) {
        if (performance.now() - began > patience) throw new Error(`no ${stops} stops in ${patience} ms`);
        await afterFrame();
      }
      await nextFrame();
      return (performance.now() - began) / 1000;
    };
    document.querySelector("#paint").click();
    const first = await seconds(() => look(BLOCKS).join() !== before);
    const all = await seconds(() => stage.dataset.sweep === "ended" && Number(stage.dataset.frames) >= stops);
    return { first, all };
  }

  return { seen, move, moves, drag, wander, press, readings };
})();

// What a person does with the picture besides dragging: play it, compare it, see it large, take it away.

const BEAT_MILLISECONDS = 120; // a frame of the film while it plays; exports play at the same pace

let player = null;
let direction = 1;

// --- Look -----------------------------------------------------------------------------------------------------------

// Back and forth over what is rendered; the slider goes along, and no request is sent.
function play() {
  if (player !== null) return stop();
  mark(tool("play"), "aria-pressed", true);
  tool("play").textContent = "Pause";
  player = setInterval(beat, BEAT_MILLISECONDS);
  beat();
}

function stop() {
  clearInterval(player);
  player = null;
  mark(tool("play"), "aria-pressed", false);
  tool("play").textContent = "Play";
}

function beat() {
  const thetas = current ? rendered(current) : [];
  if (thetas.length < 2) return;
  const ahead = (theta) => (direction > 0 ? theta > asked : theta < asked);
  if (!thetas.some(ahead)) direction = -direction;
  const next = direction > 0 ? thetas.find(ahead) : thetas.findLast(ahead);
  if (next !== undefined) moveSlider(next);
}

function toggleWipe() {
  wipe = wipe === null ? Number(slide().value) : null;
  slide().hidden = wipe === null;
  mark(tool("wipe"), "aria-pressed", wipe !== null);
  if (wipe !== null) slide().focus();
  requestDraw();
}

function toggleScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else root.requestFullscreen().catch(() => say("This browser does not allow full screen here."));
}

// --- Take away ------------------------------------------------------------------------------------------------------

let exporting = false;

function takeAway(kind) {
  if (!current || exporting) return;
  exporting = true;
  markExporting();
  say("One moment");
  trigger("export", { kind, fields: current.fields, theta: shownTheta() ?? asked, thetas: current.grid });
}

async function receiveExported(answer) {
  if (answer.error) return say(answer.error);
  const anchor = document.createElement("a");
  try {
    const response = await fetch(answer.file.url);
    if (!response.ok) throw new Error(`export: ${response.status}`);
    anchor.href = URL.createObjectURL(await response.blob()); // a blob: the server would name it by itself
  } catch {
    return say("The file did not arrive. Try again.");
  }
  anchor.download = answer.name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(anchor.href), 60_000);
  say(`Saved as ${answer.name}`);
}

function exportFailed() {
  say("The server is busy, or did not answer. Try again.");
  exportEnded();
}

function exportEnded() {
  exporting = false;
  markExporting();
}

function markExporting() {
  for (const button of element.querySelectorAll("[data-export]")) button.disabled = exporting;
}

// A link that opens this state. Gradio's own parameters, such as __theme, stay.
function link() {
  const here = new URL(window.location.href);
  const kept = [...here.searchParams].filter(([name]) => name.startsWith("__"));
  here.search = [current.link, `theta=${asked}`, new URLSearchParams(kept)].filter((part) => String(part)).join("&");
  here.hash = "";
  return here.href;
}

async function copyLink() {
  if (!current) return;
  const box = find(".link");
  box.value = link();
  try {
    await navigator.clipboard.writeText(box.value);
    box.hidden = true;
    say("Link copied");
  } catch {
    box.hidden = false; // no clipboard without https or leave: show it, selected
    box.select();
    say("Copy this link");
  }
}

// --- Buttons --------------------------------------------------------------------------------------------------------

const tool = (name) => find(`[data-tool=${name}]`);
const slide = () => find("input.wipe");
const say = (text) => write(".taken", text);

tool("play").addEventListener("click", play);
tool("wipe").addEventListener("click", toggleWipe);
tool("screen").addEventListener("click", toggleScreen);
tool("link").addEventListener("click", copyLink);
slide().addEventListener("input", () => {
  wipe = Number(slide().value);
  requestDraw();
});
for (const button of element.querySelectorAll("[data-export]")) {
  button.addEventListener("click", () => takeAway(button.dataset.export));
}

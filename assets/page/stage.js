// The stage: holds the decoded frames of one sweep and draws, on the next display frame, the one nearest to θ. It never
// mixes two frames. Where θ rests between frames it asks the server for exactly that θ.
//
// In: the component's value (news of a sweep, cumulative), and on #stage the events "theta" (the slider moved),
// "refined" (one more frame, or why not), "refine-ended" and "sweep-failed". Out: the event "refine".
// For tests and styles #stage carries data-state, data-sweep, data-frames, data-theta-asked and data-theta-shown.

const REST_MILLISECONDS = 180; // a hand or a held arrow key that is still for so long has come to rest
const TRIES = 3; // of a refine that fails for no fault of the request
const THUMBNAIL = 128; // pixels
const MOST_FRAMES = 96; // of one sweep, refined ones included

const root = element.closest("#stage");
const find = (selector) => element.querySelector(selector);
const canvas = find("canvas");
const pen = canvas.getContext("2d");

const ENDS = {
  weaken: ["all of the style", "none of it"],
  augment: ["less of the style", "more of it"],
  guide: ["away from the style", "towards it"],
};

let current = null; // the sweep whose frames are shown
let coming = null; // a newer sweep that has no frame yet
let asked = null; // θ on the slider
let shown = null; // the frame on the canvas
let wanted = { theta: null, tries: 0, error: "" }; // the last θ that the server was asked for
let inFlight = 0; // refines without an answer
let restTimer = null;
let drawRequested = false;
let failure = ""; // why the newest sweep has no picture

// --- Sweeps and their frames ----------------------------------------------------------------------------------------

function receive(news) {
  if (!news || !news.sweep) return;
  let sweep = [coming, current].find((known) => known?.id === news.sweep);
  if (!sweep) {
    const newest = coming ?? current;
    if (newest && news.sweep < newest.id) return; // late news of a superseded sweep
    sweep = coming = { id: news.sweep, recipe: news.recipe, range: news.range, frames: new Map(), loading: new Set() };
    wanted = { theta: null, tries: 0, error: "" };
    failure = "";
    asked ??= news.recipe.theta;
  }
  sweep.stops = news.stops;
  sweep.grid = news.grid;
  sweep.ended = news.ended;
  sweep.remark = news.error || news.remark;
  for (const frame of news.frames) load(sweep, frame);
  if (sweep === coming && news.ended && news.frames.length === 0) {
    coming = null;
    failure = news.error;
  }
  update();
}

async function load(sweep, frame) {
  if (sweep.frames.has(frame.theta) || sweep.loading.has(frame.theta)) return;
  sweep.loading.add(frame.theta);
  try {
    const bitmap = await decoded(frame.file.url);
    if (sweep !== current && sweep !== coming) return bitmap.close();
    sweep.frames.set(frame.theta, { ...frame, bitmap });
    if (sweep === coming) adopt(sweep);
    forgetSome(sweep);
  } catch {
    // The file could not be fetched: the θ stays without a frame, and resting there asks for it again.
  } finally {
    sweep.loading.delete(frame.theta);
  }
  update();
}

async function decoded(url, triesLeft = 1) {
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`frame: ${response.status}`);
    return await createImageBitmap(await response.blob());
  } catch (error) {
    if (triesLeft === 0) throw error;
    return decoded(url, triesLeft - 1);
  }
}

const key = (recipe) => JSON.stringify({ ...recipe, theta: 0 });

function adopt(sweep) {
  const samePictures = current && key(current.recipe) === key(sweep.recipe);
  for (const [theta, frame] of current?.frames ?? []) {
    if (samePictures && !sweep.frames.has(theta)) sweep.frames.set(theta, frame);
    else frame.bitmap.close();
  }
  current = sweep;
  coming = null;
  layFilm();
}

function forgetSome(sweep) {
  for (const [theta, frame] of sweep.frames) {
    if (sweep.frames.size <= MOST_FRAMES) return;
    if (sweep.stops.includes(theta) || theta === asked || frame === shown) continue;
    frame.bitmap.close();
    sweep.frames.delete(theta);
  }
}

function nearest(theta) {
  let best = null;
  for (const frame of current?.frames.values() ?? []) {
    if (best === null || Math.abs(frame.theta - theta) < Math.abs(best.theta - theta)) best = frame;
  }
  return best;
}

// --- Scrub, then refine ---------------------------------------------------------------------------------------------

function ask(theta) {
  if (typeof theta !== "number" || !Number.isFinite(theta)) return;
  asked = theta;
  clearTimeout(restTimer);
  restTimer = setTimeout(rest, REST_MILLISECONDS);
  requestDraw();
}

function lacksItsFrame() {
  if (!current || coming || asked === null || asked < current.range[0] || asked > current.range[1]) return false;
  return !current.frames.has(asked) && !current.loading.has(asked);
}

function mayRefine() {
  return lacksItsFrame() && !(wanted.theta === asked && (inFlight > 0 || wanted.tries >= TRIES));
}

function rest() {
  restTimer = null;
  if (mayRefine()) {
    if (wanted.theta !== asked) wanted = { theta: asked, tries: 0, error: "" };
    wanted.tries += 1;
    inFlight += 1;
    trigger("refine", { sweep: current.id, recipe: current.recipe, theta: asked });
  }
  update();
}

function receiveRefined(answer) {
  if (answer.sweep !== current?.id) return;
  if (answer.frame) load(current, answer.frame);
  else if (answer.theta === wanted.theta) {
    wanted.error = answer.error;
    if (answer.final) wanted.tries = TRIES;
  }
  update();
}

function refineEnded() {
  inFlight = Math.max(0, inFlight - 1);
  update();
}

function sweepFailed() {
  coming = null;
  failure = "The server did not answer. Press Paint to try again.";
  update();
}

// --- Drawing --------------------------------------------------------------------------------------------------------

function requestDraw() {
  if (drawRequested) return;
  drawRequested = true;
  requestAnimationFrame(draw);
}

function draw() {
  drawRequested = false;
  const frame = asked === null ? null : nearest(asked);
  if (frame && frame !== shown) {
    const { width, height } = frame.bitmap;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    pen.drawImage(frame.bitmap, 0, 0);
    shown = frame;
  }
  describe();
}

function update() {
  if (restTimer === null && mayRefine()) restTimer = setTimeout(rest, REST_MILLISECONDS);
  requestDraw();
}

// --- Words around the picture ---------------------------------------------------------------------------------------

const figures = (number) => String(Number(number.toFixed(4))).replace("-", "−");

function state() {
  if (coming) return "painting";
  if (!current) return failure ? "failed" : "empty";
  if (shown?.theta === asked) return "settled";
  return lacksItsFrame() && inFlight === 0 && wanted.theta === asked && wanted.tries >= TRIES ? "failed" : "refining";
}

function write(selector, text) {
  const target = find(selector);
  if (target.textContent !== text) target.textContent = text;
}

function describe() {
  const now = state();
  root.dataset.state = now;
  root.dataset.sweep = coming || (current && !current.ended) ? "running" : "ended";
  root.dataset.frames = coming ? 0 : (current?.frames.size ?? 0);
  root.dataset.thetaAsked = asked ?? "";
  root.dataset.thetaShown = shown?.theta ?? "";
  root.style.setProperty("--done", doneShare());
  write(".veil", veil(now));
  if (!current) return;
  write(".title", title(current.recipe));
  write(".facts", facts(now));
  write(".remark", failure || current.remark);
  if (now === "settled" || now === "failed") write(".announcement", `${title(current.recipe)}: ${facts(now)}`);
  canvas.setAttribute("aria-label", `${title(current.recipe)}, θ ${figures(shown?.theta ?? 0)}`);
  find("#theta input[type=range]")?.setAttribute("aria-valuetext", valueText(now));
  markFilm();
}

function doneShare() {
  const sweep = coming ?? current;
  if (!sweep || sweep.ended) return 1;
  return sweep.stops.filter((theta) => sweep.frames.has(theta)).length / sweep.stops.length;
}

function veil(now) {
  if (shown) return "";
  if (coming) return "The first picture is being painted";
  return failure || "Nothing painted yet: press Paint";
}

function title(recipe) {
  if (recipe.mode === "interpolate") return `${recipe.prompt} → ${recipe.style}`;
  return recipe.prompt.toLowerCase().includes(recipe.style.toLowerCase())
    ? recipe.prompt
    : `${recipe.prompt}, ${recipe.style}`;
}

function facts(now) {
  const { recipe, stops, ended } = current;
  const parts = [`${recipe.mode} at θ ${figures(shown?.theta ?? 0)}`, `seed ${recipe.seed}`];
  if (recipe.second_seed !== null) parts.push(`second seed ${recipe.second_seed}`);
  if (now === "refining") parts.push(`painting θ ${figures(asked)}`);
  else if (now === "failed") parts.push(`θ ${figures(asked)}: ${wanted.error || "no answer from the server"}`);
  else if (now === "painting") parts.push("a new picture is being painted");
  else if (shown) parts.push(shown.cached ? "from the cache" : `painted in ${shown.seconds.toFixed(1)} s`);
  if (now !== "painting" && !ended) parts.push(`${stops.filter((theta) => current.frames.has(theta)).length} of ${stops.length} stops`);
  return parts.join(" · ");
}

function valueText(now) {
  const text = `θ ${figures(asked)}`;
  return now === "settled" || !shown ? text : `${text}, showing ${figures(shown.theta)}`;
}

// --- The filmstrip --------------------------------------------------------------------------------------------------

// Where θ stands between the ends, on the nearest 24th: the stops of every mode do, but for the slider's rounding (an
// eighth is 0.13 there), and an even film looks better.
const place = (theta) => Math.round((24 * (theta - current.range[0])) / (current.range[1] - current.range[0])) / 24;

// A cell for every stop of the grid, centred on its θ and as wide as the narrowest gap: of a length 1, n cells of width
// c stand in gaps of g = c / (1 - c). The slider is inset by half a cell, so that its thumb stands over the picture.
function layFilm() {
  const { mode, prompt, style } = current.recipe;
  const [low, high] = ENDS[mode] ?? [prompt, style];
  write(".ends span:first-child", low);
  write(".ends span:last-child", high);
  const gaps = current.grid.slice(1).map((theta, index) => place(theta) - place(current.grid[index]));
  const gap = Math.min(...gaps);
  root.style.setProperty("--cell", gap / (1 + gap));
  find(".film").replaceChildren(...current.grid.map(filmCell));
}

function filmCell(theta) {
  const cell = document.createElement("button");
  cell.type = "button";
  cell.tabIndex = -1; // the slider is the way for the keyboard
  cell.dataset.theta = theta;
  cell.style.setProperty("--place", place(theta));
  cell.append(document.createElement("canvas"), document.createElement("span"));
  cell.lastChild.textContent = figures(theta);
  cell.addEventListener("click", () => moveSlider(theta));
  return cell;
}

function markFilm() {
  for (const cell of find(".film").children) {
    const theta = Number(cell.dataset.theta);
    const frame = current.frames.get(theta);
    if (frame && !cell.classList.contains("painted")) {
      const thumbnail = cell.firstChild;
      Object.assign(thumbnail, { width: THUMBNAIL, height: THUMBNAIL });
      thumbnail.getContext("2d").drawImage(frame.bitmap, 0, 0, THUMBNAIL, THUMBNAIL);
      cell.classList.add("painted");
    }
    cell.classList.toggle("shown", theta === shown?.theta);
  }
}

function moveSlider(theta) {
  const number = find("#theta input[type=number]");
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(number, theta);
  number.dispatchEvent(new Event("input", { bubbles: true }));
}

// --- Ears -----------------------------------------------------------------------------------------------------------

root.addEventListener("theta", (event) => ask(event.detail));
root.addEventListener("refined", (event) => receiveRefined(event.detail));
root.addEventListener("refine-ended", refineEnded);
root.addEventListener("sweep-failed", sweepFailed);
watch("value", () => receive(props.value));
receive(props.value);
describe();

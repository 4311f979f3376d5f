// Drawing: once a display frame at most, each panel in its place. With the wipe on, what is left of it shows θ 0.

const canvas = find("canvas");
const pen = canvas.getContext("2d");

let shown = []; // the frame of each panel that is on the canvas
let wipe = null; // 0…1 from the left, or null
let drawRequested = false;
let drawnWipe = null;

function requestDraw() {
  if (drawRequested) return;
  drawRequested = true;
  requestAnimationFrame(draw);
}

function draw() {
  drawRequested = false;
  if (current && asked !== null) {
    const frames = current.panels.map((panel) => nearest(panel, asked));
    const changed = frames.some((frame, index) => frame !== shown[index]) || frames.length !== shown.length;
    if (changed || wipe !== drawnWipe) paint(frames);
  }
  describe();
}

const columnsFor = (count) => Math.ceil(Math.sqrt(count));

function paint(frames) {
  const sample = frames.find(Boolean);
  if (!sample) return;
  const { width, height } = sample.bitmap;
  const columns = columnsFor(frames.length);
  const gap = frames.length > 1 ? Math.round(width / 32) : 0;
  const size = { width: columns * (width + gap) - gap, height: Math.ceil(frames.length / columns) * (height + gap) - gap };
  if (canvas.width !== size.width || canvas.height !== size.height || shown.length !== frames.length) {
    Object.assign(canvas, size); // which also clears it
  }
  for (const [index, frame] of frames.entries()) {
    if (!frame) continue;
    const x = (index % columns) * (width + gap);
    const y = Math.floor(index / columns) * (height + gap);
    pen.drawImage(frame.bitmap, x, y);
    const base = wipe === null ? null : current.panels[index].frames.get(0);
    if (base) drawWiped(base.bitmap, x, y, Math.round(wipe * width));
  }
  shown = frames;
  drawnWipe = wipe;
}

function drawWiped(bitmap, x, y, until) {
  if (until > 0) pen.drawImage(bitmap, 0, 0, until, bitmap.height, x, y, until, bitmap.height);
  pen.fillStyle = "white";
  pen.fillRect(x + until - 1, y, 2, bitmap.height);
}

// The θ that is on the canvas; where panels differ, one that is not the θ asked for; null before the first picture.
function shownTheta() {
  const thetas = shown.map((frame) => frame?.theta ?? null);
  return thetas.find((theta) => theta !== asked) ?? (thetas.includes(null) ? null : (thetas[0] ?? null));
}

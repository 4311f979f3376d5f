// The stage: holds the decoded frames of one sweep and draws, on the next display frame, those nearest to θ. It never
// mixes two frames of one panel. Where θ rests between frames it asks the server for exactly that θ.
//
// In: the component's value (news of a sweep, cumulative), and on #stage the events that ears.js lists. Out: the events
// "refine" and "export", and calls of the server's function "glimpse". For tests and styles #stage carries data-state,
// data-sweep, data-frames, data-theta-asked and data-theta-shown.
//
// This file: sweeps and their frames. A sweep has panels, most often one; a panel has frames by θ.

const MOST_THETAS = 96; // kept of one sweep, refined ones included

const root = element.closest("#stage");
const find = (selector) => element.querySelector(selector);
const slider = () => root.querySelector("#theta input[type=range]");

let current = null; // the sweep whose frames are shown
let coming = null; // a newer sweep that has no frame yet
let failure = ""; // why the newest sweep has no picture

function receive(news) {
  if (!news || !news.sweep) return;
  let sweep = [coming, current].find((known) => known?.id === news.sweep);
  if (!sweep) {
    const newest = coming ?? current;
    if (newest && news.sweep < newest.id) return; // late news of a superseded sweep
    sweep = coming = begin(news);
  }
  sweep.ended = news.ended;
  sweep.remark = news.error || news.remark;
  for (const frame of news.frames) load(sweep, frame);
  if (sweep === coming && news.ended && news.frames.length === 0) {
    coming = null;
    failure = news.error;
  }
  update();
}

function begin(news) {
  const { sweep: id, visitor, title, fields, link, range, stops, grid } = news;
  const panels = news.names.map((name) => ({ name, frames: new Map() }));
  failure = "";
  forgetQuestion();
  if (slider().valueAsNumber !== asked) asked = fields.theta; // unless the hand has moved on from there
  return { id, visitor, title, fields, link, range, stops, grid, panels, loading: new Set() };
}

async function load(sweep, frame) {
  const { frames } = sweep.panels[frame.panel];
  const name = `${frame.panel} ${frame.theta}`;
  const kept = frames.get(frame.theta);
  if ((kept && (!kept.preview || frame.preview)) || sweep.loading.has(name)) return;
  sweep.loading.add(name);
  try {
    const bitmap = await decoded(frame.file.url);
    if (sweep !== current && sweep !== coming) return bitmap.close();
    frames.get(frame.theta)?.bitmap.close(); // the preview in whose place it comes
    frames.set(frame.theta, { ...frame, bitmap });
    if (sweep === coming) adopt(sweep);
    forgetSome(sweep);
  } catch {
    // The file could not be fetched: the θ stays without a frame, and resting there asks for it again.
  } finally {
    sweep.loading.delete(name);
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

const everythingButTheta = (sweep) => JSON.stringify({ ...sweep.fields, theta: 0 });

function adopt(sweep) {
  const samePictures = current && everythingButTheta(current) === everythingButTheta(sweep);
  for (const [index, panel] of current?.panels.entries() ?? []) {
    for (const [theta, frame] of panel.frames) {
      const kept = samePictures && !sweep.panels[index].frames.has(theta);
      if (kept) sweep.panels[index].frames.set(theta, frame);
      else frame.bitmap.close();
    }
  }
  current = sweep;
  coming = null;
  shown = [];
  layFilm();
  layNames();
}

function forgetSome(sweep) {
  for (const { frames } of sweep.panels) {
    for (const [theta, frame] of frames) {
      if (frames.size <= MOST_THETAS / sweep.panels.length + sweep.stops.length) break;
      if (sweep.stops.includes(theta) || theta === asked || shown.includes(frame)) continue;
      frame.bitmap.close();
      frames.delete(theta);
    }
  }
}

const complete = (sweep, theta) => sweep.panels.every(({ frames }) => frames.has(theta));

// All panels have their frame of this θ, and none is a preview.
const finished = (sweep, theta) => sweep.panels.every(({ frames }) => frames.get(theta)?.preview === false);

const isLoading = (sweep, theta) => sweep.panels.some((_, index) => sweep.loading.has(`${index} ${theta}`));

// Every θ of which all panels have their frame, from low to high.
const rendered = (sweep) => [...sweep.panels[0].frames.keys()].filter((theta) => complete(sweep, theta)).sort((a, b) => a - b);

function nearest(panel, theta) {
  let best = null;
  for (const frame of panel.frames.values()) {
    if (best === null || Math.abs(frame.theta - theta) < Math.abs(best.theta - theta)) best = frame;
  }
  return best;
}

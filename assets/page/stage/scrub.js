// Scrub, then refine: θ moves freely over the frames that are there; where it rests without one, that one is asked for.

const REST_MILLISECONDS = 180; // a hand or a held arrow key that is still for so long has come to rest
const LIVE_AT_ONCE = 3; // refines of the live variant on their way: two are painted while a third travels
const TRIES = 3; // of a refine that fails for no fault of the request
const BUSY_MILLISECONDS = 1000; // that the hand's passing is not asked about, when the server had no time for it

let asked = null; // θ on the slider
let wanted = { theta: null, tries: 0, error: "" }; // the last θ that the server was asked for
let inFlight = 0; // refines and glimpses without an answer
let restTimer = null;
let movedAt = 0; // when the slider moved last, by performance.now()
let busyAt = -Infinity; // when a glimpse failed last

function ask(theta) {
  if (typeof theta !== "number" || !Number.isFinite(theta)) return;
  asked = theta;
  movedAt = performance.now();
  clearTimeout(restTimer);
  restTimer = setTimeout(rest, patience());
  draw(); // now: gradio tells of a move inside an animation frame, and asking for one more would show it a frame later
}

// The live variant is fast enough to paint under the hand: what it has no frame of, it does not wait for rest to ask for,
// and there a preview will do. The picture itself is asked for at rest.
const isLive = () => current?.fields.live === true;
const isPassing = () => isLive() && asked !== null && !complete(current, asked);
const patience = () => {
  const until = isPassing() ? busyAt + BUSY_MILLISECONDS : movedAt + REST_MILLISECONDS;
  return Math.max(0, until - performance.now());
};

function forgetQuestion(theta = null) {
  wanted = { theta, tries: 0, error: "" };
}

function lacksItsFrame() {
  if (!current || coming || asked === null || asked < current.range[0] || asked > current.range[1]) return false;
  return !finished(current, asked) && !isLoading(current, asked);
}

function mayRefine() {
  if (isLive() && inFlight >= LIVE_AT_ONCE) return false;
  return lacksItsFrame() && !(wanted.theta === asked && (inFlight > 0 || wanted.tries >= TRIES));
}

function rest() {
  restTimer = null;
  if (mayRefine() && !isOnItsWay(asked)) {
    if (wanted.theta !== asked) forgetQuestion(asked);
    wanted.tries += 1;
    inFlight += 1;
    const { id: sweep, visitor, fields } = current;
    const question = { sweep, visitor, fields, theta: asked, passing: isPassing() };
    if (question.passing && server.glimpse) glimpse(question);
    else trigger("refine", question);
  }
  update();
}

// Asked beside gradio's events: what each of those costs the page's thread is time that the hand misses.
async function glimpse(question) {
  try {
    const answer = await server.glimpse(question);
    if (answer?.error) busyAt = performance.now();
    if (answer) receiveRefined(answer);
  } catch {
    busyAt = performance.now(); // the server did not answer: asked for again, as any θ without its frame
  } finally {
    refineEnded();
  }
}

// The running sweep began with this θ: its panels are about to come.
const isOnItsWay = (theta) => !current.ended && theta === current.fields.theta;

function receiveRefined(answer) {
  if (answer.sweep !== current?.id) return;
  if (answer.frames) for (const frame of answer.frames) load(current, frame);
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
  failure = "The server is busy, or did not answer. Press Paint to try again.";
  update();
}

function update() {
  if (restTimer === null && mayRefine()) restTimer = setTimeout(rest, patience());
  requestDraw();
}

// What the page is doing, in a word.
function state() {
  if (coming) return "painting";
  if (!current) return failure ? "failed" : "empty";
  if (shownTheta() === asked && finished(current, asked)) return "settled";
  return lacksItsFrame() && inFlight === 0 && wanted.theta === asked && wanted.tries >= TRIES ? "failed" : "refining";
}

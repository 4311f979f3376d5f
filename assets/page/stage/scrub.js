// Scrub, then refine: θ moves freely over the frames that are there; where it rests without one, that one is asked for.

const REST_MILLISECONDS = 180; // a hand or a held arrow key that is still for so long has come to rest
const LIVE_AT_ONCE = 3; // questions about the live variant on their way: two are painted while a third travels
const TRIES = 3; // of a question that fails for no fault of its own
const BUSY_MILLISECONDS = 1000; // without a question about what the hand passes, when one failed
const LATEST_MILLISECONDS = 60_000; // for an answer to it

let asked = null; // θ on the slider
let wanted = { theta: null, passing: false, tries: 0, error: "" }; // what the server was asked for last
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

function forgetQuestion(theta = null, passing = false) {
  wanted = { theta, passing, tries: 0, error: "" };
}

// A preview of θ and the picture itself are two questions.
const isAsked = () => wanted.theta === asked && wanted.passing === isPassing();

function lacksItsFrame() {
  if (!current || coming || asked === null || asked < current.range[0] || asked > current.range[1]) return false;
  return !finished(current, asked) && !isLoading(current, asked);
}

function mayRefine() {
  if (isLive() && inFlight >= LIVE_AT_ONCE) return false;
  return lacksItsFrame() && !(isAsked() && (inFlight > 0 || wanted.tries >= TRIES));
}

function rest() {
  restTimer = null;
  if (mayRefine() && !isOnItsWay(asked)) {
    if (!isAsked()) forgetQuestion(asked, isPassing());
    wanted.tries += 1;
    inFlight += 1;
    const { id: sweep, visitor, fields } = current;
    const question = { sweep, visitor, fields, theta: asked, passing: wanted.passing };
    const isLastTry = wanted.tries === TRIES; // which goes the other way
    if (wanted.passing && server.glimpse && !isLastTry) glimpse(question);
    else trigger("refine", question);
  }
  update();
}

// Asked beside gradio's events: what each of those costs the page's thread is time that the hand misses. The answer is
// null to what was called off, and undefined if it failed or did not come.
async function glimpse(question) {
  const tooLate = new Promise((resolve) => setTimeout(resolve, LATEST_MILLISECONDS));
  const answer = await Promise.race([server.glimpse(question), tooLate]);
  if (answer === undefined || answer?.error) busyAt = performance.now();
  if (answer) receiveRefined(answer);
  refineEnded();
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
  return lacksItsFrame() && inFlight === 0 && isAsked() && wanted.tries >= TRIES ? "failed" : "refining";
}

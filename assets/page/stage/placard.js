// Words around the picture, always written as text. What is the same already is left alone: a style recalculation for
// nothing would be paid for on every display frame of a drag.

const ENDS = {
  weaken: ["all of the style", "none of it"],
  augment: ["less of the style", "more of it"],
  guide: ["away from the style", "towards it"],
  all: ["where the modes begin", "as far as all of them go"],
};

const figures = (number) => String(Number(number.toFixed(4))).replace("-", "−");

function write(selector, text) {
  const target = find(selector);
  if (target.textContent !== text) target.textContent = text;
}

function mark(target, name, value) {
  if (target && target.getAttribute(name) !== String(value)) target.setAttribute(name, value);
}

function describe() {
  const now = state();
  mark(root, "data-state", now);
  mark(root, "data-sweep", coming || (current && !current.ended) ? "running" : "ended");
  mark(root, "data-frames", coming || !current ? 0 : rendered(current).length);
  mark(root, "data-theta-asked", asked ?? "");
  mark(root, "data-theta-shown", shownTheta() ?? "");
  const share = doneShare();
  if (root.style.getPropertyValue("--done") !== share) root.style.setProperty("--done", share);
  write(".veil", veil(now));
  if (!current) return;
  write(".title", current.title);
  write(".facts", facts(now));
  write(".remark", failure || current.remark);
  if (now === "settled" || now === "failed") write(".announcement", `${current.title}: ${facts(now)}`);
  mark(canvas, "aria-label", `${current.title}, θ ${figures(shownTheta() ?? 0)}`);
  mark(find("#theta input[type=range]"), "aria-valuetext", valueText(now));
  markFilm();
}

const doneStops = (sweep) => sweep.stops.filter((theta) => complete(sweep, theta)).length;

function doneShare() {
  const sweep = coming ?? current;
  if (!sweep || sweep.ended) return "1";
  const pictures = sweep.stops.length * sweep.panels.length;
  const done = sweep.panels.reduce((sum, { frames }) => sum + sweep.stops.filter((theta) => frames.has(theta)).length, 0);
  return (done / pictures).toFixed(3);
}

function veil(now) {
  if (shown.length) return "";
  if (coming) return "The first picture is being painted";
  return failure || "Nothing painted yet: press Paint";
}

function facts(now) {
  const { fields, stops, ended } = current;
  const mode = fields.mode === "all" ? "all modes" : fields.mode;
  const parts = [`${mode} at θ ${figures(shownTheta() ?? 0)}`, `seed ${fields.seed}`];
  if (fields.second_seed !== null) parts.push(`second seed ${fields.second_seed}`);
  if (now === "refining") parts.push(`painting θ ${figures(asked)}`);
  else if (now === "failed") parts.push(`θ ${figures(asked)}: ${wanted.error || "no answer from the server"}`);
  else if (now === "painting") parts.push("a new picture is being painted");
  else if (shown.length) parts.push(cost());
  if (now !== "painting" && !ended) parts.push(`${doneStops(current)} of ${stops.length} stops`);
  return parts.join(" · ");
}

function cost() {
  if (shown.every((frame) => frame.cached)) return "from the cache";
  return `painted in ${shown.reduce((sum, frame) => sum + frame.seconds, 0).toFixed(1)} s`;
}

function valueText(now) {
  const text = `θ ${figures(asked)}`;
  return now === "settled" || !shown.length ? text : `${text}, showing ${figures(shownTheta() ?? 0)}`;
}

// Each panel's name over its corner.
function layNames() {
  const { panels } = current;
  find(".names").style.setProperty("--columns", columnsFor(panels.length));
  find(".names").replaceChildren(
    ...(panels.length > 1 ? panels : []).map(({ name }) => {
      const item = document.createElement("li");
      const label = item.appendChild(document.createElement("span"));
      label.dir = "auto";
      label.textContent = name;
      return item;
    }),
  );
}

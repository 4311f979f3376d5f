// The words that the bundled model was taught, to click on: a subject fills the prompt, a style the style box, a mood
// joins the prompt or leaves it. Each click paints.
const kinds = [
  ["subjects", "Subjects"],
  ["styles", "Styles"],
  ["moods", "Moods"],
];

function box(kind) {
  const walks = document.querySelector("#mode input:checked")?.value === "interpolate";
  const name = kind === "styles" && !walks ? "style" : "prompt";
  return document.querySelector(`#${name} :is(input, textarea)`);
}

function write(field, text) {
  const prototype = field instanceof HTMLTextAreaElement ? HTMLTextAreaElement.prototype : HTMLInputElement.prototype;
  Object.getOwnPropertyDescriptor(prototype, "value").set.call(field, text);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function pick(kind, phrase) {
  const field = box(kind);
  const text = field.value.trim();
  if (kind === "moods") {
    const without = text.replace(phrase, "").replace(/\s+/g, " ").trim();
    write(field, text.includes(phrase) ? without : `${text} ${phrase}`.trim());
  } else {
    write(field, phrase);
  }
  setTimeout(() => trigger("pick"), 0);
}

function shelf(kind, title, phrases) {
  const row = document.createElement("div");
  row.className = "shelf";
  const heading = row.appendChild(document.createElement("span"));
  heading.textContent = title;
  const chips = row.appendChild(document.createElement("div"));
  for (const phrase of phrases) {
    const chip = chips.appendChild(document.createElement("button"));
    chip.type = "button";
    chip.textContent = phrase;
    chip.addEventListener("click", () => pick(kind, phrase));
  }
  return row;
}

function show() {
  const words = element.querySelector(".words");
  const shelves = kinds.filter(([kind]) => props.value?.[kind]?.length);
  words.replaceChildren(...shelves.map(([kind, title]) => shelf(kind, title, props.value[kind])));
}

show();
watch("value", show); // another model has other words, or none

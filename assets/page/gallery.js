// The gallery: cards to begin with, shelf by shelf. A click fills in the controls and paints.

function card({ name, title, text, image }) {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.lesson = name;
  const picture = button.appendChild(document.createElement("img"));
  Object.assign(picture, { src: image.url, alt: "", loading: "lazy", width: 160, height: 160 });
  const heading = button.appendChild(document.createElement("strong"));
  heading.textContent = title;
  const words = button.appendChild(document.createElement("span"));
  words.textContent = text;
  button.addEventListener("click", () => {
    trigger("lesson", { name });
    document.getElementById("stage").scrollIntoView({ block: "start" });
  });
  return button;
}

function shelf({ title, cards }) {
  const section = document.createElement("section");
  const heading = section.appendChild(document.createElement("h2"));
  heading.textContent = title;
  const row = section.appendChild(document.createElement("div"));
  row.append(...cards.map(card));
  return section;
}

element.querySelector(".gallery").append(...(props.value ?? []).map(shelf));

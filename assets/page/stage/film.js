// The filmstrip: a cell for every stop of the grid, under the slider and aligned with its θ.

const THUMBNAIL = 128; // pixels

// Where θ stands between the ends, on the nearest 24th: the stops of every mode do, but for the slider's rounding (an
// eighth is 0.13 there), and an even film looks better.
function place(theta) {
  const share = (theta - current.range[0]) / (current.range[1] - current.range[0]);
  return current.grid.length > 13 ? share : Math.round(24 * share) / 24;
}

// Of a length 1, n cells of width c stand in gaps of g = c / (1 - c). The slider is inset by half a cell, so that its
// thumb stands over the picture.
function layFilm() {
  const { mode, prompt, style } = current.fields;
  const [low, high] = ENDS[mode] ?? [prompt, style];
  write(".ends span:first-child", low);
  write(".ends span:last-child", high);
  const gaps = current.grid.slice(1).map((theta, index) => place(theta) - place(current.grid[index]));
  const gap = Math.min(...gaps);
  root.style.setProperty("--cell", gap / (1 + gap));
  find(".film").classList.toggle("dense", current.grid.length > 13);
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
    if (!cell.classList.contains("painted") && complete(current, theta)) {
      drawThumbnail(cell.firstChild, theta);
      cell.classList.add("painted");
    }
    const isShown = theta === shownTheta();
    if (cell.classList.contains("shown") !== isShown) cell.classList.toggle("shown", isShown);
  }
}

function drawThumbnail(thumbnail, theta) {
  Object.assign(thumbnail, { width: THUMBNAIL, height: THUMBNAIL });
  const columns = columnsFor(current.panels.length);
  const side = THUMBNAIL / columns;
  const drawing = thumbnail.getContext("2d");
  for (const [index, { frames }] of current.panels.entries()) {
    const x = (index % columns) * side;
    drawing.drawImage(frames.get(theta).bitmap, x, Math.floor(index / columns) * side, side, side);
  }
}

function moveSlider(theta) {
  const number = find("#theta input[type=number]");
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(number, theta);
  number.dispatchEvent(new Event("input", { bubbles: true }));
}

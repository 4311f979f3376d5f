// What the stage listens to.

for (const move of ["input", "change"]) {
  // The slider moved. From the input itself: as events of gradio's, moves cost the page's thread a quarter of its time.
  root.addEventListener(move, ({ target }) => {
    if (target.closest("#theta")) ask(target.valueAsNumber);
  });
}
root.addEventListener("focusout", ({ target }) => {
  if (target.closest("#theta")) requestAnimationFrame(() => ask(slider().valueAsNumber)); // a typed number is in range now
});
root.addEventListener("refined", (event) => receiveRefined(event.detail)); // one more θ, or why not
root.addEventListener("refine-ended", refineEnded);
root.addEventListener("refine-failed", refineEnded);
root.addEventListener("exported", (event) => receiveExported(event.detail)); // a file to take away, or why not
root.addEventListener("export-ended", exportEnded);
root.addEventListener("export-failed", exportFailed);
root.addEventListener("sweep-failed", sweepFailed);
for (const touch of ["pointerdown", "keydown"]) {
  root.addEventListener(touch, (event) => {
    if (player !== null && event.target.closest("#theta, .film")) stop(); // the hand is stronger
  });
}
watch("value", () => receive(props.value));
receive(props.value);
describe();

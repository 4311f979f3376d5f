// What the stage listens to.

root.addEventListener("theta", (event) => ask(event.detail)); // the slider moved
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

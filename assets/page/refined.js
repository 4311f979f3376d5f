// The letter box of refined frames: hands each to the stage. It is a component of its own because two answers written
// into one component within one frame of the display would overwrite each other, and a sweep may be running.
watch("value", () => {
  if (props.value) {
    document.getElementById("stage").dispatchEvent(new CustomEvent("refined", { detail: props.value }));
  }
});

// A letter box: hands each answer of the server to the stage, under the box's own name. It is a component of its own
// because two answers written into one component within one frame of the display would overwrite each other.
watch("value", () => {
  if (!props.value) return;
  const { id } = element.closest("#refined, #exported");
  document.getElementById("stage").dispatchEvent(new CustomEvent(id, { detail: props.value }));
});

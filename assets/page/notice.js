// What was wrong with the last press: the message as text, and the field it names marked.
watch("value", () => {
  const notice = props.value || { text: "", field: "" };
  element.querySelector("p").textContent = notice.text;
  for (const field of document.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  if (!notice.field) return;
  document.querySelector(`#${CSS.escape(notice.field)} :is(input, textarea)`)?.setAttribute("aria-invalid", "true");
});

// Where the model is that this page was started for. Once it is there, the page is opened anew on it.
let first = null;

watch("value", () => {
  const news = props.value || { text: "", model: null };
  element.querySelector("p").textContent = news.text;
  if (first === null) first = news.model;
  else if (news.model !== null && news.model !== first) location.reload();
});

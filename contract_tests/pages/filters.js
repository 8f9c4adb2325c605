"use strict";
// The page is whole without this: it only hides what nobody asked for, and opens what is printed.
for (const form of document.querySelectorAll("form[data-filters]")) {
  const place = document.getElementById(form.dataset.filters);
  const items = [...place.querySelectorAll("[data-item]")];
  const texts = items.map((item) => item.textContent.toLowerCase());
  const told = form.querySelector("output");
  const filter = () => {
    const choices = [...form.querySelectorAll("select")].filter((select) => select.value);
    const words = form.querySelector("input").value.toLowerCase().split(/\s+/);
    const wanted = (item, text) =>
      choices.every((select) => (item.dataset[select.name] || "").split(" ").includes(select.value)) &&
      words.every((word) => text.includes(word));
    items.forEach((item, index) => { item.hidden = !wanted(item, texts[index]); });
    for (const group of place.querySelectorAll("[data-group]")) {
      group.hidden = !group.querySelector("[data-item]:not([hidden])");
    }
    const shown = items.filter((item) => !item.hidden).length;
    told.textContent = `${shown} of ${items.length} ${told.dataset.what}`;
  };
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  // A browser that comes back to the page has kept what was chosen.
  filter();
}
// A link may lead to what is hidden: show it, and open it.
const arrive = () => {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  for (const form of document.querySelectorAll("form[data-filters]")) {
    if (target.closest("[hidden]")) { form.reset(); form.dispatchEvent(new Event("input")); }
  }
  const details = target.closest("details");
  if (details) { details.open = true; target.scrollIntoView(); }
};
addEventListener("hashchange", arrive);
arrive();
const opened = [];
addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details:not([open])")) { details.open = true; opened.push(details); }
});
addEventListener("afterprint", () => { for (const details of opened.splice(0)) details.open = false; });

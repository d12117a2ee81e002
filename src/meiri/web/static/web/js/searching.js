// Suggestions for a search box are loaded when a reader goes there.
for (const form of document.querySelectorAll("[data-suggestions]")) {
  const load = () => import(form.dataset.suggestions);
  if (form.contains(document.activeElement)) load();
  else form.addEventListener("focusin", load, { once: true });
}

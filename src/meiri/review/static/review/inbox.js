// The list of what waits, by keyboard: j and k go through it, Enter opens what has the focus.
const list = document.querySelector("[data-review-list]");
if (list) {
  const links = [...list.querySelectorAll("td.title a")];
  const go = (way) => {
    const place = links.indexOf(document.activeElement);
    const link = links[place < 0 ? 0 : place + way];
    link?.focus();
    link?.scrollIntoView({ block: "nearest" });
  };
  document.querySelectorAll("[data-review-keys]").forEach((line) => { line.hidden = false; });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("select, textarea, input")) return;
    const way = { j: 1, k: -1 }[event.key];
    if (!way) return;
    event.preventDefault();
    go(way);
  });
}

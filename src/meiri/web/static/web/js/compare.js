// Two pictures upon one another, with a line between them that is moved by hand or by the arrow keys.
for (const figure of document.querySelectorAll("[data-compared]")) {
  const [, second] = figure.querySelectorAll("div");
  if (!second) continue;
  const line = document.createElement("input");
  Object.assign(line, { type: "range", min: 0, max: 100, value: 50, ariaLabel: figure.dataset.compared });
  const move = () => figure.style.setProperty("--line", `${line.value}%`);
  line.addEventListener("input", move);
  second.after(line);
  figure.classList.add("movable");
  move();
}

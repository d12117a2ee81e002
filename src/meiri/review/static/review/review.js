// A review by keyboard: every key presses a button or ticks a box that is there for everybody.
const form = document.querySelector("[data-review]");
const next = document.querySelector("[data-next]");
const points = form ? [...form.querySelectorAll("[name=checked]")] : [];
const keys = {
  a: () => form?.querySelector("[data-adopt]").click(),
  r: () => form?.querySelector("[data-opinion]").focus(),
  n: () => next?.click(),
};

document.querySelectorAll("[data-review-keys]").forEach((line) => { line.hidden = false; });
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("select, textarea, input:not([type=checkbox])")) return;
  if (/^[1-9]$/.test(event.key) && points[event.key - 1]) {
    event.preventDefault();
    points[event.key - 1].click();
    return;
  }
  if (!keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});

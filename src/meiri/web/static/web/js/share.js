// Copy the address, the system's own share sheet, print.
const offer = (selector, able, act) => {
  const button = document.querySelector(selector);
  if (!button || !able) return;
  button.hidden = false;
  button.addEventListener("click", () => act(button));
};
offer("[data-copy]", navigator.clipboard, async (b) => {
  await navigator.clipboard.writeText(b.dataset.copy);
  b.textContent = "已复制";
});
offer("[data-share]", navigator.share, (b) => navigator.share({ title: b.dataset.title, url: b.dataset.share }).catch(() => {}));
offer("[data-print]", true, () => print());

// Copy the address, the system's own share sheet, print.
const when = (selector, act) => {
  const button = document.querySelector(selector);
  button?.addEventListener("wanted", () => act(button));
};
when("[data-copy]", async (b) => {
  await navigator.clipboard.writeText(b.dataset.copy);
  b.textContent = "已复制";
});
when("[data-share]", (b) => navigator.share({ title: b.dataset.title, url: b.dataset.share }).catch(() => {}));
when("[data-print]", () => print());

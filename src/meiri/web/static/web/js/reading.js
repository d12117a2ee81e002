// The article: text size, the tools that are loaded when a reader goes for them, one view counted when it is read.
const choice = document.querySelector(".text-size");
if (choice) {
  const root = document.documentElement.dataset;
  const show = () => choice.querySelectorAll("button").forEach((b) => b.setAttribute("aria-pressed", b.dataset.size === (root.size || "medium")));
  choice.addEventListener("click", ({ target }) => {
    const size = target.dataset.size;
    if (!size) return;
    root.size = size;
    try { localStorage.setItem("size", size); } catch {}
    show();
  });
  show();
}
const tools = document.querySelector("[data-tools]");
if (tools) {
  const load = () => import(tools.dataset.tools);
  const able = { aloud: window.speechSynthesis, pinyin: true, copy: navigator.clipboard, share: navigator.share, print: true };
  for (const name in able) {
    const tool = document.querySelector(`button[data-${name}]`);
    if (!tool || !able[name]) continue;
    const want = () => load().then(() => tool.dispatchEvent(new Event("wanted")));
    tool.hidden = false;
    tool.addEventListener("click", want);
    if (document.documentElement.dataset[name]) want();
  }
  document.addEventListener("selectionchange", load, { once: true });
}
const id = document.querySelector("[data-article]")?.dataset.article;
const count = () => fetch(`/api/v1/articles/${id}/views`, { method: "POST", keepalive: true }).catch(() => {});
if (id && document.querySelector("link[rel=canonical]")) {
  if (document.prerendering) document.addEventListener("prerenderingchange", count, { once: true }); else count();
}

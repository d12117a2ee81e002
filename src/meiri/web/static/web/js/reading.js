// The article: the tools that are loaded when a reader goes for them, one view counted when it is read.
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
  addEventListener("scroll", () => import(tools.dataset.place), { once: true });
  const sheet = document.querySelector("[data-share]");
  document.querySelector(".reading-bar [href='#share']")?.addEventListener("click", (event) => {
    if (sheet.hidden) return;
    event.preventDefault();
    sheet.click();
  });
}
const id = document.querySelector("[data-article]")?.dataset.article;
const count = () => fetch(`/api/v1/articles/${id}/views`, { method: "POST", keepalive: true }).catch(() => {});
if (id && document.querySelector("link[rel=canonical]")) {
  if (document.prerendering) document.addEventListener("prerenderingchange", count, { once: true }); else count();
}

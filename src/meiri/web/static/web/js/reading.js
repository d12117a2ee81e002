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
  const want = (tool) => load().then(() => tool.dispatchEvent(new Event("wanted")));
  const [aloud, pinyin] = ["aloud", "pinyin"].map((name) => tools.querySelector(`[data-${name}]`));
  for (const tool of [aloud, pinyin]) tool?.addEventListener("click", () => want(tool));
  aloud.hidden = !window.speechSynthesis;
  if (pinyin && document.documentElement.dataset.pinyin) want(pinyin);
  document.addEventListener("selectionchange", load, { once: true });
}
const id = document.querySelector("[data-article]")?.dataset.article;
const count = () => fetch(`/api/v1/articles/${id}/views`, { method: "POST", keepalive: true }).catch(() => {});
if (id && document.querySelector("link[rel=canonical]")) {
  if (document.prerendering) document.addEventListener("prerenderingchange", count, { once: true }); else count();
}

// What is kept on this device, as a list.
const list = document.querySelector("[data-kept]");
const kept = async () => {
  const names = (await caches.keys()).filter((name) => name.startsWith("pages-") || name === "later");
  const listed = new Set();
  for (const name of names) {
    const cache = await caches.open(name);
    for (const request of (await cache.keys()).reverse()) {
      if (listed.has(request.url)) continue;
      listed.add(request.url);
      const text = await (await cache.match(request)).text();
      const title = new DOMParser().parseFromString(text, "text/html").querySelector("h1")?.textContent.trim();
      const item = document.createElement("li"), link = document.createElement("a");
      link.href = new URL(request.url).pathname;
      link.textContent = title || link.href;
      item.append(link);
      list.append(item);
    }
  }
};
if (list && window.caches) {
  kept().then(() => { if (!list.children.length) list.insertAdjacentHTML("beforeend", "<li>还没有。联网时打开过的首页、杂志和文章会留在这里。</li>"); });
}
document.querySelector("[data-again]")?.addEventListener("click", () => location.reload());
addEventListener("online", () => location.reload());

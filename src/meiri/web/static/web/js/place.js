// Where a reader stopped in an article, kept on the device: whoever comes back is led there if they wish. 60 articles at most.
const MOST = 60, body = document.querySelector(".article .body");
let places = {};
try { places = JSON.parse(localStorage.getItem("places")) || {}; } catch {}
const own = location.pathname.replace(/^\/(?:zh-hant|zhangbei|weichengnian)/, "");
if (body && /\.html$/.test(own)) {
  const parts = () => [...body.children];
  const before = places[own];
  const part = parts()[before?.part];
  if (part && scrollY < innerHeight && part.getBoundingClientRect().top > 1.5 * innerHeight) {
    const back = document.createElement("button");
    back.type = "button";
    back.className = "back-to-place";
    back.textContent = "接着上次读到的地方";
    back.addEventListener("click", () => {
      part.scrollIntoView();
      part.tabIndex = -1;
      part.focus({ preventScroll: true });
      back.remove();
    });
    body.before(back);
  }
  const note = () => {
    const here = parts().findIndex((one) => one.getBoundingClientRect().bottom > innerHeight / 3);
    // At the end there is nowhere to go on.
    if (here > 0) places[own] = { part: here, at: Date.now() }; else delete places[own];
    const newest = Object.entries(places).sort(([, a], [, b]) => b.at - a.at).slice(0, MOST);
    try { localStorage.setItem("places", JSON.stringify(Object.fromEntries(newest))); } catch {}
  };
  document.addEventListener("visibilitychange", () => { if (document.hidden) note(); });
  addEventListener("pagehide", note);
}

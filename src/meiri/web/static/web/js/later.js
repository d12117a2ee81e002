// Articles that are kept on this device to be read later, for readers without an account. 100 at most; the site never sees them,
// unless a member takes them over into the account.
const MOST = 100, KEY = "later";
const read = () => {
  try { const kept = JSON.parse(localStorage.getItem(KEY)); return Array.isArray(kept) ? kept.filter((one) => /^\d{1,18}$/.test(one?.id) && /^\/[a-z0-9/-]+\.html$/.test(one.url)).slice(0, MOST) : []; } catch { return []; }
};
// Whether the device keeps them. Their pages are kept for when there is no network.
const write = (kept) => {
  try { localStorage.setItem(KEY, JSON.stringify(kept)); } catch { return false; }
  navigator.serviceWorker?.controller?.postMessage({ later: kept.map(({ url }) => url) });
  return true;
};
const drop = (ids) => write(read().filter(({ id }) => !ids.includes(id)));
for (const button of document.querySelectorAll("button[data-later]")) {
  const id = button.dataset.later, list = button.nextElementSibling;
  const show = (said) => {
    const kept = read().some((one) => one.id === id);
    button.textContent = said || (kept ? "已放进稍后读" : "稍后读");
    button.setAttribute("aria-pressed", kept);
    list.hidden = !kept;
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    const kept = read();
    if (kept.some((one) => one.id === id)) return show(drop([id]) ? "" : "这台设备不能保存");
    if (kept.length >= MOST) return show(`最多 ${MOST} 篇，请先读完一些`);
    const title = document.querySelector("h1").textContent.trim().slice(0, 200);
    return show(write([{ id, url: location.pathname, title, at: Date.now() }, ...kept]) ? "" : "这台设备不能保存");
  });
  show();
}
const place = document.querySelector("[data-later-list]");
const offer = document.querySelector("[data-later-offer]");
const status = (part, said) => { part.querySelector("[role=status]").textContent = said; };
const draw = () => {
  const kept = read();
  if (offer) {
    offer.hidden = !kept.length || sessionStorage.getItem("later-no") === String(kept.length);
    offer.querySelector("[data-later-count]").textContent = kept.length;
  }
  if (!place) return;
  place.querySelector("[data-later-empty]").hidden = kept.length;
  place.querySelector("ul").replaceChildren(...kept.map(({ id, url, title, at }) => {
    const item = document.createElement("li"), link = document.createElement("a"), time = document.createElement("span");
    const button = document.createElement("button"), what = document.createElement("span");
    link.href = url;
    link.textContent = title || url;
    time.className = "meta-line";
    time.textContent = at > 0 ? new Date(at).toLocaleDateString(document.documentElement.lang) : "";
    button.type = "button";
    button.className = "button quiet";
    what.className = "visually-hidden";
    what.textContent = `：${title}`;
    button.append("删去", what);
    button.addEventListener("click", () => {
      status(place, drop([id]) ? `已删去：${title}` : "这台设备不能保存");
      draw();
      (place.querySelector("li button") || document.querySelector("h1")).focus();
    });
    item.append(link, time, button);
    return item;
  }));
};
offer?.querySelector("[data-later-no]").addEventListener("click", () => {
  try { sessionStorage.setItem("later-no", read().length); } catch { /* it is asked again */ }
  offer.hidden = true;
});
offer?.addEventListener("submit", async (event) => {
  event.preventDefault();
  offer.elements.articles.value = read().map(({ id }) => id).join();
  try {
    const answer = await fetch(offer.action, { method: "POST", body: new FormData(offer) });
    if (!answer.ok && answer.status !== 422) throw answer;
    const { kept, gone, refusal } = await answer.json();
    drop([...kept, ...gone].map(String));
    draw();
    offer.hidden = false;
    status(offer, `${kept.length} 篇已放进收藏。${gone.length ? `${gone.length} 篇已经撤下。` : ""}${refusal}`);
    if (!read().length) offer.querySelector(".form-buttons").hidden = true;
  } catch { status(offer, "没有放成，稍后再试。这台设备上的没有动。"); }
});
if (place || offer) {
  draw();
  addEventListener("storage", draw);
}

// A live coverage that goes on while it is read. What changes comes over a stream of the server's; where none is to be had, the
// page asks from time to time. New entries wait behind a button that counts them: no text moves under the reader's eyes.
const list = document.querySelector("[data-follow]");
if (list) {
  const address = location.pathname.replace("/zhibo/", "/fragments/live/");
  const button = document.querySelector("[data-live-show]"), auto = document.querySelector("[data-live-auto]");
  const pinned = document.querySelector("#live-pinned");
  const ASK = 5_000, TRY_AGAIN = 15_000, MARK = "meiri-live-auto";
  let last = Number(list.dataset.change), waiting = [], asking = 0, stream = null;

  const numberOf = (entry) => Number(entry.dataset.number);
  const remembered = () => { try { return localStorage.getItem(MARK) === "1"; } catch { return false; } };
  auto.checked = remembered();
  auto.parentElement.hidden = false;
  auto.addEventListener("change", () => {
    try { localStorage.setItem(MARK, auto.checked ? "1" : ""); } catch { /* this page remembers it all the same */ }
    if (auto.checked) show();
  });

  const count = () => {
    button.hidden = !waiting.length;
    button.textContent = waiting.length ? `${waiting.length} 条新消息` : "";
  };
  const place = (entry) => {
    list.querySelector(".empty-line")?.remove();
    const below = [...list.querySelectorAll(".live-entry")].find((other) => numberOf(other) < numberOf(entry));
    if (below) below.before(entry); else list.append(entry);
  };
  const show = () => {
    const shown = waiting;
    waiting = [];
    shown.forEach(place);
    count();
    return shown.at(-1);
  };
  button.addEventListener("click", () => {
    const heading = document.querySelector("#live-heading");
    show();
    heading.focus({ preventScroll: true });
    heading.scrollIntoView({ block: "start" });
  });

  // The same entry once more above all others, as long as it is pinned.
  const pin = (entry) => {
    pinned.querySelector(`[data-number="${entry.dataset.number}"]`)?.remove();
    if ("pinned" in entry.dataset) {
      const copy = entry.cloneNode(true);
      copy.id = `pinned-${copy.dataset.number}`;
      pinned.prepend(copy);
    }
    pinned.hidden = !pinned.childElementCount;
  };
  const take = (piece) => {
    const state = piece.querySelector(".live-state"), entry = piece.querySelector(".live-entry");
    if (state) {
      document.querySelector("#live-state").replaceWith(state);
      if (state.dataset.state === "ended") stop();
    }
    if (!entry) return;
    pin(entry);
    const there = document.getElementById(entry.id);
    const queued = waiting.findIndex((other) => other.id === entry.id);
    if (there) there.replaceWith(entry);
    else if (queued >= 0) waiting[queued] = entry;
    else if (!entry.classList.contains("withdrawn") && numberOf(entry) > oldest()) waiting.push(entry);
  };
  // Older entries than those of this page stand on pages of their own.
  const oldest = () => {
    const entries = list.querySelectorAll(".live-entry");
    return entries.length ? numberOf(entries[entries.length - 1]) : 0;
  };
  const takeAll = (changes) => {
    for (const [number, piece] of changes.sort(([a], [b]) => a - b)) {
      if (number > last) {
        take(piece);
        last = number;
      }
    }
    waiting = waiting.filter((entry) => !entry.classList.contains("withdrawn"));
    if (auto.checked) show(); else count();
  };
  const piecesOf = (html) => {
    const whole = document.createElement("template");
    whole.innerHTML = html;
    return whole.content;
  };
  const ask = async () => {
    // The browser asks whether it changed; an answer of no content costs next to nothing.
    const answer = await fetch(address, { cache: "no-cache" });
    if (!answer.ok) throw answer;
    const whole = piecesOf(await answer.text());
    if (Number(whole.querySelector("[data-since]").dataset.since) > last) await askWhole();
    takeAll([...whole.querySelectorAll("template")].map((one) => [Number(one.dataset.change), one.content]));
  };
  // Who was away for long gets what the page has now.
  const askWhole = async () => {
    const answer = await fetch(location.pathname, { cache: "no-cache" });
    if (!answer.ok) throw answer;
    const other = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-follow]");
    if (!other) return location.reload();
    last = Number(other.dataset.change);
    waiting = [];
    list.replaceChildren(...other.children);
    count();
  };
  const poll = () => {
    clearTimeout(asking);
    asking = setTimeout(async () => {
      try { if (!document.hidden) await ask(); } catch { /* without a network the page stays as it is */ }
      if (!stream) poll();
    }, ASK);
  };
  const follow = () => {
    stream = new EventSource(`${address}stream?after=${last}`);
    stream.onmessage = ({ data, lastEventId }) => takeAll([[Number(lastEventId), piecesOf(data)]]);
    stream.addEventListener("behind", async () => { try { await ask(); } catch { /* the next change asks again */ } });
    stream.onerror = () => {
      if (!stream || stream.readyState !== EventSource.CLOSED) return;
      stream = null;
      poll();
      setTimeout(begin, TRY_AGAIN);
    };
  };
  const stop = () => {
    clearTimeout(asking);
    stream?.close();
    stream = null;
  };
  const begin = async () => {
    try { await ask(); } catch { /* the stream tries again by itself */ }
    if (document.querySelector("#live-state").dataset.state === "ended") return stop();
    clearTimeout(asking);
    follow();
  };
  begin();
}

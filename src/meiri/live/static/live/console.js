// The console of a live coverage: what is written goes into the queue first, then to the server, in its order; others' entries
// come by themselves. Without this script the form sends itself.
(() => {
  const { keep, forget, waiting } = window.meiriLive;
  const LOOK = 3_000, FIRST_PAUSE = 1_000, LONGEST_PAUSE = 15_000;

  const list = document.querySelector("#live-desk-entries");
  const refresh = async () => {
    const shown = list.querySelector("[data-stamp]");
    try {
      const answer = await fetch(`${list.dataset.entries}?stamp=${encodeURIComponent(shown.dataset.stamp)}`);
      if (answer.status !== 200 || answer.redirected) return;
      const html = await answer.text();
      // What the keyboard or a screen reader is at stays there until it has moved on.
      if (!list.contains(document.activeElement)) list.innerHTML = html;
    } catch { /* without a network the list stays as it is */ }
  };
  if (list && !("older" in list.dataset)) setInterval(() => { if (!document.hidden) refresh(); }, LOOK);

  const box = document.querySelector("[data-live-box]");
  if (!box) return;
  const { user, coverage } = box.dataset, line = document.querySelector("#live-queue");
  const token = () => box.querySelector("[name=csrfmiddlewaretoken]").value;
  // crypto.randomUUID is not there where a site is tried without TLS.
  const uuid = () => "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) =>
    (Number(digit) ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (Number(digit) / 4)))).toString(16));
  let sending = false, pause = FIRST_PAUSE, timer = 0;
  const told = new Map();  // what the server said of an entry that it did not take

  const FIELDS = ["title", "text", "caption", "important", "video", "pictures"];
  const bodyOf = (entry) => {
    const data = new FormData();
    data.append("key", entry.key);
    data.append("csrfmiddlewaretoken", token());
    for (const [name, value] of entry.fields) data.append(name, value);
    return data;
  };
  const wordsOf = (entry) => {
    const text = entry.fields.filter(([name]) => name === "title" || name === "text").map(([, value]) => value).join(" ");
    const files = entry.fields.filter(([, value]) => typeof value !== "string").length;
    return `${text.slice(0, 40)}${files ? `（${files} 个文件）` : ""}`;
  };

  const putBack = (entry) => {
    for (const [name, value] of entry.fields) {
      const field = box.elements[name];
      if (typeof value === "string" && field) {
        if (field.type === "checkbox") field.checked = true; else field.value = value;
      }
    }
    const files = entry.fields.filter(([name]) => name === "pictures").map(([, value]) => value);
    if (files.length) {
      const transfer = new DataTransfer();
      files.forEach((file) => transfer.items.add(file));
      box.elements.pictures.files = transfer.files;
    }
    box.elements.text.focus();
  };

  const draw = (entries) => {
    line.replaceChildren(...entries.map((entry) => {
      const row = document.createElement("div"), words = document.createElement("p"), why = told.get(entry.key);
      words.textContent = why ? `没有发出：${wordsOf(entry)}（${why}）` : `待发：${wordsOf(entry)}（已存在本机，有网络时自动发出）`;
      row.append(words);
      if (why) {
        row.dataset.failed = "";
        const again = Object.assign(document.createElement("button"), { type: "button", className: "button button-small", textContent: "放回编辑框" });
        again.addEventListener("click", async () => { putBack(entry); await forget(entry.key); draw(await waiting(user, coverage)); });
        row.append(again);
      }
      return row;
    }));
  };

  // Whether the server has the entry, or will never have it as it is.
  const send = async (entry) => {
    const answer = await fetch(box.action, { method: "POST", body: bodyOf(entry), headers: { Accept: "application/json" } });
    if (answer.ok && !answer.redirected) {
      await answer.json();
      await forget(entry.key);
      return;
    }
    if (answer.status === 422) {
      told.set(entry.key, (await answer.json()).errors.join(""));
    } else if (answer.status === 413) {
      told.set(entry.key, "图片或视频太大");
    } else if (answer.redirected || answer.status === 403 || answer.status === 404) {
      told.set(entry.key, "请重新登录，或确认直播还开着，再刷新本页：这一条还在本机");
    } else {
      throw new Error(String(answer.status));
    }
  };

  const sendAll = async () => {
    if (sending) return;
    sending = true;
    clearTimeout(timer);
    const entries = await waiting(user, coverage);
    draw(entries);
    try {
      for (const entry of entries) {
        if (!told.has(entry.key)) await send(entry);
      }
      pause = FIRST_PAUSE;
      if (entries.length) await refresh();
    } catch {
      timer = setTimeout(sendAll, pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    } finally {
      sending = false;
    }
    const left = await waiting(user, coverage);
    draw(left);
    // What was written while the others were on their way.
    if (left.some((entry) => !told.has(entry.key) && !entries.some((one) => one.key === entry.key))) sendAll();
  };

  box.addEventListener("submit", async (event) => {
    event.preventDefault();
    const data = new FormData(box);
    const fields = [...data].filter(([name, value]) =>
      FIELDS.includes(name) && (typeof value === "string" ? value.trim() : value.size || value.name));
    if (!fields.some(([name]) => name !== "important" && name !== "caption")) {
      box.elements.text.focus();
      return;
    }
    const entry = { key: uuid(), user, coverage, at: Date.now(), fields };
    try {
      await keep(entry);
    } catch {
      // A browser that keeps nothing (a private window, a full disk): the form goes as it is.
      box.submit();
      return;
    }
    box.reset();
    box.querySelector("details").open = false;
    box.elements.text.focus();
    sendAll();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) {
      event.preventDefault();
      box.requestSubmit();
    }
  });
  window.addEventListener("online", () => { pause = FIRST_PAUSE; sendAll(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) sendAll(); });
  sendAll();
})();

// 校对: asks, while an article is written, what looks wrong in it, and shows it beside the form. It changes nothing by itself.

const { currentText, isEditable, passagesOf, replaceIn, showStretch, unitsOf } = window.meiriProofing;
const WAIT = 700; // milliseconds without a change before it asks
const AROUND = 6; // characters shown before and after the words
const ALARMING = new Set(["banned", "error"]);

const panel = document.querySelector("[data-proofing]");
const form = document.querySelector("form[data-edit-form]");

if (panel && form) start();

function start() {
  const note = panel.querySelector("[data-proofing-note]");
  const list = panel.querySelector("[data-proofing-list]");
  const template = panel.querySelector("[data-proofing-line]");
  const counter = document.querySelector(
    '[data-side-panel-toggle="proofing"] [data-side-panel-toggle-counter]',
  );
  const length = Object.assign(document.createElement("p"), { className: "proofing-length" });
  form.before(length);
  let timer = 0;
  let last = "";
  let running = null;

  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  };
  for (const kind of ["input", "change", "compositionend"]) form.addEventListener(kind, later);
  // Rich text and blocks that are moved or deleted tell nobody: their values stand in the form.
  new MutationObserver(later).observe(form, { childList: true, subtree: true, characterData: true });
  document.addEventListener("w-autosave:success", later);
  later();

  async function ask(again = false) {
    const passages = passagesOf(form);
    const asked = { article: articleKey(), passages: passages.map(({ place, part, text }) => [place, part, text]) };
    const body = JSON.stringify(asked);
    if (body === last && again !== true) return;
    last = body;
    running?.abort();
    running = new AbortController();
    try {
      const found = await send(panel.dataset.proofing, body, running.signal);
      show(found, passages);
    } catch (error) {
      if (error.name === "AbortError") return;
      last = "";
      note.textContent = error.told ?? "暂时无法校对，写稿和保存不受影响。";
    }
  }

  function show(found, passages) {
    // Where somebody gives a reason, the list stays under their hands.
    if (list.contains(document.activeElement) && document.activeElement.matches("input")) return;
    const focused = list.contains(document.activeElement);
    list.replaceChildren(...found.hints.map((hint) => line(hint, passages[hint.passage], found.may_override)));
    if (focused) note.focus();
    const count = found.hints.length;
    const passed = found.dismissed ? `，另有 ${found.dismissed} 处已忽略` : "";
    note.textContent = count ? `${count} 处请核对${passed}。` : `没有发现问题${passed}。`;
    counter.textContent = count;
    counter.hidden = !count;
    const alarming = found.hints.some(({ level }) => ALARMING.has(level));
    counter.classList.toggle("w-bg-critical-200", alarming);
    counter.classList.toggle("w-bg-surface-button-default", !alarming);
    length.textContent = found.characters
      ? `${found.characters} 字（不计标点 ${found.without_marks} 字），阅读约 ${found.minutes} 分钟`
      : "";
  }

  function line(hint, passage, mayOverride) {
    const item = template.content.cloneNode(true).firstElementChild;
    const part = (name) => item.querySelector(`[data-${name}]`);
    item.dataset.level = hint.level;
    item.dataset.rule = hint.rule;
    part("level").textContent = hint.level_label;
    part("jump").append(...inContext(hint, passage.text));
    part("jump").setAttribute("aria-label", `到“${hint.words}”处`);
    part("jump").addEventListener("click", () => at(hint, passage, (start, end) => showStretch(passage, start, end)));
    part("why").textContent = `${hint.label}：${hint.sentence}`;
    part("why").title = hint.norm;
    if (isEditable(passage)) {
      part("deeds").prepend(...hint.replacements.map((words) => replacing(hint, passage, words)));
    }
    part("dismiss").setAttribute("aria-label", `忽略“${hint.words}”`);
    if (!hint.is_banned) {
      part("dismiss").addEventListener("click", () => dismiss(hint, ""));
    } else if (mayOverride) {
      part("dismiss").textContent = "仍要使用";
      part("dismiss").setAttribute("aria-label", `仍要使用“${hint.words}”`);
      part("dismiss").addEventListener("click", () => {
        part("reason").hidden = false;
        part("reason").querySelector("input").focus();
      });
      const send = () => dismiss(hint, part("reason").querySelector("input").value);
      part("override").addEventListener("click", send);
      part("reason").addEventListener("keydown", (event) => {
        if (event.key !== "Enter") return;
        event.preventDefault();
        send();
      });
    } else {
      part("dismiss").remove();
    }
    return item;
  }

  function replacing(hint, passage, words) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-small";
    button.textContent = words === "" ? "删去" : `改为“${words}”`;
    button.addEventListener("click", () => at(hint, passage, (start, end) => {
      replaceIn(passage, start, end, words);
      button.closest("li").remove();
      note.textContent = words === "" ? "已删去，可以撤销。" : `已改为“${words}”，可以撤销。`;
      note.focus();
      last = ""; // undone, the text is what was asked about before
      later();
    }));
    return button;
  }

  /** Do something where the words of a hint stand, if they still stand there. */
  function at(hint, passage, act) {
    const [start, end] = unitsOf(passage.text, hint.start, hint.end);
    const isTable = passage.field.type === "hidden" && !passage.key;
    if (!passage.field.isConnected || (!isTable && currentText(passage).slice(start, end) !== hint.words)) {
      note.textContent = "这处文字已经改动，正在重新校对。";
      ask(true);
      return;
    }
    act(start, end);
  }

  async function dismiss(hint, reason) {
    const body = JSON.stringify({ article: articleKey(), rule: hint.rule, words: hint.words, reason });
    document.activeElement?.blur();
    try {
      await send(panel.dataset.proofingDismiss, body);
      await ask(true);
    } catch (error) {
      note.textContent = error.told ?? "没有记下，请稍后再试。";
    }
  }

  async function send(address, body, signal) {
    const token = form.elements.namedItem("csrfmiddlewaretoken").value;
    const answer = await fetch(address, {
      method: "POST", headers: { "Content-Type": "application/json", "X-CSRFToken": token }, body, signal,
    });
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok) throw Object.assign(new Error(`HTTP ${answer.status}`), { told: told.error });
    return told;
  }
}

/** The words of a hint with a few characters around them, themselves marked. */
function inContext(hint, text) {
  const characters = [...text];
  const words = Object.assign(document.createElement("mark"), { textContent: hint.words });
  return [characters.slice(Math.max(0, hint.start - AROUND), hint.start).join(""), words,
    characters.slice(hint.end, hint.end + AROUND).join("")];
}

/** The key of the article, null where it was never saved. An article that is saved by itself gets its address meanwhile. */
function articleKey() {
  const found = /\/edit\/(\d+)\//.exec(location.pathname);
  return found ? Number(found[1]) : null;
}

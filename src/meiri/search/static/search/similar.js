// 相似稿件: asks, while an article is written, which saved ones are like it.

const WAIT = 1200; // milliseconds without a change before it asks
const LONGEST = 60000; // characters; what the server compares
const ALARMING = 80; // per cent from which the button is marked

const panel = document.querySelector("[data-similar]");
const form = document.querySelector("form[data-edit-form]");

if (panel && form) start();

function start() {
  const note = panel.querySelector("[data-similar-note]");
  const list = panel.querySelector("[data-similar-list]");
  const template = panel.querySelector("[data-similar-line]");
  const counter = document.querySelector(
    '[data-side-panel-toggle="similar"] [data-side-panel-toggle-counter]',
  );
  const link = panel.querySelector("[data-lineage-link]");
  let timer = 0;
  let last = "";
  let running = null;
  let lineage = "";

  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  };
  form.addEventListener("input", later);
  form.addEventListener("change", later);
  // Rich text and blocks that are moved or deleted tell nobody: their values stand in the form.
  new MutationObserver(later).observe(form, { childList: true, subtree: true });
  document.addEventListener("w-autosave:success", later);
  later();

  async function ask(again = false) {
    const written = { article: articleKey(), title: value("title"), text: text() };
    const body = JSON.stringify(written);
    if (body === last && again !== true) return;
    last = body;
    running?.abort();
    running = new AbortController();
    try {
      const answer = await fetch(panel.dataset.similar, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
        body,
        signal: running.signal,
      });
      const found = await answer.json();
      if (!answer.ok) throw new Error(found.error);
      show(found, written);
    } catch (error) {
      if (error.name === "AbortError") return;
      last = "";
      note.textContent = "相似稿件暂时无法查找，写稿和保存不受影响。";
    }
  }

  function show(found, written) {
    lineage = found.lineage_url || "";
    link.hidden = !lineage;
    if (lineage) link.firstElementChild.href = lineage;
    if (found.lineage.length) {
      const told = found.lineage.map((words) => Object.assign(document.createElement("p"), { textContent: words }));
      panel.querySelector("[data-lineage]").replaceChildren(...told);
    }
    list.replaceChildren(...found.matches.map((match) => line(match, found.may_record)));
    const count = found.matches.length;
    if (count) note.textContent = `找到 ${count} 篇。`;
    else if (written.text.length + written.title.length < 12) note.textContent = "写下标题或正文后自动查找。";
    else note.textContent = "没有相似的稿件。";
    counter.textContent = count;
    counter.hidden = !count;
    const alarming = found.matches.some((match) => match.percent >= ALARMING);
    counter.classList.toggle("w-bg-critical-200", alarming);
    counter.classList.toggle("w-bg-surface-button-default", !alarming);
  }

  function line(match, mayRecord) {
    const item = template.content.cloneNode(true).firstElementChild;
    const part = (name) => item.querySelector(`[data-${name}]`);
    part("words").textContent = match.words;
    part("state").textContent = match.state;
    part("time").textContent = match.time;
    part("time").dateTime = match.time.replace(" ", "T");
    part("edit").hidden = !match.edit_url;
    part("edit").href = match.edit_url;
    part("compare").setAttribute("aria-label", `与《${match.title}》比对`);
    part("compare").addEventListener("click", () => compare(match));
    part("ties").hidden = !mayRecord || match.recorded;
    part("recorded").hidden = !match.recorded;
    for (const button of item.querySelectorAll("[data-tie]")) {
      if (button.dataset.tie === match.likely) button.classList.remove("button-secondary");
      button.addEventListener("click", () => record(button.dataset.tie, match));
    }
    return item;
  }

  async function record(deed, match) {
    const answer = await fetch(lineage, {
      method: "POST",
      headers: { Accept: "application/json", "X-CSRFToken": token() },
      body: new URLSearchParams({ deed, other: match.id }),
    }).catch(() => null);
    const told = await answer?.json().catch(() => null);
    await ask(true);
    note.textContent = told?.message || told?.error || "没有记下，请稍后再试。";
  }

  /** Opens the comparison of what stands in the form now, saved or not. */
  function compare(match) {
    const sent = document.createElement("form");
    sent.method = "post";
    sent.action = match.compare_url;
    sent.target = "_blank";
    const fields = { csrfmiddlewaretoken: token(), title: value("title"), text: text() };
    for (const [name, content] of Object.entries(fields)) {
      const field = document.createElement("textarea");
      field.name = name;
      field.value = content;
      sent.append(field);
    }
    sent.hidden = true;
    document.body.append(sent);
    sent.submit();
    sent.remove();
  }
}

function value(name) {
  return form.elements.namedItem(name)?.value ?? "";
}

function token() {
  return value("csrfmiddlewaretoken");
}

/** The key of the article, null where it was never saved. An article that is saved by itself gets its address meanwhile. */
function articleKey() {
  const found = /\/edit\/(\d+)\//.exec(location.pathname);
  return found ? Number(found[1]) : null;
}

/** The words of the body as they stand in the form, a line for a paragraph. */
function text() {
  const lines = [];
  for (const field of form.querySelectorAll('[name^="body-"]')) {
    if (!/^body-\d+-value(-text)?$/.test(field.name) || isDeleted(field)) continue;
    lines.push(...linesOf(field.value));
  }
  return lines.join("\n").slice(0, LONGEST);
}

function isDeleted(field) {
  const number = field.name.split("-")[1];
  return form.elements.namedItem(`body-${number}-deleted`)?.value === "1";
}

/** Rich text stands in the form as Draft.js keeps it: an object of blocks, each with its text. A table is an object too. */
function linesOf(content) {
  if (!content.startsWith("{")) return [content];
  try {
    const kept = JSON.parse(content);
    if (kept?.blocks) return kept.blocks.map((block) => block.text);
    return (kept?.data ?? []).map((row) => row.map((cell) => cell ?? "").join("　"));
  } catch {
    return [content];
  }
}

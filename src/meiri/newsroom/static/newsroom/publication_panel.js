// 发布前核对: asks after each save what stands in the way of publishing the article, and leads to the places.

const WAIT = 600; // milliseconds after a save before it asks
const AGAIN = 4000; // milliseconds until it asks what became of links that wait
const MOST_AGAIN = 6;

const panel = document.querySelector("[data-publication]");
const form = document.querySelector("form[data-edit-form]");

if (panel && form) start();

function start() {
  const note = panel.querySelector("[data-publication-note]");
  const template = panel.querySelector("[data-publication-line]");
  const counter = document.querySelector(
    '[data-side-panel-toggle="publication"] [data-side-panel-toggle-counter]',
  );
  let timer = 0;
  let running = null;
  let again = 0;

  const later = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(ask, wait);
  };
  document.addEventListener("w-autosave:success", () => {
    again = 0;
    later(WAIT);
  });
  later(0);
  // Other panels lead to places in the form too.
  document.addEventListener("newsroom:lead", (event) => lead(event.detail));

  async function ask() {
    const key = articleKey();
    if (!key) return;
    running?.abort();
    running = new AbortController();
    try {
      const answer = await fetch(panel.dataset.publication.replace("/0/", `/${key}/`), {
        method: "POST",
        headers: { "X-CSRFToken": form.querySelector("[name=csrfmiddlewaretoken]").value },
        signal: running.signal,
      });
      if (!answer.ok) throw new Error(String(answer.status));
      list(await answer.json());
    } catch (error) {
      if (error.name !== "AbortError") note.textContent = "暂时无法核对，写稿和保存不受影响。";
    }
  }

  function list(found) {
    for (const kind of ["stops", "asks"]) {
      const group = panel.querySelector(`[data-publication-group="${kind}"]`);
      const lines = found.findings.filter((one) => one.stops === (kind === "stops"));
      group.hidden = !lines.length;
      group.querySelector("[data-publication-list]").replaceChildren(...lines.map(line));
    }
    const told = [];
    if (found.stopping) told.push(`${found.stopping} 处必须先处理`);
    if (found.asked) told.push(`${found.asked} 处请核对`);
    note.textContent = told.length ? `${told.join("，")}。` : "没有发现问题，可以发布。";
    if (found.waiting) note.textContent += `另有 ${found.waiting} 个链接正在检查。`;
    counter.textContent = found.stopping + found.asked;
    counter.hidden = !told.length;
    counter.classList.toggle("w-bg-critical-200", found.stopping > 0);
    counter.classList.toggle("w-bg-surface-button-default", !found.stopping);
    if (found.waiting && again < MOST_AGAIN) {
      again += 1;
      later(AGAIN);
    }
  }

  function line(finding) {
    const item = template.content.cloneNode(true).firstElementChild;
    item.querySelector("[data-label]").textContent = finding.label;
    item.querySelector("[data-sentence]").textContent = finding.sentence;
    const jump = item.querySelector("[data-jump]");
    jump.hidden = !placeOf(finding.place);
    jump.setAttribute("aria-label", `去修改：${finding.sentence}`);
    jump.addEventListener("click", () => lead(finding.place));
    return item;
  }
}

/** The key of the article, null where it was never saved. An article that is saved by itself gets its address meanwhile. */
function articleKey() {
  const found = /\/edit\/(\d+)\//.exec(location.pathname);
  return found ? Number(found[1]) : null;
}

/** The part of the form that a finding is about: a field by its name, or a block of the body as `body:` and its id. */
function placeOf(place) {
  if (!place) return null;
  if (place.startsWith("panel:")) return document.querySelector(`[data-side-panel-toggle="${place.slice(6)}"]`);
  const [name, block] = place.split(":");
  if (block) {
    const id = [...form.querySelectorAll('input[name^="body-"][name$="-id"]')].find((one) => one.value === block);
    if (id) return id.closest("[data-contentpath]") ?? id.parentElement;
  }
  return document.querySelector(`[data-contentpath="${name}"]`)
    ?? form.querySelector(`[name="${name}"], [name="${name}-TOTAL_FORMS"], [name="${name}-count"]`);
}

function lead(place) {
  const found = placeOf(place);
  if (!found) return;
  if (place.startsWith("panel:")) {
    found.click();
    return;
  }
  const tab = found.closest('[role="tabpanel"]');
  const isHidden = tab && tab.offsetParent === null;
  if (isHidden) document.querySelector(`[role="tab"][aria-controls="${tab.id}"], [role="tab"][href="#${tab.id}"]`)?.click();
  // A tab opens with a transition: nothing in it can be focused before.
  setTimeout(() => show(found), isHidden ? 300 : 0);
}

function show(found) {
  const shown = found.closest(".w-field__wrapper") ?? found.closest(".w-panel") ?? found.closest("section") ?? found;
  shown.querySelector('[data-panel-toggle][aria-expanded="false"]')?.click();
  const inside = 'button:not([data-panel-toggle]), input:not([type="hidden"]), textarea, select, [contenteditable="true"]';
  const field = found.matches(inside) ? found : [...found.querySelectorAll(inside), ...shown.querySelectorAll(inside)]
    .find((one) => one.offsetParent !== null);
  shown.scrollIntoView({ block: "center" });
  field?.focus({ preventScroll: true });
  shown.classList.add("publication-found");
  setTimeout(() => shown.classList.remove("publication-found"), 2500);
}

// 旁注: the words that are selected in the text are those at which a note is to stand; notes are sent without leaving the screen.

const LONGEST = 200;
const MOST_LOOKED_AT = 5000; // parts of a page in which words are looked for
const FRAGMENT = { Accept: "application/x-fragment" };
const place = document.querySelector("[data-margin-notes]");
const frame = document.querySelector("iframe[data-page]");

if (place) start();

function start() {
  place.addEventListener("submit", (event) => {
    event.preventDefault();
    send(event.target, event.submitter);
  });
  place.addEventListener("click", (event) => {
    const button = event.target.closest("[data-place]");
    if (button) lead(button.dataset.place, button.dataset.words);
  });
  document.addEventListener("selectionchange", () => take(document));
  const follow = () => frame.contentDocument?.addEventListener("selectionchange", () => take(frame.contentDocument));
  frame?.addEventListener("load", follow);
  if (frame) follow();
  document.addEventListener("w-autosave:success", () => {
    if (!place.querySelector("form")) fetchList();
  });
  if (!place.querySelector("form")) fetchList();
  else count();
}

/** The address of the list, with the key of the article; null where it was never saved. */
function address() {
  const given = place.dataset.marginNotes;
  if (!given.includes("/0/")) return given;
  const found = /\/edit\/(\d+)\//.exec(location.pathname);
  return found ? given.replace("/0/", `/${found[1]}/`) : null;
}

async function fetchList() {
  const url = address();
  if (!url) return;
  const answer = await fetch(url, { headers: FRAGMENT }).catch(() => null);
  if (answer?.ok) put(await answer.text());
}

async function send(form, button) {
  const data = new FormData(form, button);
  if (button) button.disabled = true;
  const answer = await fetch(form.action, { method: "POST", headers: FRAGMENT, body: data }).catch(() => null);
  if (button) button.disabled = false;
  if (answer && (answer.ok || answer.status === 422)) put(await answer.text());
  else tell(form, "没有发出去，文字还在，请再试一次。");
}

function tell(form, sentence) {
  const told = form.querySelector("[role=alert]") ?? form.insertBefore(document.createElement("p"), form.firstChild);
  told.setAttribute("role", "alert");
  told.className = "margin-note-refusal";
  told.textContent = sentence;
}

function put(html) {
  place.innerHTML = html;
  count();
}

function count() {
  const counter = document.querySelector(
    '[data-side-panel-toggle="margin-notes"] [data-side-panel-toggle-counter]',
  );
  if (!counter) return;
  const unresolved = place.querySelector("[data-unresolved]")?.dataset.unresolved ?? "0";
  counter.textContent = unresolved;
  counter.hidden = unresolved === "0";
}

/** What was selected in the text of the article, not in the notes themselves. */
function take(page) {
  const selection = page.getSelection();
  const words = selection?.toString().trim();
  const quote = place.querySelector("[data-quote]");
  if (!words || words.length > LONGEST || !quote) return;
  const node = selection.anchorNode;
  const element = node?.nodeType === Node.ELEMENT_NODE ? node : node?.parentElement;
  const inText = page === document ? element?.closest("form[data-edit-form]") : true;
  if (inText) quote.value = words.replace(/\s+/g, " ");
}

function lead(where, words) {
  if (!frame) {
    document.dispatchEvent(new CustomEvent("newsroom:lead", { detail: where }));
    return;
  }
  const page = frame.contentDocument;
  const wanted = words.replace(/\s+/g, "");
  const parts = [...page.querySelectorAll("p, h1, h2, h3, li, td, th, figcaption, blockquote")].slice(0, MOST_LOOKED_AT);
  const found = parts.find((one) => one.textContent.replace(/\s+/g, "").includes(wanted));
  if (!found) return;
  found.scrollIntoView({ block: "center" });
  const range = page.createRange();
  range.selectNodeContents(found);
  page.getSelection().removeAllRanges();
  page.getSelection().addRange(range);
}

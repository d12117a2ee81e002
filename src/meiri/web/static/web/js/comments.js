// Comments: liked without leaving the page; the form fetched when a reader wants to write; its work done in a worker.
const known = () => { try { return JSON.parse(localStorage.getItem("liked")) || []; } catch { return []; } };
const remember = (id, liked) => {
  try { localStorage.setItem("liked", JSON.stringify([...known().filter((n) => n !== id), ...(liked ? [id] : [])].slice(-500))); } catch {}
};
const press = (button, liked) => {
  button.setAttribute("aria-pressed", liked);
  button.value = liked ? "unlike" : "like";
};
const same = (id) => document.querySelectorAll(`[data-like="${id}"]`);
for (const id of known()) same(id).forEach((button) => press(button, true));

const say = (place, words) => {
  let line = place.querySelector("[role=status]");
  if (!line) {
    line = document.createElement("p");
    line.setAttribute("role", "status");
    place.append(line);
  }
  line.textContent = words;
};
document.addEventListener("submit", async (event) => {
  const button = event.target.querySelector("[data-like]");
  if (!button) return;
  event.preventDefault();
  if (button.ariaBusy === "true") return;
  button.ariaBusy = "true";
  const id = button.dataset.like;
  try {
    const answer = await fetch(event.target.action, { method: "POST", body: new URLSearchParams({ deed: button.value }), headers: { Accept: "application/json" } });
    const { likes, liked, detail } = await answer.json();
    if (!answer.ok) say(event.target.parentElement, detail);
    else {
      remember(id, liked);
      same(id).forEach((one) => { press(one, liked); one.querySelector("b").textContent = likes || ""; });
    }
  } catch { say(event.target.parentElement, "暂时无法点赞，请稍后再试。"); }
  button.ariaBusy = "false";
});

// A number for the form, found while the reader writes; who sends earlier waits for it a moment.
const PATIENCE = 8000;
const work = (form) => {
  if (form.dataset.working || form.elements.work.value || !globalThis.crypto?.subtle) return;
  form.dataset.working = "1";
  const worker = new Worker(form.dataset.work);
  const found = new Promise((done) => {
    worker.onmessage = ({ data }) => { form.elements.work.value = data; done(); };
    worker.onerror = done;
    setTimeout(done, PATIENCE);
  }).then(() => { worker.terminate(); form.dataset.worked = "1"; });
  worker.postMessage([form.elements.once.value, Number(form.dataset.bits)]);
  form.addEventListener("submit", async (event) => {
    if (form.dataset.worked) return;
    event.preventDefault();
    form.querySelector(".button").textContent = "正在发表……";
    await found;
    form.submit();
  });
};
document.querySelectorAll(".comment-form").forEach((form) => form.addEventListener("focusin", () => work(form), { once: true }));

document.addEventListener("click", async (event) => {
  const link = event.target.closest("[data-form]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  try {
    const answer = await fetch(link.dataset.form);
    if (!answer.ok) throw answer;
    const part = document.createElement("template");
    part.innerHTML = await answer.text();
    const form = part.content.querySelector("form");
    document.querySelector("#comment-form")?.remove();
    (link.closest(".comment") || link.closest("p")).after(form);
    work(form);
    form.querySelector("input:not([type=hidden]):not([name=website]), textarea").focus();
  } catch { location.assign(link.href); }
});

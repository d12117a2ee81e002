// A vote without leaving the article; what the site asks beside it (a question, to sign in) is on the poll's own page.
const voted = () => { try { return JSON.parse(localStorage.getItem("voted")) || []; } catch { return []; } };
const remember = (address) => {
  try { localStorage.setItem("voted", JSON.stringify([...voted(), address].slice(-300))); } catch {}
};
const say = (form, words) => {
  let line = form.querySelector("[role=status]");
  if (!line) {
    line = document.createElement("p");
    line.setAttribute("role", "status");
    form.append(line);
  }
  line.textContent = words;
};
const show = async (form, words) => {
  const answer = await fetch(form.dataset.result, { cache: "no-cache" });
  if (!answer.ok) throw answer;
  const place = document.createElement("div");
  place.innerHTML = await answer.text();
  form.querySelector("fieldset").querySelectorAll("label").forEach((label) => label.remove());
  form.querySelector("fieldset").append(place);
  form.querySelector(".poll-buttons").remove();
  say(form, words);
};
for (const form of document.querySelectorAll("form[data-result]")) {
  if (voted().includes(form.dataset.result)) show(form, "您已投票。").catch(() => {});
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    if (button.ariaBusy === "true") return;
    if (!new FormData(form).has("choice")) return say(form, "请先选一项。");
    button.ariaBusy = "true";
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { Accept: "application/json" } });
      const { detail, asks } = await answer.json();
      if (asks) return form.submit();
      if (answer.ok || answer.status === 409 || answer.status === 410) {
        remember(form.dataset.result);
        await show(form, detail);
      } else say(form, detail);
    } catch { say(form, "暂时无法投票，请稍后再试。"); }
    button.ariaBusy = "false";
  });
}

// The queue by keyboard: every key presses a button that is there for everybody, and what is decided leaves the list.
const form = document.querySelector("[data-queue]");
if (form) {
  const said = document.querySelector("[data-queue-said]");
  const dialog = document.querySelector("[data-queue-reasons]");
  const all = document.querySelector("[data-tick-all]");
  const rows = () => [...form.querySelectorAll("[data-comment]")];
  const ticked = () => [...form.querySelectorAll("[name=comment]:checked")];
  const current = () => document.activeElement?.closest("[data-comment]");
  let rejecting = null;

  document.querySelector("[data-queue-keys]").hidden = false;
  all.hidden = false;
  all.addEventListener("change", () => form.querySelectorAll("[name=comment]").forEach((box) => { box.checked = all.checked; }));

  const go = (way) => {
    const found = rows();
    const place = found.indexOf(current());
    const next = found[place < 0 ? (way > 0 ? 0 : found.length - 1) : place + way];
    if (!next) return;
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  };
  const send = async (deed, comments, more = {}) => {
    const body = new URLSearchParams({ csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value, deed, ...more });
    comments.forEach((id) => body.append("comment", id));
    let answer;
    try {
      answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
      answer = await answer.json();
    } catch {
      said.textContent = "没有送达，请再试一次。";
      return;
    }
    said.textContent = [answer.said, ...answer.refused].filter(Boolean).join(" ");
    if (!answer.done.length) return;
    if (deed.startsWith("pick") || deed.startsWith("unpick")) return location.reload();
    const left = rows();
    const place = left.findIndex((row) => answer.done.includes(Number(row.dataset.comment)));
    left.filter((row) => answer.done.includes(Number(row.dataset.comment))).forEach((row) => row.remove());
    const rest = rows();
    if (!rest.length) location.reload();
    else rest[Math.min(place, rest.length - 1)].focus();
  };
  // Those that are ticked; where none is, the one under the hand.
  const meant = () => {
    const boxes = ticked().map((box) => box.value);
    return boxes.length ? boxes : current() ? [current().dataset.comment] : [];
  };
  const reject = (reason) => {
    dialog.close();
    if (reason) send("reject", rejecting, { reason });
  };
  const keys = {
    j: () => go(1),
    k: () => go(-1),
    x: () => { const box = current()?.querySelector("[name=comment]"); if (box) box.checked = !box.checked; },
    o: () => current()?.querySelector("[data-open]").click(),
    p: () => { const button = current()?.querySelector("[data-deed=pick]"); if (button) send(button.value, []); },
    a: () => { if (form.querySelector("[data-deed=approve]") && meant().length) send("approve", meant()); },
    r: () => { if (dialog && meant().length) { rejecting = meant(); dialog.showModal(); } },
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("select, textarea, input:not([type=checkbox])")) return;
    if (dialog?.open) {
      const button = /^[1-9]$/.test(event.key) && dialog.querySelectorAll("[data-reason]")[event.key - 1];
      if (button) { event.preventDefault(); button.click(); }
      return;
    }
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  dialog?.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-reason]");
    if (button) reject(button.dataset.reason);
  });
  dialog?.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    reject(dialog.querySelector("[data-own-reason]").value.trim());
  });
  // A closed dialog gives the focus back to the row it came from.
  rows().forEach((row) => row.addEventListener("click", ({ target }) => { if (!target.closest("a, button, input, label")) row.focus(); }));
}

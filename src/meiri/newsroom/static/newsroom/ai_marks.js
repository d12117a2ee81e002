// 逐块标注: a select above each block of the body says whether AI made it or helped. All of them are one field of the form,
// `id:generated,id:assisted`, which others may change while the form is open.
(() => {
  const LOOK = 500;
  const USES = [["", "未用人工智能"], ["assisted", "人工智能辅助"], ["generated", "人工智能生成"]];
  let field = null;

  const marks = () => new Map(field.value.split(",").filter(Boolean).map((word) => word.split(":")));

  // The blocks of the body itself, not the items of a block's lists: each with its id, which a new one gets a moment later.
  function blocks() {
    const found = [];
    for (const input of document.querySelectorAll("[name^='body-'][name$='-id']")) {
      const match = /^body-(\d+)-id$/.exec(input.name);
      const holder = match && input.value && input.closest("[data-streamfield-child]");
      if (holder && !holder.hidden && document.querySelector(`[name="body-${match[1]}-deleted"]`)?.value !== "1") {
        found.push({ id: input.value, holder });
      }
    }
    return found;
  }

  function choose(id, use) {
    const chosen = marks();
    if (use) chosen.set(id, use);
    else chosen.delete(id);
    field.value = [...chosen].map((pair) => pair.join(":")).join(",");
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function selectFor(holder) {
    const select = document.createElement("select");
    select.className = "ai-mark";
    select.setAttribute("aria-label", "这一块的人工智能标注");
    select.append(...USES.map(([value, words]) => new Option(words, value)));
    // The form knows its own fields: this one only shows a part of another.
    select.addEventListener("change", (event) => {
      event.stopPropagation();
      choose(holder.querySelector("[name^='body-'][name$='-id']").value, select.value);
    });
    (holder.querySelector(".w-panel__controls") ?? holder).prepend(select);
    return select;
  }

  function show() {
    const chosen = marks();
    for (const { id, holder } of blocks()) {
      const select = holder.querySelector("select.ai-mark") ?? selectFor(holder);
      const use = chosen.get(id) ?? "";
      if (select.value !== use && document.activeElement !== select) select.value = use;
      select.dataset.use = use;
    }
  }

  function start() {
    field = document.querySelector("[data-ai-marks]");
    if (!field) return;
    show();
    setInterval(show, LOOK);
  }

  // The field may stand below the script.
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();

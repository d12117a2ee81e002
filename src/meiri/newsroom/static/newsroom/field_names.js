// Names, for screen readers and dictation, of fields that Wagtail's forms leave without one.
(() => {
  const UNNAMED = ".public-DraftEditor-content:not([aria-label]), input:not([aria-label]):not([type=hidden]),"
    + " textarea.copyPaste:not([aria-label])";

  // What a table is copied and pasted through stands nowhere in it.
  const FIXED = { file: "选择文件", HandsontableCopyPaste: "表格的复制和粘贴" };

  // The words beside a field: its label, else the heading of the block or panel that it stands in.
  function wordsBeside(field) {
    const label = field.closest(".w-field__wrapper, [data-field-wrapper]")?.querySelector("label, .w-field__label");
    const heading = field.closest("[data-panel]")?.querySelector(".c-sf-block__type, [data-panel-heading-text]");
    return (label || heading)?.textContent.replace("*", "").trim();
  }

  const isNamed = (field) => field.labels?.length || field.title || field.getAttribute("aria-labelledby");

  function nameFields() {
    for (const field of document.querySelectorAll(UNNAMED)) {
      const words = !isNamed(field) && (FIXED[field.type === "file" ? "file" : field.id] || wordsBeside(field));
      if (words) field.setAttribute("aria-label", words);
    }
    // A button beside the form is called by its number too, which stands on it.
    for (const toggle of document.querySelectorAll("[data-side-panel-toggle][aria-label]")) {
      const counter = toggle.querySelector("[data-side-panel-toggle-counter]");
      const number = counter && !counter.hidden ? counter.textContent.trim() : "";
      toggle.dataset.plainLabel ??= toggle.getAttribute("aria-label");
      const label = number ? `${toggle.dataset.plainLabel} ${number}` : toggle.dataset.plainLabel;
      if (toggle.getAttribute("aria-label") !== label) toggle.setAttribute("aria-label", label);
    }
    // What the link above the menu is called begins with what stands on it.
    const mark = document.querySelector(".sidebar-custom-branding");
    const site = mark?.querySelector(".newsroom-mark-name")?.textContent.trim();
    if (site && !mark.getAttribute("aria-label").startsWith(site)) {
      mark.setAttribute("aria-label", `${site} ${mark.getAttribute("aria-label")}`);
    }
  }

  let waiting = false;
  new MutationObserver(() => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => { waiting = false; nameFields(); }, 100);
  }).observe(document.documentElement, { childList: true, subtree: true });
})();

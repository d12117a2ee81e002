// 纠错 at what a reader has selected in the text: a link behind it, in the order of reading, and the next Tab leads there.
const plainly = document.querySelector("[data-report]");
const text = document.querySelector(".article .body");
if (plainly && text) {
  const link = document.createElement("a");
  link.className = "report-selection";
  link.textContent = "纠错";
  let waiting, fresh = false;
  const offer = () => {
    const selection = getSelection();
    const quote = selection.isCollapsed ? "" : selection.toString().trim();
    if (!quote || quote.length > 300 || !text.contains(selection.anchorNode) || !text.contains(selection.focusNode)) {
      if (document.activeElement !== link) link.remove();
      return;
    }
    const range = selection.getRangeAt(selection.rangeCount - 1);
    const box = [...range.getClientRects()].at(-1) || range.getBoundingClientRect();
    let part = range.endContainer;
    while (part.parentNode !== text) part = part.parentNode;
    link.href = `${plainly.href}?quote=${encodeURIComponent(quote)}`;
    link.ariaLabel = `对选中的文字纠错：${quote.slice(0, 20)}`;
    if (part.nextSibling !== link) part.after(link);
    fresh = true;
    const origin = text.getBoundingClientRect();
    link.style.insetBlockStart = `${box.bottom - origin.top + 4}px`;
    link.style.insetInlineStart = `${Math.max(0, Math.min(box.right - origin.left - 40, origin.width - link.offsetWidth))}px`;
  };
  document.addEventListener("selectionchange", () => { clearTimeout(waiting); waiting = setTimeout(offer, 150); });
  // Whoever clicked into the text has the focus on all of it: the first Tab after selecting leads to the link, later ones on.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Tab" || event.shiftKey || !fresh || !link.isConnected) return;
    fresh = false;
    event.preventDefault();
    link.focus();
  });
  link.addEventListener("blur", () => { if (getSelection().isCollapsed) link.remove(); });
  offer();
}

// What a reader has selected in the text can be reported (纠错) or made a card (卡片): links behind it, in the order of reading, and the
// next Tab leads there.
const plainly = document.querySelector("[data-report]");
const text = document.querySelector(".article .body");
if (plainly && text) {
  const link = document.createElement("a");
  link.className = "report-selection";
  link.textContent = "纠错";
  // Not in traditional script: a card is made only of words as the article has them.
  const cards = document.querySelector("[data-card]");
  const card = document.createElement("a");
  card.className = "report-selection";
  card.textContent = "卡片";
  card.target = "_blank";
  const offered = document.createElement("span");
  offered.className = "selection-tools";
  offered.append(link);
  let waiting, fresh = false;
  const offer = () => {
    const selection = getSelection();
    const quote = selection.isCollapsed ? "" : selection.toString().trim();
    if (!quote || quote.length > 300 || !text.contains(selection.anchorNode) || !text.contains(selection.focusNode)) {
      if (!offered.contains(document.activeElement)) offered.remove();
      return;
    }
    const range = selection.getRangeAt(selection.rangeCount - 1);
    const box = [...range.getClientRects()].at(-1) || range.getBoundingClientRect();
    let part = range.endContainer;
    while (part.parentNode !== text) part = part.parentNode;
    link.href = `${plainly.href}?quote=${encodeURIComponent(quote)}`;
    link.ariaLabel = `对选中的文字纠错：${quote.slice(0, 20)}`;
    if (cards && quote.length >= 6 && quote.length <= 140) {
      card.href = `${cards.dataset.card}?quote=${encodeURIComponent(quote)}`;
      card.ariaLabel = `把选中的文字做成卡片：${quote.slice(0, 20)}`;
      offered.append(card);
    } else card.remove();
    if (part.nextSibling !== offered) part.after(offered);
    fresh = true;
    const origin = text.getBoundingClientRect();
    offered.style.insetBlockStart = `${box.bottom - origin.top + 4}px`;
    offered.style.insetInlineStart = `${Math.max(0, Math.min(box.right - origin.left - 40, origin.width - offered.offsetWidth))}px`;
  };
  document.addEventListener("selectionchange", () => { clearTimeout(waiting); waiting = setTimeout(offer, 150); });
  // Whoever clicked into the text has the focus on all of it: the first Tab after selecting leads to the link, later ones on.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Tab" || event.shiftKey || !fresh || !offered.isConnected) return;
    fresh = false;
    event.preventDefault();
    link.focus();
  });
  offered.addEventListener("focusout", ({ relatedTarget }) => { if (getSelection().isCollapsed && !offered.contains(relatedTarget)) offered.remove(); });
  offer();
}

/* The body of an article in its form: the blocks of Wagtail's stream field, and a line that tells the editor what was done. */
window.articleBody = (() => {
  "use strict";
  // What the body of an article is made of, and no other stream field of the site.
  const KINDS = ["text", "heading", "image", "quote", "table"];

  const isBody = (block) => KINDS.every((kind) => block?.blockDef?.childBlockDefsByName?.[kind]);

  /** Call `act` with the body of the page, once it stands there. */
  function whenReady(act) {
    let isDone = false;
    const look = () => {
      const stream = isDone ? null : streamOfPage();
      if (!stream) return;
      isDone = true;
      act(stream);
    };
    document.addEventListener("w-block:ready", look);
    document.addEventListener("DOMContentLoaded", look);
    look();
  }

  const streamOfPage = () =>
    [...document.querySelectorAll("form [id$='-root']")].map((e) => e.rootBlock).find(isBody) ?? null;

  const childOf = (stream, element) => stream.children.find((child) => child.element.contains(element));

  /** The rich text editor of a text block. */
  const editorOf = (child) => child.block?.widget?.input?.draftailEditor;

  /** A name for a new block, as Wagtail gives them (RFC 9562, version 4). */
  function newId() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  }

  const insert = (stream, { type, value }, index) => stream.insert({ type, value, id: newId() }, index);

  const remove = (stream, child) => {
    const index = stream.children.indexOf(child);
    if (index >= 0) stream.deleteBlock(index);
  };

  /** Let the form know that it is no longer as it was saved. */
  const changed = (stream) => stream.element.dispatchEvent(new Event("change", { bubbles: true }));

  /** What a block holds, to be compared with what it holds later. */
  const contentOf = (child) =>
    child.type === "text" ? child.block.getState().getCurrentContent() : JSON.stringify(child.getValue());

  const token = (stream) => stream.element.closest("form")?.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";

  /** The answer of the newsroom to `form`, with `error` where it gives one. Rejects where none comes. */
  async function ask(stream, address, form) {
    const answer = await fetch(address, {
      method: "POST",
      body: form,
      headers: { "X-CSRFToken": token(stream), Accept: "application/json" },
    });
    if (!answer.ok && answer.status !== 422) throw new Error(`status ${answer.status}`);
    return answer.json();
  }

  const hush = () => document.querySelector(".body-said")?.remove();

  /** Say `words` beside the body until they are closed. `undo` takes back what they speak of. */
  function say(words, { undo = null, isWarning = false } = {}) {
    hush();
    const box = document.createElement("div");
    box.className = `body-said${isWarning ? " body-said--warning" : ""}`;
    const text = document.createElement("p");
    text.setAttribute("role", "status");
    box.append(text);
    if (undo) box.append(button("撤销", undo));
    box.append(button("关闭", hush));
    document.body.append(box);
    // In the top layer: no panel of the form lies above its buttons.
    box.popover = "manual";
    box.showPopover?.();
    text.textContent = words; // after it stands on the page, so that it is read aloud
  }

  function button(label, act, className = "button button-small button-secondary") {
    const made = document.createElement("button");
    made.type = "button";
    made.className = className;
    made.textContent = label;
    made.addEventListener("click", act);
    return made;
  }

  return { whenReady, childOf, editorOf, insert, remove, changed, contentOf, ask, say, hush, button };
})();

// The texts of the form as proofing looks at them, and changing a stretch of one.
(() => {
  const FIELDS = ["kicker", "title", "subtitle", "short_title", "summary", "dateline"];

  /** A passage: its place as the server names it, its part, its text, and where it stands on the screen. */
  function passagesOf(form) {
    const found = [];
    const add = (place, part, text, where) => {
      if (text.trim()) found.push({ place, part, text, ...where });
    };
    for (const name of FIELDS) {
      const field = form.elements.namedItem(name);
      if (field) add(name, 0, field.value, { field });
    }
    for (const { id, prefix } of blocksOf(form)) {
      let part = 0;
      for (const field of form.querySelectorAll(`[name^="${prefix}-value"]`)) {
        for (const { text, ...where } of textsOf(field)) add(`body:${id}`, part++, text, { field, ...where });
      }
    }
    return found;
  }

  /** The blocks of the body that are not deleted, in their order: the id of each and the prefix of its fields. */
  function blocksOf(form) {
    const found = [];
    for (const kind of form.querySelectorAll('[name^="body-"][name$="-type"]')) {
      const [, prefix] = /^(body-\d+)-type$/.exec(kind.name) ?? [];
      const value = (name) => form.elements.namedItem(`${prefix}-${name}`)?.value ?? "";
      if (prefix && value("deleted") !== "1") found.push({ id: value("id"), prefix, order: Number(value("order")) });
    }
    return found.sort((one, other) => one.order - other.order);
  }

  /** The texts in a field of a block: paragraphs of rich text with the keys of the editor, one line, cells of a table. */
  function textsOf(field) {
    const content = field.draftailEditor?.getEditorState().getCurrentContent();
    if (content) {
      return content.getBlocksAsArray().filter((block) => block.getType() !== "atomic")
        .map((block) => ({ text: block.getText(), key: block.getKey() }));
    }
    if (field.matches("textarea, input[type=text]")) return [{ text: field.value }];
    if (field.type !== "hidden" || !field.value.startsWith("{")) return [];
    try {
      const rows = JSON.parse(field.value).data ?? [];
      return rows.flat().filter((cell) => typeof cell === "string").map((text) => ({ text }));
    } catch {
      return [];
    }
  }

  /** Offsets of a text in UTF-16 units, as the browser counts, from offsets in characters. */
  function unitsOf(text, start, end) {
    const characters = [...text];
    const before = characters.slice(0, start).join("").length;
    return [before, before + characters.slice(start, end).join("").length];
  }

  /** Whether the passage can be changed by a click; cells of a table are changed by hand. */
  const isEditable = ({ field, key }) => Boolean(key) || field.type !== "hidden";

  /** The text of a passage as it stands on the screen now. */
  function currentText({ field, key }) {
    if (!key) return field.value;
    return field.draftailEditor.getEditorState().getCurrentContent().getBlockForKey(key)?.getText() ?? "";
  }

  /** Put `words` in the place of the characters `start` to `end` (UTF-16 units). It can be undone where it stands. */
  function replaceIn({ field, key }, start, end, words) {
    // The form keeps what its writer types; this is as if it were typed.
    field.dispatchEvent(new Event("beforeinput", { bubbles: true }));
    if (key) {
      field.draftailEditor.onChange(withWords(field.draftailEditor.getEditorState(), key, start, end, words));
      return;
    }
    field.focus();
    field.setSelectionRange(start, end);
    const typed = document.execCommand?.(words ? "insertText" : "delete", false, words);
    if (!typed) {
      field.setRangeText(words, start, end, "end");
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** The state of the rich text editor with `words` in the place of a stretch; they are styled and linked as its first character was. */
  function withWords(state, key, start, end, words) {
    const content = state.getCurrentContent(), block = content.getBlockForKey(key);
    const characters = block.getCharacterList(), text = block.getText();
    const like = characters.get(start);
    const changed = block.merge({
      text: text.slice(0, start) + words + text.slice(end),
      characterList: characters.splice(start, end - start, ...Array.from({ length: words.length }, () => like)),
    });
    const selection = state.getSelection().merge({
      anchorKey: key, anchorOffset: start + words.length, focusKey: key, focusOffset: start + words.length, isBackward: false,
    });
    const next = content.merge({
      blockMap: content.getBlockMap().set(key, changed), selectionBefore: state.getSelection(), selectionAfter: selection,
    });
    return state.constructor.push(state, next, "insert-fragment");
  }

  /** Bring a stretch of a passage before the eyes of whoever writes, selected. */
  function showStretch({ field, key }, start, end) {
    const panel = field.closest('[role="tabpanel"]');
    if (panel?.hidden) document.querySelector(`[role="tab"][href="#${CSS.escape(panel.id)}"]`)?.click();
    if (!key) {
      const shown = field.type === "hidden" ? field.parentElement : field;
      shown.scrollIntoView({ block: "center" });
      if (field.type === "hidden") return;
      field.focus();
      field.setSelectionRange(start, end);
      return;
    }
    const editor = field.draftailEditor, state = editor.getEditorState();
    const line = field.closest("[data-streamfield-child]")?.querySelector(`[data-offset-key^="${CSS.escape(key)}-"]`);
    line?.scrollIntoView({ block: "center" });
    editor.focus?.();
    const selection = state.getSelection().merge({
      anchorKey: key, anchorOffset: start, focusKey: key, focusOffset: end, isBackward: false, hasFocus: true,
    });
    editor.onChange(state.constructor.forceSelection(editor.getEditorState(), selection));
  }

  window.meiriProofing = { passagesOf, blocksOf, textsOf, unitsOf, isEditable, currentText, replaceIn, withWords, showStretch };
})();

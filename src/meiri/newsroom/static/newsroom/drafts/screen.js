// What stands in the form on the screen: reading it, and putting in what others wrote.
(() => {
  const OWN = new Set(["csrfmiddlewaretoken", "loaded_revision_id", "loaded_revision_created_at", "next"]);
  const uuid = () => crypto.randomUUID?.() ??
    "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) =>
      (+c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (+c / 4)))).toString(16));

  // The editor of rich text writes into its field a moment after somebody typed: what is read is what is on the screen.
  const written = new WeakMap();
  function writeEditors(form) {
    for (const input of form.querySelectorAll("input[type=hidden]")) {
      const content = input.draftailEditor?.getEditorState().getCurrentContent();
      if (content && written.get(input) !== content) {
        input.draftailEditor.saveState();
        written.set(input, content);
      }
    }
  }

  // The fields of the form as pairs (name, value), without what belongs to the message and not to the text.
  function pairs(form) {
    writeEditors(form);
    return [...new FormData(form)].filter(
      ([name, value]) => typeof value === "string" && !OWN.has(name) && !/^(form_|comments-)/.test(name));
  }

  const asText = (entries) => JSON.stringify(entries);

  const block = (name) => document.getElementById(`${name}-root`)?.rootBlock;

  // Blocks that were split off or duplicated have no id yet: without one they would be new with every save.
  function nameBlocks(form, streams) {
    for (const input of form.querySelectorAll("input[type=hidden][name$='-id']")) {
      if (!input.value && /^\w+-\d+(-value(-\w+)+-\d+)*-id$/.test(input.name) && input.closest("[data-streamfield-child]")) {
        input.value = uuid();
        const holder = input.closest("[data-streamfield-child]");
        holder.dataset.contentpath = input.value;
        holder.removeAttribute("data-contentpath-disabled");
      }
    }
    for (const name of streams) {
      for (const child of block(name)?.children ?? []) child.id = blockId(child);
    }
  }

  const blockId = (child) => child.element.querySelector(`input[name="${child.prefix}-id"]`).value;

  // Each block of a body by its id, as text: two of the same text are the same.
  function blocksOf(entries, name) {
    const found = {}, byPrefix = {};
    for (const [key, value] of entries) {
      const match = key.startsWith(`${name}-`) && /^(\d+)-(.+)$/.exec(key.slice(name.length + 1));
      if (match) (byPrefix[match[1]] ??= {})[match[2]] = value;
    }
    for (const { id, deleted, order, ...rest } of Object.values(byPrefix)) {
      if (!deleted) found[id] = JSON.stringify(rest);
    }
    return found;
  }

  const valuesOf = (entries, name) => entries.filter(([key]) => key === name).map(([, value]) => value);

  // Show `value` in the field `name`. False where the field is of a kind that only a new page can show.
  function setField(form, name, value) {
    const elements = [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)];
    if (!elements.length) return false;
    const texts = (Array.isArray(value) ? value : [value]).map((item) => (item ?? "").toString());
    const picker = elements.length === 1 && elements[0].closest("meiri-picker");
    if (picker) {
      picker.set(texts);
    } else if (elements.every((element) => element.type === "checkbox")) {
      // What is ticked is a list, or words with commas between them.
      const ticked = Array.isArray(value) ? texts : texts[0].split(",");
      for (const element of elements) element.checked = ticked.includes(element.value);
    } else if (elements.length === 1 && !Array.isArray(value) &&
               elements[0].matches("textarea, select, input[type=text], input[type=url], input:not([type])")) {
      elements[0].value = texts[0];
      elements[0].dispatchEvent(new Event("autosize:update"));
    } else {
      return false;
    }
    elements[0].dispatchEvent(new Event("change", { bubbles: true }));
    return true;
  }

  // Show what others made of a block. Rich text takes the state of its editor where it stands already, and its JSON where it
  // is put in; whoever writes in it goes on where they were. What could be undone is forgotten: it would take others' words away.
  function setBlock(child, state) {
    if (child.type !== "text") {
      child.block.setState(state.value);
      return;
    }
    const before = child.block.getState(), after = window.Draftail.createEditorStateFromRaw(JSON.parse(state.value));
    const selection = movedSelection(before, after.getCurrentContent());
    const { constructor: EditorState } = after;
    child.block.setState(
      selection.getHasFocus() ? EditorState.forceSelection(after, selection) : EditorState.acceptSelection(after, selection));
  }

  function movedSelection(before, content) {
    const selection = before.getSelection(), old = before.getCurrentContent();
    const moved = (key, offset) => {
      const block = content.getBlockForKey(key);
      if (!block) return { key: content.getFirstBlock().getKey(), offset: 0 };
      const was = old.getBlockForKey(key).getText(), is = block.getText();
      let same = 0;
      while (same < was.length && was[same] === is[same]) same += 1;
      const at = offset <= same ? offset : offset + is.length - was.length;
      return { key, offset: Math.max(0, Math.min(at, is.length)) };
    };
    const anchor = moved(selection.getAnchorKey(), selection.getAnchorOffset());
    const focus = moved(selection.getFocusKey(), selection.getFocusOffset());
    return selection.merge({
      anchorKey: anchor.key, anchorOffset: anchor.offset, focusKey: focus.key, focusOffset: focus.offset,
    });
  }

  // The blocks of a body as they can be kept and put in again.
  const statesOf = (name) => (block(name)?.children ?? []).map((child) => ({
    type: child.type,
    id: blockId(child),
    value: child.type === "text" ? child.block.getValue() : child.block.getState(),
  }));

  const isIn = (child) => child.element.contains(document.activeElement);

  // Put into the body `name` what others changed: `told.content` is what is stored, `told.mine` what was sent, `sent` the fields as
  // they were sent. A block that was changed since waits, and all of them while somebody writes (`busy`). Gives what the body on the screen
  // now begins with, and whether something waits.
  function mergeBody(form, name, told, base, sent, busy) {
    const root = block(name), wanted = told.content[name], mine = told.mine[name];
    const now = blocksOf(pairs(form), name), then = blocksOf(sent, name);
    const states = Object.fromEntries(told.states[name].map((state) => [state.id, state]));
    const mineById = Object.fromEntries(mine.map((item) => [item.id, item]));
    const baseById = Object.fromEntries(base.map((item) => [item.id, item]));
    const inConflict = new Set(told.conflicts.filter(({ path }) => path[0] === name).map(({ path }) => path[1]));
    const child = (id) => root.children.find((one) => blockId(one) === id);
    const waits = (id) => now[id] !== then[id] || busy.anywhere || (busy.here && child(id) && isIn(child(id)));
    const began = [];
    let waiting = false, before = -1;

    for (const item of wanted) {
      const own = mineById[item.id], shown = child(item.id);
      if (!own && !shown && busy.anywhere) {
        waiting = true;
      } else if (!own && !shown) {
        root.insert(states[item.id], before + 1);
        began.push(item);
      } else if (!own) {
        began.push(item);
      } else if (!shown) {
        began.push(own);  // taken out here since: that is a change of our own
      } else if (inConflict.has(item.id)) {
        if (baseById[item.id]) began.push(baseById[item.id]);
      } else if (JSON.stringify(own) === JSON.stringify(item)) {
        began.push(item);
      } else if (waits(item.id)) {
        began.push(own);
        waiting = true;
      } else {
        setBlock(shown, states[item.id]);
        began.push(item);
      }
      const at = root.children.findIndex((one) => blockId(one) === item.id);
      if (at >= 0) before = at;
    }
    const kept = new Set(wanted.map((item) => item.id));
    for (const own of mine) {
      if (kept.has(own.id) || !child(own.id)) continue;
      if (waits(own.id)) {
        began.push(own);
        waiting = true;
      } else {
        root.deleteBlock(root.children.indexOf(child(own.id)));
      }
    }
    if (!busy.anywhere && !(busy.here && root.children.some(isIn))) inOrder(root, wanted.map((item) => item.id));
    return { began, waiting };
  }

  function inOrder(root, ids) {
    const known = ids.filter((id) => root.children.some((one) => blockId(one) === id));
    known.forEach((id, at) => {
      const shown = root.children.map(blockId).filter((one) => known.includes(one));
      if (shown[at] !== id) {
        const from = root.children.findIndex((one) => blockId(one) === id);
        const to = root.children.findIndex((one) => blockId(one) === shown[at]);
        root.moveBlock(from, to);
      }
    });
  }

  Object.assign(window.meiriDrafts, {
    screen: { pairs, asText, block, nameBlocks, blockId, blocksOf, valuesOf, setField, setBlock, statesOf, mergeBody, uuid },
  });
})();

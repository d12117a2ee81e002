/* 一键排版: a button above the body of an article that shows what it would change, and changes it when the editor agrees. */
(() => {
  "use strict";
  const body = window.articleBody;
  const ADDRESS = document.currentScript.dataset.address;

  body.whenReady((stream) => {
    const bar = document.createElement("div");
    bar.className = "body-layout";
    bar.append(body.button("一键排版", () => preview(stream)));
    stream.element.before(bar);
  });

  async function preview(stream) {
    let answer;
    try {
      answer = await body.ask(stream, ADDRESS, fieldsOf(stream));
    } catch {
      body.say("没有连上服务器，没有排版，请再试一次。", { isWarning: true });
      return;
    }
    if (answer.error) body.say(answer.error, { isWarning: true });
    else if (!answer.changes.length) body.say("版式已经整齐，没有要改的地方。");
    else show(stream, answer);
  }

  /** The fields of the body as they stand, with what was typed a moment ago. */
  function fieldsOf(stream) {
    for (const child of stream.children) if (child.type === "text") body.editorOf(child)?.saveState();
    const form = new FormData();
    const fields = new FormData(stream.element.closest("form"));
    for (const [name, value] of fields) if (name.startsWith(`${stream.prefix}-`)) form.append(name, value);
    return form;
  }

  function show(stream, { changes, blocks }) {
    const dialog = document.createElement("dialog");
    dialog.className = "layout-preview";
    dialog.setAttribute("aria-labelledby", "layout-preview-title");
    const title = document.createElement("h2");
    title.id = "layout-preview-title";
    title.textContent = `一键排版：${changes.length} 处改动`;
    const list = document.createElement("ol");
    list.append(...changes.map(line));
    const buttons = document.createElement("div");
    buttons.className = "layout-preview-buttons";
    buttons.append(
      body.button("按此排版", () => dialog.close("apply"), "button"),
      body.button("不改", () => dialog.close(), "button button-secondary"),
    );
    dialog.append(title, list, buttons);
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (dialog.returnValue === "apply") apply(stream, blocks, changes.length);
    });
    document.body.append(dialog);
    body.hush();
    dialog.showModal();
  }

  function line({ label, is_removed: isRemoved, parts }) {
    const item = document.createElement("li");
    const kind = document.createElement("small");
    kind.textContent = isRemoved ? "删去空段" : label;
    const words = document.createElement("p");
    for (const [state, text] of isRemoved ? [] : parts) {
      const piece = document.createElement({ same: "span", old: "del", new: "ins" }[state]);
      // Blanks that go are seen as such.
      piece.textContent = state === "old" ? text.replace(/\u3000/g, "□").replace(/[ \xa0]/g, "␣") : text;
      words.append(piece);
    }
    item.append(kind, words);
    return item;
  }

  function apply(stream, blocks, count) {
    const done = [];
    // From the end, so that the numbers of those before stay right.
    for (const { number, value } of [...blocks].reverse()) {
      const child = stream.children[number];
      if (!child) continue;
      done.push(child.type === "text" && value ? rewriteText(child, value) : replace(stream, child, number, value));
    }
    const undo = { stream, done, contents: done.map(({ now }) => now && body.contentOf(now)) };
    body.changed(stream);
    body.say(`已排版，改动 ${count} 处。`, { undo: () => takeBack(undo) });
  }

  /** The text of a block anew; its editor undoes that like typing. */
  function rewriteText(child, raw) {
    const { EditorState, convertFromRaw } = window.DraftJS;
    const editor = body.editorOf(child);
    const before = editor.getEditorState();
    editor.onChange(EditorState.push(before, convertFromRaw(JSON.parse(raw)), "change-block-data"));
    return { now: child, before };
  }

  function replace(stream, child, number, value) {
    const before = { type: child.type, value: child.block.getState() };
    body.remove(stream, child);
    return { before, number, now: value && body.insert(stream, { type: child.type, value }, number) };
  }

  function takeBack({ stream, done, contents }) {
    const isAsItWas = done.every(
      ({ now }, index) => !now || (stream.children.includes(now) && body.contentOf(now) === contents[index]),
    );
    if (!isAsItWas) {
      body.say("排版以后又改过，不能一次撤销，请逐处修改。", { isWarning: true });
      return;
    }
    for (const { now, before, number } of [...done].reverse()) {
      if (number === undefined) {
        now.block.setState(before);
      } else {
        const index = now ? stream.children.indexOf(now) : number;
        if (now) body.remove(stream, now);
        body.insert(stream, before, index);
      }
    }
    body.changed(stream);
    body.say("已撤销排版。");
  }
})();

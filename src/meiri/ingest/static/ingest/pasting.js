/* Pastes into the text of an article: what rich text alone would lose goes to the newsroom and comes back as blocks. */
(() => {
  "use strict";
  const body = window.articleBody;
  const ADDRESS = document.currentScript.dataset.address;
  // What Draftail writes when it copies: it reads that better than anybody.
  const DRAFTAILS_OWN = "data-draftjs-conductor-fragment";
  const LOST_IN_TEXT =
    "img,table,h1,h2,h3,h4,h5,h6,blockquote,ul,ol,hr,pre,video,audio,iframe,object,embed,svg,math,del,[style*='mso-list']";
  const READING = "正在整理粘贴的内容……";
  const NOT_YET = "粘贴的内容还在整理，请等它出现以后再保存。";

  const waiting = new Set(); // pastes that are on their way
  let last = null; // the one that can be taken back
  let isLatest = false; // whether nothing was typed in the body since
  const CHANGING_KEYS = ["Backspace", "Delete", "Enter"];

  // Inside the form, which hears of a paste first, and around the editors, which hear of it no more.
  body.whenReady((stream) => {
    stream.element.addEventListener("paste", (event) => receive(event, stream), true);
    stream.element.addEventListener("keydown", takeBackByKey, true);
    stream.element.addEventListener("beforeinput", () => { isLatest = false; }, true);
  });
  document.addEventListener("submit", holdBack, true);
  window.addEventListener("beforeunload", (event) => waiting.size && event.preventDefault());

  function receive(event, stream) {
    const child = body.childOf(stream, event.target);
    const editor = child?.type === "text" && body.editorOf(child);
    if (!editor || !event.clipboardData || editor.getEditorState().isInCompositionMode()) return;
    const clipboard = read(event.clipboardData);
    if (!bringsMoreThanWords(clipboard)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const at = { stream, child, selection: editor.getEditorState().getSelection() };
    const paste = take(clipboard, at).finally(() => waiting.delete(paste));
    waiting.add(paste);
  }

  const read = (data) => ({
    html: data.getData("text/html"),
    text: data.getData("text/plain"),
    rtf: data.getData("text/rtf"),
    pictures: [...data.files].filter((file) => file.type.startsWith("image/")),
  });

  function bringsMoreThanWords({ html, text, pictures }) {
    if (html.includes(DRAFTAILS_OWN)) return false;
    if (!html) return pictures.length > 0 || lines(text).length > 1;
    return lines(text).length > 1 || Boolean(parsed(html).querySelector(LOST_IN_TEXT));
  }

  // Nothing of such a document is loaded or run.
  const parsed = (html) => new DOMParser().parseFromString(html, "text/html");
  const lines = (text) => text.split(/[\r\n]+/).filter((line) => line.trim());

  async function take(clipboard, at) {
    body.say(READING);
    try {
      const answer = await body.ask(at.stream, ADDRESS, formOf(clipboard));
      await composed(at);
      if (answer.error) {
        pasteWords(clipboard, at, answer.error);
      } else {
        const undo = answer.text ? pasteText(answer.text, at) : pasteBlocks(answer.blocks, at);
        last = undo;
        isLatest = Boolean(undo);
        body.say(answer.said, { undo: undo && (() => takeBack(undo)), isWarning: !answer.is_complete });
      }
    } catch {
      await composed(at);
      pasteWords(clipboard, at, "没有连上服务器。");
    }
    body.changed(at.stream);
  }

  function formOf({ html, text, rtf, pictures }) {
    const form = new FormData();
    form.append("html", new Blob([html]), "clipboard.html");
    form.append("text", new Blob([text || parsed(html).body.textContent]), "clipboard.txt");
    if (/<img[^>]+file:/i.test(html)) form.append("rtf", new Blob([rtf]), "clipboard.rtf");
    // Beside words the file is a picture of them, as Excel and Word make one.
    const isPicture = !html || !parsed(html).body.textContent.trim();
    for (const picture of isPicture ? pictures : []) form.append("pictures", picture, picture.name || "picture");
    return form;
  }

  /** Wait until no word is half typed with an input method. */
  async function composed({ child }) {
    const editor = body.editorOf(child);
    while (editor?.getEditorState().isInCompositionMode()) await new Promise((go) => setTimeout(go, 50));
  }

  /** Where the paste belongs, in the text as it is by now. */
  function stateAt({ child, selection }) {
    const state = body.editorOf(child).getEditorState();
    const content = state.getCurrentContent();
    const held = (key, offset) => Math.min(offset, content.getBlockForKey(key).getLength());
    const [anchor, focus] = [selection.getAnchorKey(), selection.getFocusKey()];
    if (!content.getBlockForKey(anchor) || !content.getBlockForKey(focus)) return state;
    const kept = selection.merge({
      anchorOffset: held(anchor, selection.getAnchorOffset()),
      focusOffset: held(focus, selection.getFocusOffset()),
    });
    return window.DraftJS.EditorState.acceptSelection(state, kept);
  }

  const isThere = ({ stream, child }) => stream.children.includes(child);

  /** Rich text at the caret; Draftail undoes it like typing. */
  function pasteText(raw, at) {
    const fragment = window.DraftJS.convertFromRaw(JSON.parse(raw));
    if (!isThere(at)) return pasteBlocks([{ type: "text", value: raw }], at);
    pasteFragment(fragment, at);
    return null;
  }

  function pasteFragment(content, at) {
    const { EditorState, Modifier } = window.DraftJS;
    const state = stateAt(at);
    const pasted = Modifier.replaceWithFragment(state.getCurrentContent(), state.getSelection(), content.getBlockMap());
    body.editorOf(at.child).onChange(EditorState.push(state, pasted, "insert-fragment"));
  }

  /** The words alone, where nobody could say what else there is. */
  function pasteWords({ html, text }, at, why) {
    const words = lines(text || parsed(html).body.textContent);
    const rest = "表格、图片和格式没有带来。";
    if (!words.length) {
      body.say(`${why}图片没有粘贴，请再试一次。`, { isWarning: true });
      return;
    }
    const content = window.DraftJS.ContentState.createFromText(words.map((line) => line.trim()).join("\n"));
    if (isThere(at)) pasteFragment(content, at);
    else body.insert(at.stream, { type: "text", value: window.DraftJS.EditorState.createWithContent(content) }, at.stream.children.length);
    body.say(`${why}只粘贴了文字，${rest}`, { isWarning: true });
  }

  /** Blocks at the caret: the text before it stays in its block, the text after it goes on in one of its own. */
  function pasteBlocks(blocks, at) {
    const { stream, child } = at;
    if (!blocks.length) return null;
    if (!isThere(at)) return inserted(stream, blocks, stream.children.length, {});
    const before = body.editorOf(child).getEditorState();
    const { stateBefore, stateAfter } = parted(stateAt(at));
    const index = stream.children.indexOf(child);
    if (stateBefore) {
      child.block.setState(stateBefore);
      const rest = stateAfter ? [{ type: "text", value: stateAfter }] : [];
      return inserted(stream, [...blocks, ...rest], index + 1, { child, before });
    }
    if (stateAfter) child.block.setState(stateAfter);
    const undo = inserted(stream, blocks, index, { child, before });
    if (!stateAfter) {
      body.remove(stream, child);
      undo.isRemoved = true;
    }
    return undo;
  }

  /** The text before the selection and that after it, each null where there are no words in it. */
  function parted(state) {
    const { EditorState, Modifier } = window.DraftJS;
    const selection = state.getSelection();
    let whole = state;
    if (!selection.isCollapsed()) {
      const removed = Modifier.removeRange(state.getCurrentContent(), selection, "forward");
      whole = EditorState.push(state, removed, "remove-range");
    }
    const { stateBefore, stateAfter } = window.draftail.splitState(whole);
    return { stateBefore: trimmed(stateBefore), stateAfter: trimmed(stateAfter) };
  }

  function trimmed(state) {
    const { ContentState, EditorState } = window.DraftJS;
    const isEmpty = (block) => block.getType() !== "atomic" && !block.getText().trim();
    const blocks = state.getCurrentContent().getBlocksAsArray();
    const first = blocks.findIndex((block) => !isEmpty(block));
    if (first < 0) return null;
    const end = blocks.findLastIndex((block) => !isEmpty(block)) + 1;
    if (first === 0 && end === blocks.length) return state;
    return EditorState.push(state, ContentState.createFromBlockArray(blocks.slice(first, end)), "remove-range");
  }

  function inserted(stream, blocks, index, { child = null, before = null }) {
    const made = blocks.map((block, number) => body.insert(stream, block, index + number));
    made.at(-1)?.element.scrollIntoView({ block: "nearest" });
    const undo = { stream, made, child, before, isRemoved: false };
    undo.contents = made.map(body.contentOf);
    undo.after = child && body.contentOf(child);
    return undo;
  }

  const isAsItWas = ({ stream, made, contents, child, after, isRemoved }) =>
    made.every((one, number) => stream.children.includes(one) && body.contentOf(one) === contents[number]) &&
    (!child || isRemoved || (stream.children.includes(child) && body.contentOf(child) === after));

  function takeBack(undo) {
    if (last !== undo) return;
    if (!isAsItWas(undo)) {
      body.say("粘贴以后又改过，不能一次撤销，请逐块删除。", { isWarning: true });
      return;
    }
    const { stream, made, child, before, isRemoved } = undo;
    const index = stream.children.indexOf(made[0]);
    made.forEach((one) => body.remove(stream, one));
    if (isRemoved) body.insert(stream, { type: "text", value: before }, index);
    else child?.block.setState(before);
    last = null;
    isLatest = false;
    body.changed(stream);
    body.say("已撤销粘贴。");
  }

  function takeBackByKey(event) {
    const isCommand = event.ctrlKey || event.metaKey;
    if (CHANGING_KEYS.includes(event.key) || (event.key.length === 1 && !isCommand)) isLatest = false;
    const isUndo = isCommand && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "z";
    if (!isUndo || !isLatest || !isAsItWas(last)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    takeBack(last);
  }

  function holdBack(event) {
    if (!waiting.size || !event.target.querySelector("[data-streamfield-stream-container]")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    body.say(NOT_YET, { isWarning: true });
  }
})();

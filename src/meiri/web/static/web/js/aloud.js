// The article read aloud by the device's own voice, sentence by sentence: the one being said is marked, and the reader
// pauses, goes on, stops and sets the speed. Pausing is done by stopping and beginning the sentence again: voices of
// telephones do not pause.
const button = document.querySelector("[data-aloud]");
const voice = window.speechSynthesis;
if (button && voice) {
  const SENTENCE = /[^。！？!?；;\n]+[。！？!?；;\n]*[”’」』）)]*/g;
  let sentences = [], at = 0, going = false, saying;
  const bar = document.createElement("div");
  bar.className = "aloud-bar";
  bar.setAttribute("role", "region");
  bar.setAttribute("aria-label", "朗读");
  const [pause, stop] = ["暂停", "停止朗读"].map((words) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = words;
    return made;
  });
  const label = document.createElement("label");
  const speed = document.createElement("select");
  for (const [value, words] of [[0.7, "慢"], [1, "正常"], [1.3, "快"], [1.7, "很快"]]) speed.add(new Option(words, value));
  try { speed.value = localStorage.getItem("rate") || "1"; } catch {}
  if (speed.selectedIndex < 0) speed.value = "1";
  label.append("语速 ", speed);
  const said = document.createElement("p");
  said.setAttribute("role", "status");
  bar.append(pause, stop, label, said);

  // Where each sentence stands. Readings in ruby are not said.
  const found = () => [...document.querySelectorAll(".article h1, .article-summary, .article .body :is(p, h2, h3, li, td, th, figcaption)")].flatMap((part) => {
    const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT, (node) => node.parentElement.closest("rt, [hidden]") ? 2 : 1);
    const nodes = [];
    let text = "";
    while (walker.nextNode()) {
      nodes.push([text.length, walker.currentNode]);
      text += walker.currentNode.data;
    }
    const place = (offset, end) => {
      const [start, node] = nodes.findLast(([begins]) => end ? begins < offset : begins <= offset);
      return [node, offset - start];
    };
    return [...text.matchAll(SENTENCE)].filter(([words]) => words.trim()).map(({ 0: words, index }) => {
      const range = document.createRange();
      range.setStart(...place(index));
      range.setEnd(...place(index + words.length, true));
      return { words: words.trim(), range, part };
    });
  });
  const mark = (sentence) => {
    document.querySelector(".being-said")?.classList.remove("being-said");
    window.CSS?.highlights?.delete("aloud");
    if (!sentence) return;
    if (window.CSS?.highlights) CSS.highlights.set("aloud", new Highlight(sentence.range));
    else sentence.part.classList.add("being-said");
    const box = sentence.range.getBoundingClientRect();
    if (box.top < 120 || box.bottom > innerHeight - 80) scrollBy(0, box.top - innerHeight / 3);
  };
  const quiet = () => { going = false; saying = null; voice.cancel(); };
  const show = () => {
    button.setAttribute("aria-pressed", bar.isConnected);
    pause.textContent = going ? "暂停" : "继续";
  };
  const end = () => {
    if (bar.contains(document.activeElement)) button.focus();
    quiet();
    mark();
    bar.remove();
    show();
  };
  const say = () => {
    const sentence = sentences[at];
    if (!sentence) return end();
    voice.cancel();
    const own = saying = new SpeechSynthesisUtterance(sentence.words);
    own.lang = "zh-CN";
    own.rate = Number(speed.value);
    own.voice = voice.getVoices().find(({ lang }) => /^(zh|cmn)/i.test(lang)) || null;
    own.onend = () => { if (own === saying) { at += 1; say(); } };
    own.onerror = ({ error }) => {
      if (own !== saying || error === "interrupted" || error === "canceled") return;
      going = false;
      said.textContent = "这台设备无法朗读，请检查系统的中文语音。";
      show();
    };
    going = true;
    said.textContent = "";
    mark(sentence);
    show();
    voice.speak(own);
  };
  button.addEventListener("wanted", () => {
    if (bar.isConnected) return end();
    sentences = found();
    at = 0;
    button.closest(".article-meta").after(bar);
    say();
  });
  pause.addEventListener("click", () => { if (going) { quiet(); show(); } else say(); });
  stop.addEventListener("click", end);
  speed.addEventListener("change", () => {
    try { localStorage.setItem("rate", speed.value); } catch {}
    if (going) say();
  });
  // The text is exchanged for one with or without pinyin.
  document.addEventListener("pinyin", () => { if (bar.isConnected) end(); });
  addEventListener("pagehide", quiet);
}

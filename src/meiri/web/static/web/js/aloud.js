// The article read aloud by the device's own voice, paragraph by paragraph.
const button = document.querySelector("[data-aloud]");
const voice = window.speechSynthesis;
if (button && voice) {
  let going = false;
  const show = () => { button.setAttribute("aria-pressed", going); button.textContent = going ? "停止朗读" : "朗读"; };
  const stop = () => { going = false; voice.cancel(); show(); };
  button.hidden = false;
  button.addEventListener("click", () => {
    if (going) return stop();
    const parts = [...document.querySelectorAll(".article h1, .article .body :is(p, h2, li)")].map((p) => p.textContent);
    parts.forEach((text, n) => {
      const said = new SpeechSynthesisUtterance(text);
      said.lang = "zh-CN";
      if (n === parts.length - 1) said.onend = stop;
      voice.speak(said);
    });
    going = true;
    show();
  });
  addEventListener("pagehide", stop);
}

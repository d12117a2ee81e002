// 阅读尺: a band over the line under the pointer or the finger, or moved by the arrow keys; the rest is dimmed.
const button = document.querySelector("[data-ruler]");
if (button) {
  const band = document.createElement("div");
  band.className = "ruler";
  band.setAttribute("aria-hidden", "true");
  let at = innerHeight / 3;
  const show = () => { band.style.insetBlockStart = `${Math.max(0, Math.min(at, innerHeight))}px`; };
  const follow = ({ clientY }) => { at = clientY; show(); };
  const step = (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by || event.target.matches("input, textarea, select")) return;
    at += by * band.offsetHeight / 2;
    show();
  };
  const set = (on) => {
    button.setAttribute("aria-pressed", on);
    const change = on ? addEventListener : removeEventListener;
    change("pointermove", follow);
    change("keydown", step);
    if (on) { document.body.append(band); show(); } else band.remove();
    try { on ? localStorage.setItem("ruler", "on") : localStorage.removeItem("ruler"); } catch {}
  };
  button.hidden = false;
  button.addEventListener("click", () => set(!band.isConnected));
  try { if (localStorage.getItem("ruler")) set(true); } catch {}
}

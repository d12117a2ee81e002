// 未成年人模式: how long this device has read today, and a suggestion to rest. Only time while the page is seen counts; a pause of
// five minutes is a rest. Kept on the device.
const STEP = 15, REST_AFTER = 30 * 60, PAUSE = 5 * 60;
const shown = document.querySelector("[data-clock]");
if (shown) {
  const today = new Date().toLocaleDateString("sv");
  const read = () => {
    let kept = {};
    try { kept = JSON.parse(localStorage.getItem("read")) || {}; } catch {}
    if (kept.day !== today) kept = { day: today, seconds: 0, row: 0, at: 0 };
    return kept;
  };
  const show = ({ seconds, row }) => {
    const minutes = Math.floor(seconds / 60);
    const words = `今天已经读了 ${minutes} 分钟。` + (row >= REST_AFTER ? "该休息一会儿了，看看远处吧。" : "");
    if (shown.textContent !== words) shown.textContent = words;
    shown.hidden = false;
  };
  const count = () => {
    const kept = read();
    if (document.visibilityState === "visible") {
      const now = Date.now() / 1000;
      // Two pages that are open at once count once.
      const passed = kept.at ? Math.min(STEP, Math.max(0, now - kept.at)) : 0;
      kept.row = now - kept.at > PAUSE ? 0 : kept.row + passed;
      kept.seconds += passed;
      kept.at = now;
      try { localStorage.setItem("read", JSON.stringify(kept)); } catch {}
    }
    show(kept);
  };
  count();
  setInterval(count, STEP * 1000);
}

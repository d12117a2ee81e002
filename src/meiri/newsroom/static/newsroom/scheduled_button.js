// The button that publishes says so where a time in the future is set: 定时发布.
(() => {
  const LABEL = "定时发布";
  const start = () => {
    const field = document.querySelector("form[data-edit-form] #id_go_live_at");
    if (!field) return;
    const plain = new Map();
    const say = () => {
      const at = new Date(field.value.trim().replace(" ", "T"));
      const isScheduled = at > new Date();
      for (const label of document.querySelectorAll('button[name="action-publish"] em')) {
        if (!plain.has(label)) plain.set(label, label.textContent === LABEL ? "发布" : label.textContent);
        const words = isScheduled ? LABEL : plain.get(label);
        // Others look again whenever something in the form changes.
        if (label.textContent !== words) label.textContent = words;
      }
    };
    for (const kind of ["input", "change", "blur"]) field.addEventListener(kind, say);
    // Picked from the calendar, the field tells nobody.
    setInterval(say, 1_000);
    say();
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();

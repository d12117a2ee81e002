// How this device shows the site: each choice is a group of buttons, one of them pressed.
const root = document.documentElement.dataset;
const groups = [...document.querySelectorAll("[data-setting]")];
const show = () => {
  for (const group of groups) {
    for (const button of group.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", (root[group.dataset.setting] || "") === button.value);
    }
  }
};
for (const group of groups) {
  group.addEventListener("click", ({ target }) => {
    if (target.localName !== "button") return;
    const name = group.dataset.setting;
    if (target.value) root[name] = target.value; else delete root[name];
    try { target.value ? localStorage.setItem(name, target.value) : localStorage.removeItem(name); } catch {}
    document.dispatchEvent(new Event("settings"));
  });
}
document.addEventListener("settings", show);
show();

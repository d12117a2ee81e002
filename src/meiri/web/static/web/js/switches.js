// 长辈版 and 深色: remembered on the device.
const root = document.documentElement.dataset;
const on = { edition: "large", theme: "dark" };
const dark = () => root.theme ? root.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
for (const button of document.querySelectorAll("[data-switch]")) {
  const name = button.dataset.switch;
  const pressed = () => name === "theme" ? dark() : root[name] === on[name];
  const show = () => button.setAttribute("aria-pressed", pressed());
  button.addEventListener("click", () => {
    const value = pressed() ? (name === "theme" ? "light" : "") : on[name];
    if (value) root[name] = value; else delete root[name];
    try { value ? localStorage.setItem(name, value) : localStorage.removeItem(name); } catch {}
    show();
  });
  show();
}
document.querySelector(".channels-first [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// 高对比, 深色 and the size of the text: remembered on the device.
const root = document.documentElement.dataset;
const switches = [...document.querySelectorAll("[data-switch]")];
const dark = () => !root.theme && matchMedia("(prefers-color-scheme: dark)").matches;
const show = () => switches.forEach((button) => button.setAttribute("aria-pressed", (root[button.dataset.switch] || "") === button.value || (button.value === "dark" && dark())));
for (const button of switches) {
  button.addEventListener("click", () => {
    const name = button.dataset.switch;
    const value = button.ariaPressed !== "true" ? button.value : button.value === "dark" ? "light" : "";
    if (value) root[name] = value; else delete root[name];
    try { value ? localStorage.setItem(name, value) : localStorage.removeItem(name); } catch {}
    document.dispatchEvent(new Event("settings"));
  });
}
document.addEventListener("settings", show);
show();
document.querySelector(".channels-first [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// How this device shows the site: 长辈版, colours, size of the text. A button of a group sets its value; a switch, which
// stands alone, is released by pressing it again.
const root = document.documentElement.dataset;
const buttons = [...document.querySelectorAll("[data-switch], [data-setting] button")];
const nameOf = ({ dataset, parentNode }) => dataset.switch ?? parentNode.dataset.setting;
const darkBySystem = ({ dataset, value }) => dataset.switch && value === "dark" && !root.theme && matchMedia("(prefers-color-scheme: dark)").matches;
const isSet = (button) => (root[nameOf(button)] || "") === button.value || darkBySystem(button);
const show = () => buttons.forEach((button) => button.setAttribute("aria-pressed", Boolean(isSet(button))));
for (const button of buttons) {
  button.addEventListener("click", () => {
    const name = nameOf(button);
    const released = button.value === "dark" ? "light" : "";
    const value = button.dataset.switch && isSet(button) ? released : button.value;
    if (value) root[name] = value; else delete root[name];
    try { value ? localStorage.setItem(name, value) : localStorage.removeItem(name); } catch {}
    document.dispatchEvent(new Event("settings"));
  });
}
document.addEventListener("settings", show);
show();

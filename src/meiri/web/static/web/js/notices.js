// What stands above the page: the words of its style sheet as text, and a button that puts them away on this device.
const root = document.documentElement.dataset;
for (const link of document.querySelectorAll(".bars a")) {
  const number = getComputedStyle(link).getPropertyValue("--bar").trim();
  const words = getComputedStyle(link, "::before").content;
  if (!number || !words.startsWith('"')) continue;
  link.textContent = words.slice(1, -1).replace(/\\(.)/g, "$1");
  link.dataset.read = "";
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "×";
  button.ariaLabel = `不再显示：${link.textContent}`;
  button.addEventListener("click", () => {
    root.dismissed = [...(root.dismissed || "").split(" ").slice(-19), number].join(" ").trim();
    try { localStorage.setItem("dismissed", root.dismissed); } catch {}
    document.querySelector("main").focus({ preventScroll: true });
  });
  link.after(button);
}

// Where two people changed the same: both texts side by side, for whoever comes later to choose.
(() => {
  const plain = (value) => {
    if (typeof value === "string") {
      const html = new DOMParser().parseFromString(value.replace(/<\/(p|li|h\d)>/g, "$&\n"), "text/html");
      return html.body.textContent.trim();
    }
    if (value === null || value === undefined) return "（空）";
    if (typeof value === "object") return Object.values(value).map(plain).filter(Boolean).join("\n");
    return String(value);
  };

  const element = (name, text, more = {}) => Object.assign(document.createElement(name), { textContent: text, ...more });

  // Show `conflicts` above the form. `choose(conflict, "mine" | "theirs" | "both")` is called for each that is decided.
  function show(form, conflicts, choose) {
    let box = document.getElementById("meiri-conflicts");
    if (!conflicts.length) {
      box?.remove();
      return;
    }
    if (!box) {
      box = element("section", "", { id: "meiri-conflicts", className: "meiri-conflicts" });
      box.setAttribute("role", "alert");
      box.setAttribute("aria-label", "改动有冲突");
      form.prepend(box);
    }
    box.replaceChildren(element("h2", "别人同时改了同一处，请选定用哪一份"));
    for (const conflict of conflicts) {
      const row = element("div", "", { className: "meiri-conflict" });
      row.append(element("h3", conflict.label));
      for (const [side, title] of [["mine", "我的"], ["theirs", "对方的（已保存）"]]) {
        const column = element("div", "");
        column.append(element("h4", title), element("p", plain(conflict[side])));
        const button = element("button", side === "mine" ? "用我的" : "用对方的",
          { type: "button", className: "button button-small button-secondary" });
        button.addEventListener("click", () => choose(conflict, side));
        column.append(button);
        row.append(column);
      }
      if (conflict.path.length === 2) {
        const both = element("button", "两份都留", { type: "button", className: "button button-small button-secondary" });
        both.addEventListener("click", () => choose(conflict, "both"));
        row.append(both);
      }
      box.append(row);
    }
  }

  Object.assign(window.meiriDrafts, { conflicts: { show } });
})();

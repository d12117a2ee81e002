// A field in which one chooses by typing: what is chosen stands in a select without looks, the rest is asked for.
// Keys: down and up go through what is offered, Enter takes it, Escape closes, Backspace in an empty field takes the last one back.
(() => {
  const WAIT = 120;

  const make = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  class Picker extends HTMLElement {
    connectedCallback() {
      if (this.input) return;
      this.select = this.querySelector("select");
      if (!this.select) {
        // Its start is read before what is in it.
        if (document.readyState === "loading") {
          document.addEventListener("DOMContentLoaded", () => this.connectedCallback(), { once: true });
        }
        return;
      }
      this.select.hidden = true;
      this.many = this.select.multiple;
      const id = this.select.id;
      this.input = make("input", { type: "text", autocomplete: "off", id, placeholder: "输入名称或拼音首字母" });
      this.select.id = `${id}-chosen`;
      this.list = make("ul", { id: `${id}-offered`, className: "picker-offered", hidden: true });
      this.list.setAttribute("role", "listbox");
      this.chosen = make("ul", { className: "picker-chosen" });
      this.told = make("span", { className: "picker-told" });
      this.told.setAttribute("role", "status");
      const label = document.querySelector(`label[for="${CSS.escape(id)}"]`);
      if (label) {
        label.id ||= `${id}-label`;
        this.list.setAttribute("aria-labelledby", label.id);
      }
      for (const name of ["aria-describedby", "aria-invalid"]) {
        const value = this.select.getAttribute(name);
        if (value) this.input.setAttribute(name, value);
      }
      const attributes = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id };
      for (const [name, value] of Object.entries(attributes)) this.input.setAttribute(name, value);
      this.append(this.chosen, this.input, this.list, this.told);
      this.listen();
      this.show();
    }

    listen() {
      this.input.addEventListener("input", (event) => { if (!event.isComposing) this.askSoon(); });
      this.input.addEventListener("compositionend", () => this.askSoon());
      this.input.addEventListener("focus", () => { if (this.many || !this.input.value) this.askSoon(); });
      this.input.addEventListener("click", () => { if (this.list.hidden) this.askSoon(); });
      this.input.addEventListener("keydown", (event) => this.press(event));
      this.addEventListener("focusout", ({ relatedTarget }) => { if (!this.contains(relatedTarget)) this.leave(); });
      this.list.addEventListener("mousedown", (event) => event.preventDefault());
      this.list.addEventListener("click", ({ target }) => {
        const option = target.closest("[role=option]");
        if (option) this.take(option);
      });
      this.chosen.addEventListener("click", ({ target }) => {
        const button = target.closest("button");
        if (button) this.drop(button.dataset.key);
      });
    }

    get keys() {
      return [...this.select.selectedOptions].map((option) => option.value).filter(Boolean);
    }

    // What is chosen: as words with a button each, or in the field itself where there is one.
    show() {
      const options = [...this.select.selectedOptions].filter((option) => option.value);
      if (this.many) {
        this.chosen.replaceChildren(...options.map((option) => make("li", {},
          make("span", { textContent: option.textContent }),
          Object.assign(make("button", { type: "button", textContent: "×", title: "去掉" }), {
            ariaLabel: `去掉${option.textContent}` }))));
        this.chosen.querySelectorAll("button").forEach((button, at) => { button.dataset.key = options[at].value; });
      } else {
        this.input.value = options[0]?.textContent ?? "";
      }
    }

    askSoon() {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.ask(), WAIT);
    }

    // What other fields of the form hold that say what is offered here.
    get within() {
      const names = (this.dataset.within ?? "").split(" ").filter(Boolean), fields = this.select.form?.elements;
      return Object.fromEntries(names.map((name) => {
        const options = fields?.namedItem(name)?.selectedOptions ?? [];
        return [name, [...options].map((option) => option.value).filter(Boolean).join(",")];
      }));
    }

    async ask() {
      const typed = !this.many && this.input.value === this.shownName ? "" : this.input.value.trim();
      const number = this.asked = (this.asked ?? 0) + 1;
      let answer;
      try {
        const response = await fetch(`${this.dataset.url}?${new URLSearchParams({ q: typed, ...this.within })}`, { headers: { Accept: "application/json" } });
        if (!response.ok) throw new Error(response.status);
        answer = await response.json();
      } catch {
        this.tell("现在查不到，请检查网络。");
        return;
      }
      if (number === this.asked && this.contains(document.activeElement)) this.offer(answer, typed);
    }

    get shownName() {
      return this.select.selectedOptions[0]?.textContent ?? "";
    }

    offer({ choices, more }, typed) {
      const keys = new Set(this.many ? this.keys : []);
      const offered = choices.filter(({ key }) => !keys.has(key));
      this.list.replaceChildren(...offered.map(({ key, label, note }, at) => {
        const option = make("li", { id: `${this.list.id}-${at}` }, label);
        if (note) option.append(make("small", { textContent: note }));
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        Object.assign(option.dataset, { key, label });
        return option;
      }));
      this.open(offered.length > 0);
      if (typed && offered.length) this.go(0);
      this.tell(offered.length ? (more ? "还有更多，请多输几个字。" : "") : typed ? `没有“${typed}”。` : "");
    }

    tell(words) {
      this.told.textContent = words;
    }

    open(isOpen) {
      this.list.hidden = !isOpen;
      this.input.setAttribute("aria-expanded", String(isOpen));
      if (!isOpen) this.go(-1);
    }

    go(at) {
      this.at = at;
      [...this.list.children].forEach((option, number) => option.setAttribute("aria-selected", String(number === at)));
      const option = this.list.children[at];
      if (option) {
        this.input.setAttribute("aria-activedescendant", option.id);
        option.scrollIntoView({ block: "nearest" });
      } else {
        this.input.removeAttribute("aria-activedescendant");
      }
    }

    press(event) {
      if (event.isComposing) return;
      const size = this.list.children.length, isOpen = !this.list.hidden;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (!isOpen) return void this.ask();
        this.go((this.at + (event.key === "ArrowDown" ? 1 : -1) + size) % size);
      } else if (event.key === "Enter") {
        // Never sends the form.
        event.preventDefault();
        if (isOpen && this.at >= 0) this.take(this.list.children[this.at]);
      } else if (event.key === "Escape" && isOpen) {
        event.stopPropagation();
        this.open(false);
      } else if (event.key === "Backspace" && this.many && !this.input.value && this.keys.length) {
        this.drop(this.keys.at(-1));
      }
    }

    take(option) {
      const { key, label } = option.dataset;
      if (!this.many) this.choose([]);
      this.add(key, label);
      if (this.many) this.input.value = "";
      this.open(false);
      this.changed();
      this.input.focus();
    }

    drop(key) {
      this.choose(this.keys.filter((one) => one !== key));
      this.changed();
      this.input.focus();
    }

    add(key, label) {
      let option = [...this.select.options].find((one) => one.value === key);
      option ??= this.select.appendChild(make("option", { value: key, textContent: label }));
      option.selected = true;
    }

    choose(keys) {
      for (const option of this.select.options) option.selected = keys.includes(option.value);
      if (!this.many && !keys.length && this.select.options.length) this.select.options[0].selected = true;
    }

    changed() {
      this.show();
      this.select.dispatchEvent(new Event("change", { bubbles: true }));
    }

    // What is left half typed is not chosen; one that was emptied is chosen no more.
    leave() {
      clearTimeout(this.timer);
      this.open(false);
      this.tell("");
      if (this.many) {
        this.input.value = "";
      } else if (this.input.value !== this.shownName) {
        if (!this.input.value.trim() && this.keys.length) {
          this.choose([]);
          this.changed();
        } else {
          this.show();
        }
      }
    }

    // Show `keys`, as others chose them: names that are not known here are asked for.
    async set(keys) {
      const unknown = keys.filter((key) => key && ![...this.select.options].some((option) => option.value === key));
      this.choose(keys);
      for (const key of unknown) this.add(key, "…");
      this.show();
      if (!unknown.length) return;
      const response = await fetch(`${this.dataset.url}?keys=${unknown.join(",")}`).catch(() => null);
      const { choices = [] } = response?.ok ? await response.json() : {};
      for (const { key, label } of choices) {
        [...this.select.options].find((option) => option.value === key).textContent = label;
      }
      this.show();
    }
  }

  if (!customElements.get("meiri-picker")) customElements.define("meiri-picker", Picker);
})();

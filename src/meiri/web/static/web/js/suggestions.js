// What a reader may be looking for, below each search box: a combobox with a listbox (WAI-ARIA 1.2); of an empty box what most readers
// search for. Nothing is stored.
const PAUSE = 120;
const MOST = 50;
const KINDS = { channel: "频道", station: "地方站", topic: "专题", author: "作者", source: "来源", name: "检索" };

const enhance = (form, number) => {
  const input = form.elements.q;
  const edition = new URL(form.action).pathname.replace(/search\/$/, "");
  const script = edition === "/" ? {} : { script: "hant" };
  // The page of search shows them itself, and the edition for minors has none.
  const hasHot = ["/", "/zh-hant/"].includes(edition) && !document.querySelector(".hot-searches");
  const list = document.createElement("ul");
  const said = document.createElement("p");
  let asking, waiting, hot, places = [], chosen = -1, composing = false;

  list.id = `suggestions-${number}`;
  list.className = "suggestions";
  list.hidden = true;
  said.className = "visually-hidden";
  for (const [element, names] of [
    [list, { role: "listbox", "aria-label": "检索建议" }],
    [said, { role: "status" }],
    [input, { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id, autocomplete: "off" }],
  ]) for (const name in names) element.setAttribute(name, names[name]);
  input.parentElement.classList.add("with-suggestions");
  input.parentElement.append(list, said);

  const choose = (place) => {
    list.children[chosen]?.setAttribute("aria-selected", "false");
    chosen = place;
    const option = list.children[place];
    if (!option) return input.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  };
  const show = (found, typed, heading = "") => {
    list.setAttribute("aria-label", heading || "检索建议");
    list.toggleAttribute("data-hot", Boolean(heading));
    places = found.map(({ url }) => { const { pathname, search } = new URL(url); return edition + pathname.slice(1) + search; });
    list.replaceChildren(...found.map(({ kind, text }, n) => {
      const option = document.createElement("li");
      const words = document.createElement("span");
      option.id = `${list.id}-${n}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      const at = text.toLowerCase().indexOf(typed.toLowerCase());
      if (at < 0 || !typed) words.textContent = text;
      else {
        const mark = document.createElement("mark");
        mark.textContent = text.slice(at, at + typed.length);
        words.append(text.slice(0, at), mark, text.slice(at + typed.length));
      }
      option.append(words);
      if (KINDS[kind]) {
        const label = document.createElement("small");
        label.textContent = KINDS[kind];
        option.append(label);
      }
      return option;
    }));
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    said.textContent = found.length ? `${found.length} 条建议，可用上下方向键选择` : "";
    choose(-1);
  };
  const stop = () => { clearTimeout(waiting); asking?.abort(); };
  const close = () => { stop(); show([], ""); };
  const askHot = async (signal) => {
    try {
      if (!hot) {
        const answer = await fetch(`/api/v1/search/hot/?${new URLSearchParams(script)}`, { signal });
        hot = answer.ok ? (await answer.json()).results : [];
      }
      if (!signal.aborted && document.activeElement === input) show(hot, "", "热搜");
    } catch {
      if (!signal.aborted) close();
    }
  };
  const ask = async () => {
    const typed = input.value.trim();
    if (typed ? typed.length > MOST : !hasHot) return close();
    const own = asking = new AbortController();
    if (!typed) return askHot(own.signal);
    const query = new URLSearchParams({ q: typed, ...script });
    try {
      const answer = await fetch(`/api/v1/search/suggestions/?${query}`, { signal: own.signal });
      const found = answer.ok ? (await answer.json()).results : [];
      if (!own.signal.aborted && document.activeElement === input) show(found, typed);
    } catch {
      if (!own.signal.aborted) close();
    }
  };
  const soon = () => { stop(); waiting = setTimeout(ask, PAUSE); };

  input.addEventListener("compositionstart", () => { composing = true; stop(); });
  input.addEventListener("compositionend", () => { composing = false; soon(); });
  input.addEventListener("input", () => { if (!composing) soon(); });
  input.addEventListener("focus", () => { if (!input.value && hasHot) soon(); });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (composing || event.isComposing) return;
    const last = places.length - 1;
    if (event.key === "Escape" && !list.hidden) close();
    else if (event.key === "ArrowDown" && last < 0) return soon();
    else if (event.key === "ArrowDown") choose(chosen === last ? -1 : chosen + 1);
    else if (event.key === "ArrowUp" && last >= 0) choose(chosen < 0 ? last : chosen - 1);
    else if (event.key === "Enter" && chosen >= 0) location.assign(places[chosen]);
    else return;
    event.preventDefault();
  });
  // The box keeps the focus while the list is pointed at.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const place = [...list.children].indexOf(event.target.closest("li"));
    if (place >= 0) location.assign(places[place]);
  });
  form.addEventListener("submit", stop);
  addEventListener("pagehide", close);
  if (document.activeElement === input && (input.value ? input.value !== input.defaultValue : hasHot)) soon();
};

const forms = [...document.querySelectorAll("[data-suggestions]")];
const style = document.createElement("link");
style.rel = "stylesheet";
style.href = forms[0].dataset.style;
style.addEventListener("load", () => forms.forEach(enhance));
document.head.append(style);

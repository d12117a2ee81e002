// A gallery's pictures one by one in a dialog: swiped, by keys, enlarged, on the whole screen. Each has its address (#tu-3), which
// opens it here and leads to its place in the list where there is no script.
const links = [...document.querySelectorAll("a[data-picture]")];
if (links.length) {
  const figures = links.map((link) => link.closest("figure"));
  let dialog, track, counter, words, original, at = 0, pushed = false, slides = [];
  const make = (name, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };
  const button = (text, act, name = text) => {
    const made = make("button", { type: "button", textContent: text, ariaLabel: name });
    made.addEventListener("click", act);
    return made;
  };
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const show = () => {
    counter.textContent = `${at + 1} / ${links.length}`;
    const caption = figures[at].querySelector("figcaption")?.cloneNode(true);
    words.replaceChildren(...(caption?.childNodes ?? []));
    original.href = links[at].href;
    history.replaceState(history.state, "", `#${figures[at].id}`);
  };
  const enlarge = (on = !slides[at].classList.contains("enlarged")) => {
    for (const slide of slides) slide.classList.remove("enlarged");
    slides[at].classList.toggle("enlarged", on);
    slides[at].tabIndex = on ? 0 : -1;
    if (on) slides[at].scrollTo(slides[at].scrollWidth / 4, slides[at].scrollHeight / 4);
  };
  const go = (to, smooth = !calm) => {
    enlarge(false);
    at = Math.max(0, Math.min(to, links.length - 1));
    track.scrollTo({ left: slides[at].offsetLeft, behavior: smooth ? "smooth" : "instant" });
    show();
  };
  const whole = () => document.fullscreenElement ? document.exitFullscreen() : dialog.requestFullscreen();
  const build = () => {
    slides = figures.map((figure, n) => {
      const picture = figure.querySelector("picture").cloneNode(true);
      picture.className = "";
      for (const part of picture.children) part.sizes = "100vw";
      const slide = make("div", { className: "slide" }, picture);
      slide.setAttribute("aria-label", `第${n + 1}张`);
      slide.setAttribute("role", "group");
      slide.addEventListener("dblclick", () => enlarge());
      return slide;
    });
    track = make("div", { className: "slides" }, ...slides);
    counter = make("p", { className: "counter" });
    counter.setAttribute("role", "status");
    words = make("p", { className: "words" });
    original = make("a", { textContent: "原图", target: "_blank", rel: "noopener" });
    dialog = make("dialog", { className: "viewer", ariaLabel: "组图" },
      make("div", { className: "viewer-head" }, counter, original, button("放大", () => enlarge()),
        ...(document.fullscreenEnabled ? [button("全屏", whole)] : []), button("关闭", () => dialog.close())),
      track,
      button("‹", () => go(at - 1), "上一张"), button("›", () => go(at + 1), "下一张"), words);
    track.addEventListener("scrollend", () => {
      const found = Math.round(track.scrollLeft / track.clientWidth);
      if (found !== at) { enlarge(false); at = found; show(); }
    });
    dialog.addEventListener("keydown", (event) => {
      const act = { ArrowLeft: () => go(at - 1), ArrowRight: () => go(at + 1), Home: () => go(0), End: () => go(links.length - 1), "+": () => enlarge(true), "-": () => enlarge(false), z: () => enlarge(), f: whole }[event.key];
      if (!act || (slides[at].classList.contains("enlarged") && event.key.startsWith("Arrow"))) return;
      event.preventDefault();
      act();
    });
    dialog.addEventListener("close", () => {
      if (document.fullscreenElement) document.exitFullscreen();
      if (pushed) history.back(); else history.replaceState(null, "", location.pathname + location.search);
      pushed = false;
      links[at].focus({ preventScroll: true });
      figures[at].scrollIntoView({ block: "nearest" });
    });
    document.body.append(dialog);
  };
  const open = (n, push) => {
    if (!dialog) build();
    pushed = push;
    if (push) history.pushState({ viewer: true }, "", `#${figures[n].id}`);
    dialog.showModal();
    go(n, false);
  };
  links.forEach((link, n) => link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(n, true);
  }));
  addEventListener("popstate", () => {
    if (dialog?.open && !history.state?.viewer) { pushed = false; dialog.close(); }
  });
  const named = figures.findIndex(({ id }) => `#${id}` === location.hash);
  if (named >= 0) open(named, false);
}

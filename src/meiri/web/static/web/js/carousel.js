// Buttons for the carousel; it moves when the reader moves it.
for (const track of document.querySelectorAll(".carousel-track")) {
  const bar = document.createElement("div");
  bar.className = "carousel-buttons";
  const buttons = [["上一幅", -1], ["下一幅", 1]].map(([text, way]) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    button.addEventListener("click", () => {
      const smooth = matchMedia("(prefers-reduced-motion: no-preference)").matches;
      track.scrollBy({ left: way * track.firstElementChild.offsetWidth, behavior: smooth ? "smooth" : "auto" });
    });
    bar.append(button);
    return button;
  });
  const show = () => {
    buttons[0].disabled = track.scrollLeft < 2;
    buttons[1].disabled = track.scrollLeft + track.clientWidth > track.scrollWidth - 2;
  };
  track.addEventListener("scroll", show, { passive: true });
  track.after(bar);
  show();
}

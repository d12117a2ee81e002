// Buttons for the carousel; it moves when the reader moves it.
for (const track of document.querySelectorAll(".carousel-track")) {
  const bar = document.createElement("div");
  bar.className = "carousel-buttons";
  for (const [text, way] of [["上一幅", -1], ["下一幅", 1]]) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    button.addEventListener("click", () => {
      const smooth = matchMedia("(prefers-reduced-motion: no-preference)").matches;
      track.scrollBy({ left: way * track.firstElementChild.offsetWidth, behavior: smooth ? "smooth" : "auto" });
    });
    bar.append(button);
  }
  track.after(bar);
}

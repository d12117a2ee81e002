// A timeline that grows: news that came meanwhile waits behind a button, so that nothing moves under who reads.
const line = document.querySelector("[data-grow]");
if (line) {
  const every = 10000;
  const news = document.createElement("p");
  news.className = "grown";
  news.setAttribute("aria-live", "polite");
  line.before(news);
  let newest = null;
  const numbers = (place) => [...place.querySelectorAll("[data-article-number]")].map((entry) => entry.dataset.articleNumber);
  const show = () => {
    const known = new Set(numbers(line));
    for (const hour of [...newest.querySelectorAll("[data-hour]")].reverse()) {
      const there = line.querySelector(`[data-hour="${hour.dataset.hour}"]`);
      const fresh = [...hour.querySelectorAll("li")].filter((entry) => !known.has(entry.dataset.articleNumber));
      if (!fresh.length) continue;
      if (there) there.querySelector("ol").prepend(...fresh); else line.prepend(hour);
    }
    news.replaceChildren();
    line.querySelector("h3 a").focus();
  };
  const look = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(line.dataset.grow);
      if (!answer.ok) return;
      newest = document.createElement("template");
      newest.innerHTML = await answer.text();
      newest = newest.content;
    } catch { return; }
    const known = new Set(numbers(line)), count = numbers(newest).filter((number) => !known.has(number)).length;
    if (!count) return;
    const button = news.firstChild || document.createElement("button");
    button.type = "button";
    button.onclick = show;
    if (button.textContent !== `${count} 条新消息`) button.textContent = `${count} 条新消息`;
    news.append(button);
  };
  setInterval(look, every);
  document.addEventListener("visibilitychange", look);
}

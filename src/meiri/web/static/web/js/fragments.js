// Parts that change by themselves, fetched when they come near the screen, together with a stylesheet of their own where
// they have one.
const arrived = (sheet) => new Promise((done) => {
  sheet.onload = sheet.onerror = done;
  document.head.append(sheet);
});
const load = async (place) => {
  try {
    const answer = await fetch(place.dataset.fragment);
    if (!answer.ok) throw answer;
    const part = document.createElement("template");
    part.innerHTML = await answer.text();
    await Promise.all([...part.content.querySelectorAll("link")].map(arrived));
    // What the keyboard has reached stays where it is seen, however tall the part is.
    const reached = document.activeElement, top = () => reached.getBoundingClientRect().top, before = top();
    place.replaceChildren(part.content);
    if (reached.isConnected) scrollBy(0, top() - before);
    for (const { dataset } of place.querySelectorAll("[data-module]")) import(dataset.module);
  } catch {
    place.insertAdjacentHTML("beforeend", "<p>暂时无法加载，正文不受影响。</p>");
  }
};
const near = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (isIntersecting) { near.unobserve(target); load(target); }
  }
}, { rootMargin: "400px" });
document.querySelectorAll("[data-fragment]").forEach((place) => near.observe(place));

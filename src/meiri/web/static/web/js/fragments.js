// Parts that change by themselves, fetched when they come near the screen.
const load = async (place) => {
  try {
    const answer = await fetch(place.dataset.fragment);
    if (!answer.ok) throw answer;
    place.innerHTML = await answer.text();
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

// One advertisement of those at a slot, by weight, once; told of when half of it was seen for a second.
const now = Date.now() / 1000, at = (document.body.dataset.at || "").split("/")[0];
const isArticle = document.querySelector("[data-article]") !== null;
const fits = (slot, { since, until, channels }) => since <= now && now < until
  && (!channels || slot === "home" || slot === "station" || channels.trim().split(" ").includes(at));
const taken = (choices) => {
  let rest = Math.random() * choices.reduce((sum, { dataset }) => sum + Number(dataset.weight), 0);
  return choices.find(({ dataset }) => (rest -= dataset.weight) < 0) ?? choices.at(-1);
};
const told = (place, number) => {
  let timer;
  const seen = new IntersectionObserver(([entry]) => {
    clearTimeout(timer);
    if (entry.intersectionRatio < .5) return;
    timer = setTimeout(() => {
      seen.disconnect();
      fetch(`/api/v1/advertisements/${number}/views`, { method: "POST", keepalive: true }).catch(() => {});
    }, 1000);
  }, { threshold: [0, .5] });
  seen.observe(place);
};
const fill = (place) => {
  const { slot } = place.dataset;
  delete place.dataset.slot;
  const choice = taken([...place.querySelectorAll("template")].filter(({ dataset }) => fits(slot, dataset)));
  if (!choice || slot === "article" && !isArticle) {
    (place.closest(".advertisement-slot") || place).remove();
    return;
  }
  place.replaceChildren(choice.content);
  told(place, choice.dataset.number);
};
const fillAll = () => document.querySelectorAll(".advertisements[data-slot]").forEach(fill);
fillAll();
// Those of other slots come later, with this module here already.
new MutationObserver(fillAll).observe(document.body, { childList: true, subtree: true });

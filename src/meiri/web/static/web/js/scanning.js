// Signing in by a phone: a desktop shows the code by itself, sees that the phone confirmed, and goes on.
const EVERY = 2000;
const isDesktop = matchMedia("(min-width: 48rem) and (pointer: fine)").matches;
const place = document.querySelector("[data-scan]");
const show = async (asking) => {
  const answer = await asking;
  if (!answer.ok) throw answer;
  const next = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-scan]");
  // Somebody is signed in meanwhile, in another window.
  if (!next) return location.reload();
  Object.assign(place.dataset, next.dataset);
  place.replaceChildren(...next.children);
  begin();
};
const ask = (form) => show(fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) }));
const look = async () => {
  try {
    const { state } = await (await fetch(place.dataset.state, { cache: "no-store" })).json();
    if (state !== "asked") return await show(fetch(place.dataset.page, { cache: "no-store" }));
  } catch {} // it is asked again
  setTimeout(look, EVERY);
};
const begin = () => {
  const enter = place.querySelector("[data-enter]");
  if (enter) return enter.submit();
  if (place.dataset.scan === "asked") return setTimeout(look, EVERY);
  const form = place.querySelector("form");
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(form).catch(() => form.submit());
  });
  // Where nothing was shown yet.
  if (!place.dataset.scan && isDesktop) ask(form).catch(() => {});
};
if (place) begin();

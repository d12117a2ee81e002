// Pinyin above the characters of the article, fetched when its reader wants it, remembered on the device.
const button = document.querySelector("button[data-pinyin]");
if (button) {
  const places = [document.querySelector(".article h1"), document.querySelector(".article .body")];
  const root = document.documentElement.dataset;
  const take = (place) => { const kept = document.createDocumentFragment(); kept.append(...place.childNodes); return kept; };
  let plain;
  const put = (parts) => {
    const kept = places.map(take);
    places.forEach((place, n) => place.replaceChildren(parts[n]));
    button.setAttribute("aria-pressed", !plain);
    plain = plain ? null : kept;
    document.dispatchEvent(new Event("pinyin"));
  };
  const remember = (value) => {
    if (value) root.pinyin = value; else delete root.pinyin;
    try { value ? localStorage.setItem("pinyin", value) : localStorage.removeItem("pinyin"); } catch {}
  };
  button.addEventListener("wanted", async () => {
    if (plain) {
      remember("");
      return put(plain);
    }
    if (button.ariaBusy === "true") return;
    button.ariaBusy = "true";
    try {
      const answer = await fetch(`/fragments/pinyin/${document.querySelector("[data-article]").dataset.article}/`);
      if (!answer.ok) throw answer;
      const made = document.createElement("template");
      made.innerHTML = await answer.text();
      put([...made.content.children].map(take));
      remember("on");
      button.textContent = "注音";
    } catch {
      button.textContent = "注音暂时无法加载";
    }
    button.ariaBusy = "false";
  });
}

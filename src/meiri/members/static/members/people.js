// The form of a person: another post is a copy of the empty one.
document.addEventListener("DOMContentLoaded", () => {
  const posts = document.querySelector("[data-posts]"), empty = document.querySelector("[data-empty-post]");
  const total = document.querySelector("[name=posts-TOTAL_FORMS]");
  document.querySelector("[data-add-post]")?.addEventListener("click", () => {
    const holder = document.createElement("div");
    holder.innerHTML = empty.innerHTML.replaceAll("__prefix__", total.value);
    const added = holder.firstElementChild;
    posts.append(added);
    // Scripts that come with fields run when they are made anew.
    for (const old of added.querySelectorAll("script")) {
      const script = document.createElement("script");
      script.textContent = old.textContent;
      old.replaceWith(script);
    }
    total.value = Number(total.value) + 1;
    added.querySelector("select, input:not([type=hidden])")?.focus();
  });
});

// In the masthead of whoever is signed in: their account, and how many notices are unread.
const own = document.querySelector(".masthead .tools a[href$='/members/']");
if (own) {
  fetch("/members/fragments/masthead/").then((answer) => answer.status === 200 ? answer.text() : "").then((told) => {
    if (told) own.innerHTML = told;
  }).catch(() => {});
}

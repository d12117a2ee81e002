// The stylesheet of the tools, which comes with them.
const sheet = document.createElement("link");
sheet.rel = "stylesheet";
sheet.href = document.querySelector("[data-tools]").dataset.style;
document.head.append(sheet);

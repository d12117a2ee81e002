// The channel that the reader is in stands where it is seen.
document.querySelector(".channels-first [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

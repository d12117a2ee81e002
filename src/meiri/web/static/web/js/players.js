// A video of another site is loaded when it is pressed and not before. Speed for those of the site's own.
for (const link of document.querySelectorAll("[data-player]")) {
  const play = document.createElement("button");
  play.type = "button";
  play.textContent = "在本页播放";
  play.addEventListener("click", () => {
    const frame = document.createElement("iframe");
    Object.assign(frame, { src: link.dataset.player, title: link.textContent, allow: "fullscreen; autoplay; picture-in-picture", allowFullscreen: true });
    link.parentNode.replaceChildren(frame);
    frame.focus();
  });
  const note = document.createElement("small");
  note.textContent = "播放时您的浏览器会连接该网站";
  link.after(play, note);
}
for (const player of document.querySelectorAll(".recording video, .recording audio")) {
  const label = document.createElement("label");
  label.className = "speed";
  const speed = document.createElement("select");
  for (const value of [0.75, 1, 1.25, 1.5, 2]) speed.add(new Option(`${value} 倍`, value, value === 1, value === 1));
  speed.addEventListener("change", () => { player.playbackRate = Number(speed.value); });
  label.append("语速 ", speed);
  player.after(label);
}

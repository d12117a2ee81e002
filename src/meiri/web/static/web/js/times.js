// Times of the last 24 hours in words; the exact time stays in the title.
for (const time of document.querySelectorAll("time[title]")) {
  const minutes = (Date.now() - new Date(time.dateTime)) / 60000;
  if (minutes >= 0 && minutes < 1440) {
    time.textContent = minutes < 1 ? "刚刚" : minutes < 60 ? `${Math.floor(minutes)}分钟前` : `${Math.floor(minutes / 60)}小时前`;
  }
}

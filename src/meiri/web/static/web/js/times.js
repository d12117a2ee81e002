// Times of the last 24 hours in words, those of this year without it; the exact time stays in the title.
const zone = { timeZone: "Asia/Shanghai" };
const year = new Intl.DateTimeFormat("zh-CN", { ...zone, year: "numeric" }).format();
for (const time of document.querySelectorAll("time[title]")) {
  const minutes = (Date.now() - new Date(time.dateTime)) / 60000;
  if (minutes >= 0 && minutes < 1440) {
    time.textContent = minutes < 1 ? "刚刚" : minutes < 60 ? `${Math.floor(minutes)}分钟前` : `${Math.floor(minutes / 60)}小时前`;
  } else if (time.textContent.startsWith(year)) time.textContent = time.textContent.slice(year.length);
}
// The day in the masthead.
const line = document.querySelector("[data-today]");
if (line) {
  const say = (calendar, options) => new Intl.DateTimeFormat(`zh-CN${calendar}`, { ...zone, ...options }).format();
  const [day, lunar] = ["time", "span"].map((name) => document.createElement(name));
  day.textContent = say("", { dateStyle: "long" });
  const [month, number] = say("-u-ca-chinese", { month: "long", day: "numeric" }).match(/\d+|\D+/g);
  const tens = { 20: "二", 30: "三" }[number] ?? "初十廿"[Math.floor((number - 1) / 10)];
  lunar.textContent = `农历${month.replace("十一月", "冬月")}${tens}${"一二三四五六七八九十"[(number - 1) % 10]}`;
  line.replaceChildren(day, ` ${say("", { weekday: "long" })} `, lunar);
}

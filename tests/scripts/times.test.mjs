import assert from "node:assert/strict";
import { test } from "node:test";
import { open, runPart } from "./page.mjs";

const MINUTE = 60_000, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
const yearOf = (moment) => new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", year: "numeric" }).format(moment);

/** What a page says of a moment that is so many milliseconds ago, where its template wrote it as `written`. */
function said(ago, written) {
  const moment = new Date(Date.now() - ago).toISOString();
  const window = open(`<time datetime="${moment}" title="${moment}">${written}</time>`);
  runPart(window, "times");
  return window.document.querySelector("time").textContent;
}

test("the last hour is told in minutes, the last day in hours", () => {
  assert.equal(said(MINUTE / 2, "x"), "刚刚");
  assert.equal(said(59.5 * MINUTE, "x"), "59分钟前");
  assert.equal(said(60.5 * MINUTE, "x"), "1小时前");
  assert.equal(said(23.5 * HOUR, "x"), "23小时前");
});

test("an older time loses the year while it is this one", () => {
  const thisYear = yearOf(Date.now());
  assert.equal(said(3 * DAY, `${thisYear}11月20日 10:00`), "11月20日 10:00");
  assert.equal(said(400 * DAY, "2024年11月20日 10:00"), "2024年11月20日 10:00");
});

test("where the device's clock is behind, the time itself is told", () => {
  assert.equal(said(-HOUR, "2024年11月23日 10:00"), "2024年11月23日 10:00");
});

test("the masthead has today's date, day of the week and lunar date", () => {
  const window = open("<p data-today></p>");
  runPart(window, "times");
  const line = window.document.querySelector("[data-today]");
  assert.ok(line.textContent.startsWith(yearOf(Date.now())));
  assert.match(line.textContent, /日 星期[一二三四五六日] 农历闰?(正|[二三四五六七八九十]|冬|腊)月(初|十|廿|二|三)[一二三四五六七八九十]$/);
});

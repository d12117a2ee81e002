import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createContext, runInContext } from "node:vm";

const SOURCE = new URL("../../src/meiri/web/static/web/js/worker.js", import.meta.url);
const PAGE = "https://news.example/keji/2026/1130/1.html";

/** The service worker with a browser of the test's own around it: what it shows, and which pages are open. */
function worker(open = []) {
  const handlers = {}, shown = [], opened = [];
  const scope = {
    URL, caches: {}, location: { origin: "https://news.example" }, shown, opened,
    addEventListener: (kind, handler) => { handlers[kind] = handler; },
    registration: { showNotification: async (title, options) => { shown.push([title, options]); } },
    clients: { matchAll: async () => open, openWindow: async (url) => { opened.push(url); } },
  };
  scope.self = scope;
  runInContext(`const VERSION = "1", FIRST = [];${readFileSync(SOURCE, "utf8")}`, createContext(scope));
  return { ...scope, tell: async (kind, event) => {
    const waiting = [];
    handlers[kind]({ ...event, waitUntil: (promise) => waiting.push(promise) });
    await Promise.all(waiting);
  } };
}

const pushed = (content) => ({ data: { json: () => content } });
const clicked = (data) => ({ notification: { data, close() {} } });

test("what is pushed is shown with its title and leads to its address", async () => {
  const { shown, tell } = worker();
  await tell("push", pushed({ title: "江上新桥合龙", url: "/keji/2026/1130/1.html" }));
  const [[title, { data, tag }]] = shown;
  assert.deepEqual([title, data, tag], ["江上新桥合龙", "/keji/2026/1130/1.html", "/keji/2026/1130/1.html"]);
});

test("a message without content is shown all the same, as browsers demand", async () => {
  const { shown, tell } = worker();
  await tell("push", { data: null });
  assert.equal(shown[0][0], "有新消息");
});

test("a notice that is pressed goes to the page that is open, else opens it", async () => {
  let focused = 0;
  const there = worker([{ url: PAGE, focus: async () => { focused += 1; } }]);
  await there.tell("notificationclick", clicked("/keji/2026/1130/1.html"));
  assert.deepEqual([focused, there.opened], [1, []]);
  const none = worker();
  await none.tell("notificationclick", clicked("/keji/2026/1130/1.html"));
  assert.deepEqual(none.opened, [PAGE]);
});

test("a notice never leads to another site", async () => {
  const { opened, tell } = worker();
  await tell("notificationclick", clicked("https://elsewhere.example/"));
  await tell("notificationclick", clicked("//elsewhere.example/"));
  assert.deepEqual(opened, []);
});

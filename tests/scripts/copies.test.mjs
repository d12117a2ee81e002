import assert from "node:assert/strict";
import { test } from "node:test";
import { IDBFactory } from "fake-indexeddb";
import { open, run } from "./page.mjs";

const DAY = 86_400_000;

function browser() {
  const window = open("", (made) => { made.indexedDB = new IDBFactory(); made.structuredClone = structuredClone; });
  run(window, "newsroom/static/newsroom/browser_store.js");
  run(window, "newsroom/static/newsroom/drafts/copies.js");
  return window;
}

const aCopy = (key, more = {}) => ({ key, user: "1", model: "newsroom.article", pk: "7", text: key, ...more });

/** Put a copy into the browser's store as it was kept so many days ago. */
async function putOld(window, copy, days) {
  await new Promise((done, failed) => {
    const request = window.indexedDB.open("meiri-drafts", 1);
    request.onerror = failed;
    request.onsuccess = () => {
      const put = request.result.transaction("copies", "readwrite").objectStore("copies")
        .put({ ...copy, at: Date.now() - days * DAY });
      put.onsuccess = done;
      put.onerror = failed;
    };
  });
}

const keysOf = (copies) => [...copies].map((copy) => copy.key);

test("a copy is found by its writer and its article until it is forgotten", async () => {
  const { copies } = browser().meiriDrafts;
  assert.equal(await copies.keep(aCopy("a")), true);
  await copies.keep(aCopy("of another", { user: "2" }));
  await copies.keep(aCopy("of another article", { pk: "8" }));
  assert.deepEqual(keysOf(await copies.found("1", "newsroom.article", "7")), ["a"]);
  await copies.forget("a");
  assert.deepEqual(keysOf(await copies.found("1", "newsroom.article", "7")), []);
  assert.deepEqual(keysOf(await copies.found("2", "newsroom.article", "7")), ["of another"]);
});

test("a copy kept again replaces the one before", async () => {
  const { copies } = browser().meiriDrafts;
  await copies.keep(aCopy("a", { text: "第一稿" }));
  await copies.keep(aCopy("a", { text: "第二稿" }));
  const found = await copies.found("1", "newsroom.article", "7");
  assert.deepEqual([...found].map((copy) => copy.text), ["第二稿"]);
});

test("the newest comes first, and what is older than 60 days goes, whoever wrote it", async () => {
  const window = browser();
  const { copies } = window.meiriDrafts;
  await copies.keep(aCopy("now"));
  await putOld(window, aCopy("days ago"), 3);
  await putOld(window, aCopy("months ago"), 61);
  await putOld(window, aCopy("months ago, of another", { user: "2" }), 61);
  assert.deepEqual(keysOf(await copies.found("1", "newsroom.article", "7")), ["now", "days ago"]);
  assert.deepEqual(keysOf(await copies.found("2", "newsroom.article", "7")), []);
});

test("a browser that keeps nothing says so and throws nothing", async () => {
  const window = open("", (made) => {
    made.indexedDB = { open() { throw new Error("refused"); } };
    made.console.warn = () => {};
  });
  run(window, "newsroom/static/newsroom/browser_store.js");
  run(window, "newsroom/static/newsroom/drafts/copies.js");
  const { copies } = window.meiriDrafts;
  assert.equal(await copies.keep(aCopy("a")), false);
  assert.equal(await copies.found("1", "newsroom.article", "7"), false);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { open, run } from "./page.mjs";

function screen(body) {
  const window = open(`<form>${body}</form>`);
  window.CSS = { escape: (text) => text.replace(/[^\w-]/g, "\\$&") };
  window.meiriDrafts = {};
  run(window, "newsroom/static/newsroom/drafts/screen.js");
  return { form: window.document.querySelector("form"), screen: window.meiriDrafts.screen };
}

test("what belongs to the message and not to the text is no field", () => {
  const { form, screen: read } = screen(`
    <input name="csrfmiddlewaretoken" value="x"><input name="loaded_revision_id" value="4">
    <input name="form_key" value="k"><input name="comments-TOTAL_FORMS" value="0">
    <input name="title" value="秋收"><input name="stations" type="checkbox" value="3" checked>`);
  assert.deepEqual(JSON.parse(read.asText(read.pairs(form))), [["title", "秋收"], ["stations", "3"]]);
});

test("blocks are told by their ids and not by their places; deleted ones are gone", () => {
  const { screen: read } = screen("");
  const block = (n, id, order, value, deleted = "") => [
    [`body-${n}-deleted`, deleted], [`body-${n}-order`, order], [`body-${n}-type`, "text"],
    [`body-${n}-id`, id], [`body-${n}-value`, value]];
  const before = read.blocksOf([...block(0, "a", "0", "甲"), ...block(1, "b", "1", "乙")], "body");
  const moved = read.blocksOf([...block(0, "a", "1", "甲"), ...block(1, "b", "0", "乙"), ...block(2, "c", "2", "丙", "1")], "body");
  assert.deepEqual({ ...before }, { ...moved });
  const changed = read.blocksOf([...block(0, "a", "0", "甲"), ...block(1, "b", "1", "乙二")], "body");
  assert.equal(changed.a, before.a);
  assert.notEqual(changed.b, before.b);
  assert.deepEqual(Object.keys(read.blocksOf([["bodyguard-0-id", "z"], ["title", "x"]], "body")), []);
});

test("a field takes what others wrote, where it can be shown without a new page", () => {
  const { form, screen: read } = screen(`
    <input type="text" name="title" value="旧"><textarea name="summary"></textarea>
    <input type="checkbox" name="topics" value="1" checked><input type="checkbox" name="topics" value="2">
    <input type="hidden" name="picture" value="5">`);
  let changes = 0;
  form.addEventListener("change", () => { changes += 1; });
  assert.equal(read.setField(form, "title", "新"), true);
  assert.equal(read.setField(form, "summary", null), true);
  assert.equal(read.setField(form, "topics", [2]), true);
  assert.equal(read.setField(form, "picture", "6"), false);
  assert.equal(read.setField(form, "nowhere", "x"), false);
  assert.equal(changes, 3);
  assert.deepEqual(JSON.parse(read.asText(read.pairs(form))),
    [["title", "新"], ["summary", ""], ["topics", "2"], ["picture", "5"]]);
});

test("an id is one of a kind, also where the browser makes none", () => {
  const { screen: read } = screen("");
  const ids = new Set(Array.from({ length: 50 }, () => read.uuid()));
  assert.equal(ids.size, 50);
  for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

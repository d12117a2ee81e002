import assert from "node:assert/strict";
import { test } from "node:test";
import { open, run } from "./page.mjs";

function form() {
  const window = open("<form><input name=title></form>");
  window.meiriDrafts = {};
  run(window, "newsroom/static/newsroom/drafts/conflicts.js");
  return { window, form: window.document.querySelector("form"), show: window.meiriDrafts.conflicts.show };
}

const TITLE = { path: ["title"], label: "标题", mine: "秋收<b>开镰</b>", theirs: "秋收在望" };
const BLOCK = { path: ["body", "x"], label: "正文第一段", mine: "<p>甲</p><p>乙</p>", theirs: null };

test("both texts stand side by side, as text and not as markup", () => {
  const { form: shown, show } = form();
  show(shown, [TITLE, BLOCK], () => {});
  const texts = [...shown.querySelectorAll(".meiri-conflict p")].map((part) => part.textContent);
  assert.deepEqual(texts, ["秋收开镰", "秋收在望", "甲\n乙", "（空）"]);
  assert.equal(shown.querySelector(".meiri-conflict b"), null);
});

test("a field is decided for one of the two, a block may keep both", () => {
  const { form: shown, show } = form();
  const chosen = [];
  show(shown, [TITLE, BLOCK], (conflict, side) => chosen.push([conflict.label, side]));
  const [first, second] = shown.querySelectorAll(".meiri-conflict");
  assert.deepEqual([...first.querySelectorAll("button")].map((one) => one.textContent), ["用我的", "用对方的"]);
  first.querySelectorAll("button")[1].click();
  second.querySelectorAll("button")[2].click();
  assert.deepEqual(chosen, [["标题", "theirs"], ["正文第一段", "both"]]);
});

test("what is decided disappears, and the box with the last of them", () => {
  const { window, form: shown, show } = form();
  show(shown, [TITLE, BLOCK], () => {});
  show(shown, [BLOCK], () => {});
  assert.equal(shown.querySelectorAll(".meiri-conflict").length, 1);
  show(shown, [], () => {});
  assert.equal(window.document.getElementById("meiri-conflicts"), null);
});

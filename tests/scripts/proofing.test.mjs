import assert from "node:assert/strict";
import { test } from "node:test";
import { open, run } from "./page.mjs";

function fields(body) {
  const window = open(`<form>${body}</form>`);
  run(window, "proofing/static/proofing/fields.js");
  return { form: window.document.querySelector("form"), window, ...window.meiriProofing };
}

const block = (n, id, order, value, deleted = "") => `
  <input type="hidden" name="body-${n}-type" value="text"><input type="hidden" name="body-${n}-deleted" value="${deleted}">
  <input type="hidden" name="body-${n}-order" value="${order}"><input type="hidden" name="body-${n}-id" value="${id}">${value}`;

test("passages come in the order of the screen, without deleted blocks and empty fields", () => {
  const { form, passagesOf } = fields(`
    <input type="text" name="title" value="秋收"><textarea name="summary"> </textarea>
    ${block(0, "a", 1, '<textarea name="body-0-value">后</textarea>')}
    ${block(1, "b", 0, '<input type="text" name="body-1-value-text" value="先"><input type="text" name="body-1-value-speaker" value="农民">')}
    ${block(2, "c", 2, '<textarea name="body-2-value">没了</textarea>', "1")}`);
  assert.deepEqual([...passagesOf(form)].map(({ place, part, text }) => [place, part, text]), [
    ["title", 0, "秋收"], ["body:b", 0, "先"], ["body:b", 1, "农民"], ["body:a", 0, "后"]]);
});

test("cells of a table are texts that are changed by hand; what is no text is left out", () => {
  const { form, passagesOf, isEditable } = fields(block(0, "t", 0,
    `<input type="hidden" name="body-0-value" value='{"data": [["稻谷", null], ["", "3 吨"]]}'>
     <input type="hidden" name="body-0-value-picture" value="5"><input type="hidden" name="body-0-value-x" value="{broken">`));
  const found = [...passagesOf(form)];
  assert.deepEqual(found.map(({ text }) => text), ["稻谷", "3 吨"]);
  assert.ok(found.every((passage) => !isEditable(passage)));
});

test("offsets in characters become those of the browser", () => {
  const { unitsOf } = fields("");
  assert.deepEqual([...unitsOf("稻😀谷", 2, 3)], [3, 4]);
  assert.deepEqual([...unitsOf("稻谷", 0, 1)], [0, 1]);
});

test("a field takes a replacement and tells the form", () => {
  const { form, replaceIn, currentText } = fields('<input type="text" name="title" value="再接再励，丰收">');
  const field = form.elements.namedItem("title"), heard = [];
  for (const kind of ["beforeinput", "input", "change"]) form.addEventListener(kind, () => heard.push(kind));
  replaceIn({ field }, 0, 4, "再接再厉");
  assert.equal(currentText({ field }), "再接再厉，丰收");
  assert.deepEqual(heard, ["beforeinput", "input", "change"]);
});

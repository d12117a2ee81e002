import assert from "node:assert/strict";
import { test } from "node:test";
import { open, runPart } from "./page.mjs";

const SWITCHES = `
  <button data-switch="edition" value="large"></button>
  <button data-switch="theme" value="contrast"></button>
  <button data-switch="theme" value="dark"></button>`;
const GROUP = `
  <div data-setting="theme">
    <button value=""></button><button value="light"></button><button value="dark"></button><button value="contrast"></button>
  </div>`;

const pressed = (window) =>
  [...window.document.querySelectorAll("button")].filter((button) => button.ariaPressed === "true" || button.getAttribute("aria-pressed") === "true");
const valuesOf = (buttons) => buttons.map((button) => button.value);
const button = (window, selector) => window.document.querySelector(selector);
const dataOf = (window) => window.document.documentElement.dataset;

test("a switch sets its value on the page and keeps it on the device; pressed again it is released", () => {
  const window = open(SWITCHES);
  for (const part of ["switches", "settings"]) runPart(window, part);
  button(window, "[data-switch=edition]").click();
  assert.equal(dataOf(window).edition, "large");
  assert.equal(window.localStorage.getItem("edition"), "large");
  assert.deepEqual(valuesOf(pressed(window)), ["large"]);
  button(window, "[data-switch=edition]").click();
  assert.equal(dataOf(window).edition, undefined);
  assert.equal(window.localStorage.getItem("edition"), null);
  assert.deepEqual(pressed(window), []);
});

test("one of two colours is pressed", () => {
  const window = open(SWITCHES);
  for (const part of ["switches", "settings"]) runPart(window, part);
  button(window, "[value=contrast]").click();
  button(window, "[value=dark]").click();
  assert.deepEqual(valuesOf(pressed(window)), ["dark"]);
});

test("where the system is dark the switch is pressed, and releasing it asks for light", () => {
  const window = open(SWITCHES, (made) => { made.matchMedia = () => ({ matches: true }); });
  for (const part of ["switches", "settings"]) runPart(window, part);
  assert.deepEqual(valuesOf(pressed(window)), ["dark"]);
  button(window, "[value=dark]").click();
  assert.equal(dataOf(window).theme, "light");
  assert.deepEqual(pressed(window), []);
});

test("a button of a group sets its value, and pressing it again changes nothing", () => {
  const window = open(GROUP);
  for (const part of ["switches", "settings"]) runPart(window, part);
  assert.deepEqual(valuesOf(pressed(window)), [""]);
  for (let times = 0; times < 2; times += 1) {
    button(window, "[value=dark]").click();
    assert.equal(window.localStorage.getItem("theme"), "dark");
    assert.deepEqual(valuesOf(pressed(window)), ["dark"]);
  }
  button(window, "[value='']").click();
  assert.equal(window.localStorage.getItem("theme"), null);
});

test("a group that follows the system does not show dark as chosen", () => {
  const window = open(GROUP, (made) => { made.matchMedia = () => ({ matches: true }); });
  for (const part of ["switches", "settings"]) runPart(window, part);
  assert.deepEqual(valuesOf(pressed(window)), [""]);
});

test("the switch in the masthead and the group on the page of settings tell the same", () => {
  const window = open(SWITCHES + GROUP);
  for (const part of ["switches", "settings"]) runPart(window, part);
  button(window, "[data-setting] [value=contrast]").click();
  assert.deepEqual(valuesOf(pressed(window)), ["contrast", "contrast"]);
});

test("a device that keeps nothing still shows what was chosen", () => {
  const window = open(SWITCHES, (made) => {
    Object.defineProperty(made, "localStorage", { get() { throw new Error("refused"); } });
  });
  for (const part of ["switches", "settings"]) runPart(window, part);
  button(window, "[value=large]").click();
  assert.equal(dataOf(window).edition, "large");
});

test("what was chosen is there before the first paint of the next page", () => {
  const window = open("");
  window.localStorage.setItem("theme", "contrast");
  window.localStorage.setItem("size", "large");
  window.localStorage.setItem("rate", "1.3");
  runPart(window, "preferences");
  assert.deepEqual({ ...dataOf(window) }, { theme: "contrast", size: "large" });
});

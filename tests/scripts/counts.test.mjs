import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { open, runPart } from "./page.mjs";

/** The page after its counts have come, and the addresses that it asked. */
async function counted(body, answer) {
  const asked = [];
  const window = open(body, (made) => {
    made.fetch = async (address) => {
      asked.push(address);
      if (answer instanceof Error) throw answer;
      return { json: async () => answer };
    };
  });
  runPart(window, "counts");
  await setImmediate();
  return { asked, texts: [...window.document.querySelectorAll("span")].map((place) => place.textContent) };
}

test("all articles of a page are asked for once, however often they stand on it", async () => {
  const body = '<span data-views="7">0</span><span data-comments="7">0</span><span data-views="9">–</span>';
  const { asked, texts } = await counted(body, { 7: { views: 12345, comments: 6 } });
  assert.deepEqual(asked, ["/api/v1/counts/?ids=7,9"]);
  assert.deepEqual(texts, ["12,345", "6", "–"]);
});

test("a page asks for a hundred at most", async () => {
  const body = Array.from({ length: 130 }, (_, n) => `<span data-views="${n + 1}"></span>`).join("");
  const { asked } = await counted(body, {});
  assert.equal(asked[0].split("=")[1].split(",").length, 100);
});

test("a page without counts asks nobody, and one whose counts don't come stays as it is", async () => {
  assert.deepEqual((await counted("<span>x</span>", {})).asked, []);
  assert.deepEqual((await counted('<span data-views="7">3</span>', new Error("away"))).texts, ["3"]);
});

import assert from "node:assert/strict";
import { createHash, webcrypto } from "node:crypto";
import { test } from "node:test";
import { open, runPart } from "./page.mjs";

test("the number that is found fits what the server checks", async () => {
  for (const [token, bits] of [["评论", 4], ["token", 11]]) {
    const number = await new Promise((found) => {
      const window = open("", (made) => {
        Object.defineProperty(made, "crypto", { value: webcrypto });
        Object.assign(made, { TextEncoder, postMessage: found });
      });
      runPart(window, "work");
      window.onmessage({ data: [token, bits] });
    });
    const digest = createHash("sha256").update(`${token}:${number}`).digest();
    assert.equal(digest.readUInt32BE(0) >>> (32 - bits), 0);
  }
});

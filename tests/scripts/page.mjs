// A page in memory that runs scripts of the site as a browser would: its document is real, its network is the test's.
import { readFileSync } from "node:fs";
import { JSDOM } from "jsdom";

const SOURCES = new URL("../../src/meiri/", import.meta.url);

/** The window of a page with this body. `prepare(window)` gives it what jsdom lacks. */
export function open(body, prepare = () => {}) {
  const { window } = new JSDOM(`<!doctype html><html><body>${body}</body></html>`, {
    url: "https://paper.example/",
    runScripts: "outside-only",
  });
  window.matchMedia = () => ({ matches: false });
  prepare(window);
  return window;
}

/** Run a script of the site: its path below src/meiri, `web/static/web/js/times.js`. */
export function run(window, path) {
  // A module's names are its own.
  window.eval(`{${readFileSync(new URL(path, SOURCES), "utf8")}\n}`);
}

/** Run a part of the bundles of readers' pages. */
export const runPart = (window, name) => run(window, `web/static/web/js/${name}.js`);

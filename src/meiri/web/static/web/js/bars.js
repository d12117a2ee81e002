// What stands above the page has a script of its own, which its style sheet names.
const script = getComputedStyle(document.documentElement).getPropertyValue("--script");
if (script) import(JSON.parse(script));

// What scripts of the site are checked for: names that are not there or not used, and what is a mistake nearly always.
import js from "@eslint/js";
import globals from "globals";

export default [
  js.configs.recommended,
  {
    files: ["src/**/*.js"],
    languageOptions: { ecmaVersion: 2022, sourceType: "module", globals: globals.browser },
    rules: {
      // Nobody is told where the device keeps nothing, or a count is not to be had.
      "no-empty": ["error", { allowEmptyCatch: true }],
      // A choice between two deeds.
      "no-unused-expressions": "off",
      // What is taken out of an object to have the rest of it.
      "no-unused-vars": ["error", { ignoreRestSiblings: true }],
      // Ranges of characters begin at the first.
      "no-control-regex": "off",
      eqeqeq: "error",
      "no-var": "error",
      "prefer-const": "error",
      "no-implicit-globals": "error",
      "no-eval": "error",
      "no-implied-eval": "error",
    },
  },
  { files: ["tests/**/*.mjs", "*.mjs"], languageOptions: { globals: globals.node } },
];

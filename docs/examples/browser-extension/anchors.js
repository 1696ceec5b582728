// Where quoted passages stand in a page: W3C text quote selectors (exact, prefix, suffix). What is not certain is nowhere.
// The overlay and the extension in docs/examples/browser-extension share this file and marks.js, word for word. They may
// be loaded twice, hence no `const` stands outside of functions.

// Where a sentence or a paragraph ends; its marks; and what has no text that readers read.
var SENTENCE_END = /[.!?…؟۔]["')\]]*\s|[。！？]["')\]」』]*|\n/;
var UNREAD_TAGS = /^(script|style|noscript|template|textarea|select|input|button|iframe|object|canvas|video|audio|svg|math|factcheck-\w+)$/;

// One make of quotation marks of a kind, one blank for white space, and nothing that nobody sees.
function fold(text) {
  return text
    .replace(/[\xad\u200b\u2060\ufeff]+/g, "")
    .replace(/\s+/g, " ")
    .replace(/[‘’‛ʼ]/g, "'")
    .replace(/[“”‟]/g, '"');
}

// Lets the page go on: nothing here takes longer than a moment at a time.
function makePacer() {
  let startedAt = performance.now();
  return async () => {
    if (performance.now() - startedAt < 16) return;
    await new Promise((resolve) => setTimeout(resolve));
    startedAt = performance.now();
  };
}

// The text that readers see below an element, folded, and at which places of it the text nodes begin. Blocks are parted
// by a line end; \uffff stands where something is in the middle of a text that is no part of it.
async function readText(root, pace) {
  const runs = [];
  const blocks = [];
  const parts = [];
  let length = 0;
  let last = "\n";
  let hasGap = false;
  const add = (text) => {
    parts.push(text);
    length += text.length;
    last = text.at(-1);
  };
  const endBlock = () => {
    hasGap = false;
    if (last !== "\n") add("\n");
  };
  for (let node = root, down = true; node; ) {
    if (down && node.nodeType === 3) {
      if (hasGap && last !== "\n" && node.data.trim()) add("\uffff");
      const isBlank = last === " " || last === "\n";
      const folded = fold(node.data);
      const text = isBlank && folded[0] === " " ? folded.slice(1) : folded;
      if (text) {
        hasGap = false;
        runs.push({ node, at: length, isBlank });
        add(text);
      }
    } else if (down && node.nodeType === 1) {
      const { display, visibility } = getComputedStyle(node);
      const isUnread = UNREAD_TAGS.test(node.localName) || node.isContentEditable || display === "none" || visibility !== "visible";
      const isBlock = node.localName === "br" || !/^(inline|contents|ruby|none)/.test(display);
      if (isUnread) hasGap ||= node.localName !== "svg";
      if (isBlock) endBlock();
      if (!isUnread && node.firstChild) {
        blocks.push(isBlock);
        node = node.firstChild;
        continue;
      }
    }
    await pace();
    if (node === root) break;
    down = node.nextSibling;
    node = down || node.parentNode;
    if (!down && blocks.pop()) endBlock();
  }
  return { text: parts.join(""), runs };
}

// Whether the words around a place are those of the quote: as far as they are known, and as far as its sentence goes. Who
// puts "It is untrue that" before a sentence has written another one. Less than 32 characters are known where a text
// begins or ends there; then the paragraph does so in the page.
function compare(text, quote, start, end) {
  const flatten = (text) => text.replace(/\s+/g, " ").trim();
  const [prefix, exact, suffix] = [quote.prefix, quote.exact.trim(), quote.suffix].map((part) =>
    part.split(/\s*\n\s*/).map(fold).join("\n"),
  );
  const before = text.slice(Math.max(start - 99, 0), start);
  const after = text.slice(end, end + 99);
  const line = flatten(after.split("\n")[0]);
  const sentences = prefix.split(SENTENCE_END);
  const sentenceStart = flatten(sentences.pop());
  const sentenceRest = flatten(/^[^.!?…؟۔。！？\n]*[^\n]?/.exec(suffix)[0]);
  const isBegun =
    sentences.length || quote.prefix.length < 32
      ? flatten(before.split(SENTENCE_END).pop()) === sentenceStart
      : flatten(before).endsWith(sentenceStart);
  const isOver = /[.!?…؟۔。！？\n]/.test(suffix) || quote.suffix.length > 31;
  const isEnded =
    SENTENCE_END.test(exact.slice(-4) + " ") ||
    (isOver && sentenceRest ? flatten(after).startsWith(sentenceRest) : line === sentenceRest);
  const isBefore = flatten(prefix) ? flatten(before).endsWith(flatten(prefix)) : !flatten(before.split("\n").pop());
  const isAfter = flatten(suffix) ? flatten(after).startsWith(flatten(suffix)) : !line;
  const isSentence = isBegun && isEnded;
  return { start, end, isSame: isSentence && isBefore && isAfter, isNear: isSentence && (isBefore || isAfter) };
}

// The one place at which a quote certainly stands, or none.
function findQuote(text, quote) {
  const exact = quote.exact.trim();
  if (exact.length < ((quote.prefix + quote.suffix).trim() ? 1 : 25)) return null;
  const lines = exact.split(/\s*\n\s*/).map((line) => fold(line).replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const pattern = new RegExp(lines.join("\\s+"), "g");
  const places = [];
  for (let match; places.length < 200 && (match = pattern.exec(text)); pattern.lastIndex = match.index + 1)
    places.push(compare(text, quote, match.index, match.index + match[0].length));
  const exactPlaces = places.filter((place) => place.isSame);
  if (exactPlaces.length === 1) return exactPlaces[0];
  return places.length === 1 && places[0].isNear ? places[0] : null;
}

// The place of the page behind a place of the folded text.
function findPlace(runs, at) {
  let { node, at: left, isBlank } = runs.findLast((run) => run.at <= at);
  for (let index = 0; index < node.length; index += 1) {
    const letter = fold(node.data[index]);
    if (letter && !(letter === " " && isBlank) && left++ === at) return [node, index];
    if (letter) isBlank = letter === " ";
  }
  return null;
}

// For each quote that certainly stands below `root`, the quote and its range, in the order of the page.
async function anchorQuotes(root, quotes) {
  const pace = makePacer();
  const { text, runs } = await readText(root, pace);
  const passages = [];
  for (const quote of quotes) {
    const place = findQuote(text, quote);
    const first = place && findPlace(runs, place.start);
    const last = place && findPlace(runs, place.end - 1);
    await pace();
    // The page may have changed while it was read.
    if (!first || !last || !root.contains(first[0]) || !root.contains(last[0])) continue;
    const range = document.createRange();
    range.setStart(...first);
    range.setEnd(last[0], last[1] + 1);
    passages.push({ quote, range, start: place.start });
  }
  return passages.sort((one, other) => one.start - other.start);
}

// The quotes of claims that were looked up by the address of the page (GET /api/v1/lookup/).
function getQuotes(claims) {
  const quotes = claims.flatMap((claim) => claim.appearances.map((appearance) => ({ ...appearance, claim })));
  return quotes.filter(({ exact, anchor }) => exact && anchor !== "orphaned").slice(0, 200);
}

// Marks passages of a page and shows what was found about them. Shadow trees keep the page's styles out, and whatever
// comes from the newsroom is written as text.

var HIGHLIGHT_STYLE = "background:#ffc40038;text-decoration:underline 2px #b57b00";
var MARK_STYLE = `:host{all:initial!important;display:inline!important;font:15px/1.5 system-ui!important}
button{all:unset;cursor:pointer;text-align:center}
.mark{position:relative;width:18px;margin:-9px 2px;border-radius:9px;font:700 12px/18px system-ui;background:CanvasText;color:Canvas}
.mark::after{content:"";position:absolute;inset:-4px}
.close{float:inline-end;min-width:24px;font-size:20px}
:focus-visible{outline:3px solid;outline-offset:2px}
div{position:absolute;inset:auto;margin:0;box-sizing:border-box;width:380px;max-width:calc(100vw - 16px);max-height:80vh;padding:14px;border:1px solid GrayText;border-radius:8px;overflow-wrap:anywhere}
b,small,p{display:block;margin:0 0 8px}
mark{padding:1px 10px;border-radius:20px;font-weight:700;background:CanvasText;color:Canvas}`;

function addSheet(tree, css) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  tree.adoptedStyleSheets.push(sheet);
}

function addText(parent, tag, textContent, properties) {
  const element = Object.assign(document.createElement(tag), { textContent, dir: "auto" }, properties);
  parent.append(element);
  return element;
}

// The button behind a passage, which stands in no link and in no other button, and what it opens.
function addMark({ quote: { claim }, range }, words, theme) {
  const verdicts = claim.verdicts.filter((verdict) => verdict.rating);
  const [code] = words.lang.split("-");
  const getRatingText = ({ rating: { labels, label, language } }) => (labels[code] ? [labels[code], code] : [label, language]);
  const label = [words.check, verdicts[0] && getRatingText(verdicts[0])[0], claim.statement].filter(Boolean).join(": ");
  const sign = { __proto__: null, true: "✓", mostly_true: "✓", mostly_false: "✕", false: "✕" }[verdicts[0]?.rating.rating_class] || "i";
  const host = document.createElement("factcheck-mark");
  // In an extension, what is written there is none of the page's business: it could read it, and write another rating.
  const tree = host.attachShadow({ mode: window.chrome?.runtime?.id ? "closed" : "open" });
  addSheet(tree, MARK_STYLE);
  const mark = addText(tree, "button", sign, { className: "mark", ariaLabel: label });
  const card = addText(tree, "div", "", { popover: "auto", role: "dialog", ariaLabel: label, tabIndex: -1, autofocus: true });
  mark.style.colorScheme = card.style.colorScheme = theme || "light dark";
  mark.popoverTargetElement = card;
  mark.setAttribute("aria-describedby", "summary");
  // Under its mark. It gets the focus, and thereby comes in sight, and gives it back.
  card.onbeforetoggle = ({ newState }) => {
    if (newState === "closed") return tree.activeElement && mark.focus({ preventScroll: true });
    const { left, bottom } = mark.getBoundingClientRect();
    card.style.left = `${Math.max(8, Math.min(left, document.documentElement.clientWidth - 388)) + scrollX}px`;
    card.style.top = `${bottom + scrollY + 8}px`;
  };
  addText(card, "button", "×", { className: "close", ariaLabel: words.close, onclick: () => card.hidePopover() });
  addText(card, "b", claim.statement, { lang: claim.language });
  for (const verdict of verdicts) {
    const { rating, summary, language, publisher, reviewed_on: day } = verdict;
    const [text, lang] = getRatingText(verdict);
    const badge = addText(card, "mark", text, { lang });
    const colours = [rating.colour, rating.text_colour];
    if (colours.every((colour) => /^#\w{6}$/.test(colour))) [badge.style.background, badge.style.color] = colours;
    const date = day && new Date(day).toLocaleDateString(words.lang, { dateStyle: "long", timeZone: "UTC" });
    addText(card, "small", [publisher.name, date].filter(Boolean).join(", "));
    addText(card, "p", summary, { lang: language, id: card.querySelector("p") ? "" : "summary" });
  }
  if (/^https?:/.test(claim.url)) addText(card, "a", words.read, { href: claim.url, target: "_blank", rel: "noopener" });
  const clickable = range.endContainer.parentNode.closest("a,button,summary,label");
  const end = range.cloneRange();
  end.collapse();
  if (clickable) clickable.after(host);
  else end.insertNode(host);
  return mark;
}

// Without highlights, each piece of text in the range is wrapped.
function wrapText(range) {
  const walker = document.createTreeWalker(range.commonAncestorContainer.parentNode, 4);
  const parts = [];
  for (let node; (node = walker.nextNode()); ) {
    const part = document.createRange();
    part.setStart(node, node === range.startContainer ? range.startOffset : 0);
    part.setEnd(node, node === range.endContainer ? range.endOffset : node.length);
    if (range.intersectsNode(node) && `${part}`.trim()) parts.push(part);
  }
  for (const part of parts) {
    const mark = document.createElement("mark");
    mark.style.cssText = `all:unset;${HIGHLIGHT_STYLE}`;
    part.surroundContents(mark);
  }
}

// `passages`: quotes, each with its `claim`, and their ranges.
function markPassages(passages, words, theme) {
  if (!passages.length || !HTMLElement.prototype.showPopover) return;
  const isFree = passages.map(({ range }, at) => !at || passages[at - 1].range.compareBoundaryPoints(1, range) <= 0);
  const marks = passages.map((passage) => addMark(passage, words, theme));
  if (window.Highlight) {
    addSheet(document, `::highlight(factcheck){${HIGHLIGHT_STYLE}}`);
    const highlight = CSS.highlights.get("factcheck") || new Highlight();
    for (const { range } of passages) highlight.add(range);
    CSS.highlights.set("factcheck", highlight);
  } else {
    passages.filter((_, at) => isFree[at]).forEach(({ range }) => wrapText(range));
  }
  document.addEventListener("click", ({ target, clientX: x, clientY: y }) => {
    if (!getSelection().isCollapsed || target.closest("a,button,input,label,summary,factcheck-mark")) return;
    const at = passages.findIndex(({ range }) =>
      [...range.getClientRects()].some((box) => x > box.left && x < box.right && y > box.top && y < box.bottom),
    );
    marks[at]?.click();
  });
}

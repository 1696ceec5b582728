/* Which characters of an article are selected: from what a browser selects to offsets in the text, and back.

   Offsets count code points, as the server does; a browser counts UTF-16. Each paragraph says at which offset it begins
   (`data-at`) and what stands between it and the next one (`data-gap`, unless that is an empty line); what is in it is
   the text, to the character. */
(() => {
    "use strict";

    const GAP = "\n\n";
    const isLow = (unit) => unit >= 0xdc00 && unit <= 0xdfff;

    const lengthOf = (text) => {
        let length = text.length;
        for (let at = 1; at < text.length; at += 1) {
            if (isLow(text.charCodeAt(at)) && !isLow(text.charCodeAt(at - 1))) length -= 1;
        }
        return length;
    };
    /* Where in UTF-16 so many code points end. */
    const unitsOf = (text, points) => {
        let at = 0;
        for (let count = 0; count < points && at < text.length; count += 1) at += text.codePointAt(at) > 0xffff ? 2 : 1;
        return at;
    };
    const paragraphsOf = (article) => [...article.querySelectorAll("p[data-at]")];
    const gapOf = (paragraph) => paragraph.dataset.gap ?? GAP;
    const startOf = (paragraph) => Number(paragraph.dataset.at);

    /* The offset of a point of the page: in a paragraph, or else where the next one begins. */
    const offsetOf = (article, node, index) => {
        const element = node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement;
        const paragraph = element?.closest("p[data-at]");
        const point = document.createRange();
        if (paragraph && article.contains(paragraph)) {
            point.setStart(paragraph, 0);
            point.setEnd(node, index);
            return startOf(paragraph) + lengthOf(point.toString());
        }
        point.setStart(node, index);
        const paragraphs = paragraphsOf(article);
        const next = paragraphs.find((each) => point.comparePoint(each, 0) >= 0);
        if (next) return startOf(next);
        const last = paragraphs.at(-1);
        return last ? startOf(last) + lengthOf(last.textContent) : 0;
    };

    /* The characters from one offset to another, with what stands between paragraphs. */
    const textOf = (article, start, end) => {
        let found = "";
        for (const paragraph of paragraphsOf(article)) {
            const from = startOf(paragraph);
            if (from >= end) break;
            const text = paragraph.textContent + gapOf(paragraph);
            // A text of n units has at most n code points, so most paragraphs need not be counted.
            if (from + text.length <= start) continue;
            found += text.slice(unitsOf(text, Math.max(start - from, 0)), unitsOf(text, end - from));
        }
        return found;
    };

    /* The point of the page at an index of a paragraph's text, in UTF-16. */
    const pointIn = (paragraph, index) => {
        const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
        let [left, last] = [index, null];
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            if (left <= node.length) return [node, left];
            left -= node.length;
            last = node;
        }
        return last ? [last, last.length] : [paragraph, 0];
    };
    const pointAt = (article, offset) => {
        let [found, ...rest] = paragraphsOf(article);
        for (const paragraph of rest) {
            if (startOf(paragraph) > offset) break;
            found = paragraph;
        }
        return pointIn(found, unitsOf(found.textContent, offset - startOf(found)));
    };
    const rangeOf = (article, start, end) => {
        const range = document.createRange();
        range.setStart(...pointAt(article, start));
        range.setEnd(...pointAt(article, end));
        return range;
    };

    /* An emoji, or a letter with its marks, is selected as a whole. */
    const characters = window.Intl?.Segmenter ? new Intl.Segmenter(undefined, { granularity: "grapheme" }) : null;
    const widened = (article, offset, isEnd) => {
        if (!characters) return offset;
        const paragraph = paragraphsOf(article).findLast((each) => startOf(each) < offset);
        if (!paragraph) return offset;
        const text = paragraph.textContent;
        const at = unitsOf(text, offset - startOf(paragraph));
        if (at >= text.length) return offset;
        // Behind a line feed a character begins, whatever follows.
        const line = text.lastIndexOf("\n", at - 1) + 1;
        const { index, segment } = characters.segment(text.slice(line)).containing(at - line);
        if (line + index === at) return offset;
        return startOf(paragraph) + lengthOf(text.slice(0, line + index + (isEnd ? segment.length : 0)));
    };

    /* The words of a range: whole characters, without white space at their edges; null where there are none. */
    const wordsOf = (article, range) => {
        if (range.collapsed || !range.intersectsNode(article)) return null;
        let start = widened(article, offsetOf(article, range.startContainer, range.startOffset), false);
        let end = widened(article, offsetOf(article, range.endContainer, range.endOffset), true);
        const text = textOf(article, start, end);
        const exact = text.trim();
        if (!exact) return null;
        start += lengthOf(text) - lengthOf(text.trimStart());
        end = start + lengthOf(exact);
        return { start, end, exact };
    };

    /* Sentences, as the browser tells them apart in this language: for moving among them. */
    const cutter = (language) => {
        if (!window.Intl?.Segmenter) return null;
        try {
            return new Intl.Segmenter(language || undefined, { granularity: "sentence" });
        } catch {
            return new Intl.Segmenter(undefined, { granularity: "sentence" });
        }
    };
    const sentencesOf = (paragraph, language) => {
        const text = paragraph.textContent;
        const cut = cutter(language);
        const parts = cut ? [...cut.segment(text)].map(({ index, segment }) => [index, segment]) : [[0, text]];
        return parts
            .filter(([, part]) => part.trim())
            .map(([index, part]) => {
                const start = index + part.length - part.trimStart().length;
                return [start, start + part.trim().length];
            });
    };

    window.deskWords = { wordsOf, rangeOf, textOf, offsetOf, pointIn, sentencesOf, paragraphsOf };
})();

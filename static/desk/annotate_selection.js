/* Which characters of an article are selected: from what a browser selects to offsets in the text, and back.

   Offsets count code points, as the server does; a browser counts UTF-16. Each paragraph says at which offset it begins
   (`data-at`) and what stands between it and the next one (`data-gap`, unless that is an empty line); what is in it is
   the text, to the character. */
(() => {
    "use strict";

    const GAP = "\n\n";
    const isLow = (unit) => unit >= 0xdc00 && unit <= 0xdfff;

    const countCodePoints = (text) => {
        let length = text.length;
        for (let at = 1; at < text.length; at += 1) {
            if (isLow(text.charCodeAt(at)) && !isLow(text.charCodeAt(at - 1))) length -= 1;
        }
        return length;
    };
    /* Where in UTF-16 so many code points end. */
    const findUnit = (text, points) => {
        let at = 0;
        for (let count = 0; count < points && at < text.length; count += 1) at += text.codePointAt(at) > 0xffff ? 2 : 1;
        return at;
    };
    const getParagraphs = (article) => [...article.querySelectorAll("p[data-at]")];
    const getGap = (paragraph) => paragraph.dataset.gap ?? GAP;
    const getStart = (paragraph) => Number(paragraph.dataset.at);

    /* The offset of a point of the page: in a paragraph, or else where the next one begins. */
    const getOffset = (article, node, index) => {
        const element = node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement;
        const paragraph = element?.closest("p[data-at]");
        const point = document.createRange();
        if (paragraph && article.contains(paragraph)) {
            point.setStart(paragraph, 0);
            point.setEnd(node, index);
            return getStart(paragraph) + countCodePoints(point.toString());
        }
        point.setStart(node, index);
        const paragraphs = getParagraphs(article);
        const next = paragraphs.find((each) => point.comparePoint(each, 0) >= 0);
        if (next) return getStart(next);
        const last = paragraphs.at(-1);
        return last ? getStart(last) + countCodePoints(last.textContent) : 0;
    };

    /* The characters from one offset to another, with what stands between paragraphs. */
    const getText = (article, start, end) => {
        let passage = "";
        for (const paragraph of getParagraphs(article)) {
            const from = getStart(paragraph);
            if (from >= end) break;
            const text = paragraph.textContent + getGap(paragraph);
            // A text of n units has at most n code points, so most paragraphs need not be counted.
            if (from + text.length <= start) continue;
            passage += text.slice(findUnit(text, Math.max(start - from, 0)), findUnit(text, end - from));
        }
        return passage;
    };

    /* The point of the page at an index of a paragraph's text, in UTF-16. */
    const findPoint = (paragraph, index) => {
        const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
        let [left, last] = [index, null];
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            if (left <= node.length) return [node, left];
            left -= node.length;
            last = node;
        }
        return last ? [last, last.length] : [paragraph, 0];
    };
    const findPointAt = (article, offset) => {
        let [paragraph, ...rest] = getParagraphs(article);
        for (const next of rest) {
            if (getStart(next) > offset) break;
            paragraph = next;
        }
        return findPoint(paragraph, findUnit(paragraph.textContent, offset - getStart(paragraph)));
    };
    const getRange = (article, start, end) => {
        const range = document.createRange();
        range.setStart(...findPointAt(article, start));
        range.setEnd(...findPointAt(article, end));
        return range;
    };

    /* An emoji, or a letter with its marks, is selected as a whole. */
    const characters = window.Intl?.Segmenter ? new Intl.Segmenter(undefined, { granularity: "grapheme" }) : null;
    const widenToCharacter = (article, offset, isEnd) => {
        if (!characters) return offset;
        const paragraph = getParagraphs(article).findLast((each) => getStart(each) < offset);
        if (!paragraph) return offset;
        const text = paragraph.textContent;
        const at = findUnit(text, offset - getStart(paragraph));
        if (at >= text.length) return offset;
        // Behind a line feed a character begins, whatever follows.
        const line = text.lastIndexOf("\n", at - 1) + 1;
        const { index, segment } = characters.segment(text.slice(line)).containing(at - line);
        if (line + index === at) return offset;
        return getStart(paragraph) + countCodePoints(text.slice(0, line + index + (isEnd ? segment.length : 0)));
    };

    /* The words of a range: whole characters, without white space at their edges; null where there are none. */
    const getQuote = (article, range) => {
        if (range.collapsed || !range.intersectsNode(article)) return null;
        let start = widenToCharacter(article, getOffset(article, range.startContainer, range.startOffset), false);
        let end = widenToCharacter(article, getOffset(article, range.endContainer, range.endOffset), true);
        const text = getText(article, start, end);
        const exact = text.trim();
        if (!exact) return null;
        start += countCodePoints(text) - countCodePoints(text.trimStart());
        end = start + countCodePoints(exact);
        return { start, end, exact };
    };

    /* Sentences, as the browser tells them apart in this language: for moving among them. */
    const makeSegmenter = (language) => {
        if (!window.Intl?.Segmenter) return null;
        try {
            return new Intl.Segmenter(language || undefined, { granularity: "sentence" });
        } catch {
            return new Intl.Segmenter(undefined, { granularity: "sentence" });
        }
    };
    const getSentences = (paragraph, language) => {
        const text = paragraph.textContent;
        const segmenter = makeSegmenter(language);
        const parts = segmenter ? [...segmenter.segment(text)].map(({ index, segment }) => [index, segment]) : [[0, text]];
        return parts
            .filter(([, part]) => part.trim())
            .map(([index, part]) => {
                const start = index + part.length - part.trimStart().length;
                return [start, start + part.trim().length];
            });
    };

    window.deskSelection = { getQuote, getRange, getText, getOffset, findPoint, getSentences, getParagraphs };
})();

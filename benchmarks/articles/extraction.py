"""Measure how much of an article is read from pages of many shapes, beside trafilatura alone.

`python -m benchmarks.articles.extraction [--held-out] [--show NAME]`. For each page: the words that were read against
the words that are the article's, as precision, recall and F (words counted as often as they stand there; the headline
counts neither way). Walls must be refused by their names, articles must not. It fails when the mean F is below
trafilatura's, when a wall passes or is called by another's name, or when an article is refused.

Stories are set as print too, in columns, with divided words and running heads. Of their paragraphs, `AS_PRINTED` in a
hundred must come out as they went in.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable
from itertools import product
from statistics import mean

from benchmarks.articles.pages import Page, pages
from benchmarks.articles.stories import stories
from benchmarks.articles.typesetting import Style, set_story
from sources.extraction.document import Document, ExtractionError
from sources.extraction.extract import extract

AS_PRINTED = 95

PRINTED = ("en-bridge", "de-trinkwasser", "fr-hopital", "es-incendio", "it-alluvione", "pt-porto")
PRINTED_HELD_OUT = ("nl-haven", "en-stadium", "en-wages")
STYLES = (
    Style(),
    Style(size=13, is_indented=True),
    Style(columns=2, size=11),
    Style(columns=2, size=9, is_indented=True, by_row=True),
    Style(columns=3, size=8, is_indented=True),
    Style(columns=3, size=8, by_row=True),
)


def words_of(text: str) -> Counter[str]:
    """Words, and characters where a script has no spaces."""
    cut = "".join(f" {one} " if "\u3040" <= one <= "\u9fff" or one == "|" else one for one in text.casefold())
    return Counter("".join(one if one.isalnum() else " " for one in cut).split())


def agreement(found: str, expected: str, title: str) -> tuple[float, float, float]:
    """Precision, recall, F."""
    said, meant = words_of(found.removeprefix(title)), words_of(expected)
    common = sum((said & meant).values())
    precision, recall = common / max(said.total(), 1), common / max(meant.total(), 1)
    return precision, recall, 2 * precision * recall / (precision + recall) if common else 0.0


def by_trafilatura(page: Page) -> str:
    import trafilatura

    return trafilatura.extract(page.markup, include_comments=False, include_tables=True) or ""


def read(page: Page) -> Document | ExtractionError:
    try:
        return extract(page.markup.encode(), content_type="text/html", url="https://tidings.example/story")
    except ExtractionError as refusal:
        return refusal


def printed(names: Iterable[str]) -> tuple[int, int, list[str]]:
    """How many paragraphs came out as they went in, of how many, and some that did not."""
    known, right, all_of_them, wrong = stories(), 0, 0, []
    for name, style in product(names, STYLES):
        given = [text.encode("cp1252", "replace").decode("cp1252") for text in known[name].paragraphs]
        read_of_it = extract(set_story(known[name], style)).text.split("\n\n")
        lost = [text for text in given if text not in read_of_it]
        right, all_of_them = right + len(given) - len(lost), all_of_them + len(given)
        wrong += [f"{name}, {style}: {text[:70]}" for text in lost[:1]]
    return right, all_of_them, wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--held-out", action="store_true", help="only pages that the reader was not made with"
    )
    parser.add_argument("--show", help="print what was read of this page")
    options = parser.parse_args()
    chosen = [
        page
        for page in pages()
        if page.held_out == options.held_out or (page.refusal and not options.held_out)
    ]
    rows, mistakes = [], []
    for page in chosen:
        document = read(page)
        if options.show and page.name.startswith(options.show):
            print(getattr(document, "text", document), "\n", getattr(document, "caveats", ""))
        if page.refusal:
            called = document.reason_code if isinstance(document, ExtractionError) else "read as an article"
            if called != page.refusal:
                mistakes.append(f"{page.name}: {called}, and is {page.refusal}")
            continue
        if isinstance(document, ExtractionError):
            mistakes.append(f"{page.name}: refused as {document.reason_code}")
            rows.append((page, (0.0, 0.0, 0.0), agreement(by_trafilatura(page), page.words, "")))
            continue
        title = document.title
        rows.append(
            (
                page,
                agreement(document.text, page.words, title),
                agreement(by_trafilatura(page), page.words, title),
            )
        )
        told = [caveat.code for caveat in document.caveats]
        if (page.caveat in told) != bool(page.caveat) or ("partly_read" in told and not page.caveat):
            mistakes.append(f"{page.name}: caveats {told}")
        if lost := [line for line in page.lines if line not in document.text.split("\n")]:
            mistakes.append(f"{page.name}: lines lost: {lost}")
    for page, ours, theirs in rows:
        print(f"{page.name:34} " + "  ".join(f"{one:.3f}" for one in (*ours, *theirs)))
    print(f"{'mean':34} {_means(ours for _, ours, _ in rows)}  {_means(theirs for _, _, theirs in rows)}")
    print("(precision, recall, F of ours; the same of trafilatura alone)")
    print("\n".join(mistakes) or "Every wall was called by its name, and every shortfall told.")
    right, all_of_them, wrong = printed(PRINTED_HELD_OUT if options.held_out else PRINTED)
    print(f"print: {right} of {all_of_them} paragraphs as they went in", *wrong, sep="\n  ")
    is_worse = mean(ours[2] for _, ours, _ in rows) < mean(theirs[2] for _, _, theirs in rows)
    return bool(mistakes) or is_worse or right * 100 < AS_PRINTED * all_of_them


def _means(figures: Iterable[tuple[float, float, float]]) -> str:
    return "  ".join(f"{mean(one):.3f}" for one in zip(*figures, strict=True))


if __name__ == "__main__":
    sys.exit(main())

"""Measure what happens to quotes when publishers edit texts: kept, lost although present, rightly refused, or moved
wrongly.

Run from the repository: `python -m benchmarks.anchors [--editions 40] [--cases]`. Editions are made by the
generator of the tests (`tests/helpers/article_edits.py`), which knows where each sentence went. They are single
edits, then two and three edits at a time, then chains of three versions. Promised for single edits and chains: no quote
is moved wrongly, and 99 % of the quotes that are still present are kept. Several simultaneous edits may leave an
unmarked copy where the original was, which cannot be distinguished from it. For these, fewer than one quote in a
thousand may be moved wrongly.
"""

import argparse
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table

from claims.quotes.anchors import Anchor, make_anchor
from claims.quotes.followed_quotes import FollowedQuote, QuoteFollower, follow
from tests.helpers.article_edits import EDITS, in_order
from tests.helpers.editions import LANGUAGES, Quoted, first_edition, judge

OUTCOMES = ("kept", "lost", "refused", "wrong")
MIN_KEPT_SHARE = 0.99
MAX_SECONDS = 1.0

Tally = defaultdict[str, Counter[str]]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.anchors", description=__doc__)
    parser.add_argument(
        "--editions", type=int, default=20, help="of each language, for each edit (%(default)s)"
    )
    parser.add_argument("--cases", action="store_true", help="print each quote that is lost or moved wrongly")
    options = parser.parse_args()
    console = Console()
    is_missed = False
    for edit_count, title in ((1, "one edit"), (2, "two edits"), (3, "three edits")):
        by_edit: Tally = defaultdict(Counter)
        by_language: Tally = defaultdict(Counter)
        for language, edits, quote, outcome in measure_quotes(edit_count, options.editions):
            by_language[language][outcome] += 1
            for edit in edits:
                by_edit[edit][outcome] += 1
            if options.cases and outcome in ("lost", "wrong"):
                console.print(f"{outcome}: {language} {' + '.join(edits)} {quote}", markup=False)
        if edit_count == 1:
            console.print(_build_table(title, "edit", by_edit))
        console.print(_build_table(title, "language", by_language))
        all_counts = sum(by_language.values(), Counter())
        max_wrong = 0 if edit_count == 1 else all_counts.total() / 1_000
        is_missed |= all_counts["wrong"] > max_wrong or (
            edit_count == 1 and _compute_kept_share(all_counts) < MIN_KEPT_SHARE
        )
    chains = sum(
        (_follow_quote(language, seed) for language in LANGUAGES for seed in range(options.editions)),
        Counter(),
    )
    console.print(_build_table("chains of three versions", "", defaultdict(Counter, {"all": chains})))
    seconds = _time_long_article()
    console.print(f"10,000 words, 200 quotes: {seconds:.2f} s")
    return int(is_missed or bool(chains["wrong"]) or seconds > MAX_SECONDS)


def measure_quotes(edit_count: int, editions: int) -> Iterator[tuple[str, Sequence[str], Quoted, str]]:
    """Yield the language, edits, quote and outcome of every quote after this many simultaneous edits."""
    rng = random.Random(edit_count)  # noqa: S311  edits, not secrets
    for language in LANGUAGES:
        for seed in range(editions):
            for edits in [[edit] for edit in EDITS] if edit_count == 1 else _choose_edits(rng, edit_count):
                article = first_edition(language, f"{edits} {seed}")
                old_text, anchors = article.text, article.anchors()
                for edit in edits:
                    EDITS[edit](article)
                followed_quotes = QuoteFollower(old_text, article.text).follow(anchors.values())
                for quote, outcome in judge(anchors, followed_quotes, article):
                    yield language, edits, quote, outcome


def _choose_edits(rng: random.Random, edit_count: int) -> list[list[str]]:
    return [in_order(rng.sample(list(EDITS), edit_count)) for _ in range(len(EDITS) // 2)]


def _follow_quote(language: str, seed: int) -> Counter[str]:
    """Follow a quote from version to version, in the same way as appearances."""
    article = first_edition(language, f"chain {seed}")
    anchors = article.anchors()
    positions = {quote: (article.text, anchor) for quote, anchor in anchors.items()}
    followed_quotes: dict[Quoted, FollowedQuote] = {}
    for edit in in_order(article.random.sample(list(EDITS), 2)):
        EDITS[edit](article)
        for quote, (text, anchor) in list(positions.items()):
            [followed_quotes[quote]] = follow(text, article.text, [anchor])
            if (new_anchor := followed_quotes[quote].anchor) is not None:
                positions[quote] = article.text, new_anchor
    return Counter(
        outcome for _, outcome in judge(anchors, [followed_quotes[quote] for quote in anchors], article)
    )


def _time_long_article() -> float:
    rng = random.Random(0)  # noqa: S311
    words = ["".join(rng.choices("abcdefghijklmno", k=6)) for _ in range(3_000)]
    old_paragraphs = [
        " ".join(" ".join(rng.choices(words, k=14)).capitalize() + "." for _ in range(3)) for _ in range(240)
    ]
    new_paragraphs = ["Update.", *old_paragraphs]
    new_paragraphs[7], new_paragraphs[90] = new_paragraphs[90], new_paragraphs[7]
    text, anchors = "\n\n".join(old_paragraphs), list[Anchor]()
    for paragraph in old_paragraphs[:200]:
        start = text.index(paragraph)
        anchors.append(make_anchor(text, start, start + len(paragraph)))
    started_at = time.perf_counter()
    follow(text, "\n\n".join(new_paragraphs), anchors)
    return time.perf_counter() - started_at


def _compute_kept_share(counts: Counter[str]) -> float:
    present_count = counts["kept"] + counts["lost"]
    return counts["kept"] / present_count if present_count else 1.0


def _build_table(title: str, heading: str, tally: Tally) -> Table:
    table = Table(heading, *OUTCOMES, "kept of what stands", title=title, title_justify="left")
    for name, counts in sorted(tally.items()):
        table.add_row(
            name, *(f"{counts[outcome]:,}" for outcome in OUTCOMES), f"{_compute_kept_share(counts):.2%}"
        )
    total = sum(tally.values(), Counter())
    if heading == "language":
        table.add_row(
            "all",
            *(f"{total[outcome]:,}" for outcome in OUTCOMES),
            f"{_compute_kept_share(total):.2%}",
        )
    return table


if __name__ == "__main__":
    sys.exit(main())

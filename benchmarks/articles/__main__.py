"""Measure the handling of articles on other people's pages and sentences: `python -m benchmarks articles`.

The data is in `../shared/data`, or in the folder named with `--data`. Its texts belong to their publishers and are not
part of the project. The program fails if a figure is below its requirement.
"""

import argparse
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import mean
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from benchmarks.anchors import measure_quotes
from benchmarks.articles.made_article import make_article
from benchmarks.articles.reference_data import (
    DATA,
    LabelledSentence,
    Page,
    iterate_pages,
    load_debates,
    load_labelled_articles,
    read_commission_article,
)
from benchmarks.scratch import open_scratch_project
from claims.articles.detection import CandidateSentence, CheckBand, choose_band, detect
from sources.extraction.document import Document, ExtractionError
from sources.extraction.extract import extract
from sources.extraction.language import choose_language

#: From which token F1 on a page was read as a whole.
_READ_WHOLE = 0.9
#: Of a sentence of the labels, at least, for a sentence that was found to be it.
_SAME = 0.5
#: Of each language, for each edit.
_EDITIONS = 2


class Figure(NamedTuple):
    """A measured value, and the value that it must reach or not exceed."""

    name: str
    value: float
    required: float
    is_least: bool = True

    @property
    def is_met(self) -> bool:
        return self.value >= self.required if self.is_least else self.value <= self.required


def count_words(text: str) -> Counter[str]:
    """Count words, or characters in scripts without spaces."""
    cut = "".join(f" {one} " if "\u3040" <= one <= "\u9fff" or one == "|" else one for one in text.casefold())
    return Counter("".join(one if one.isalnum() else " " for one in cut).split())


def compute_token_f1(found: str, page: Page) -> float:
    """Return how well a text matches the page's article. The headline is ignored."""
    said, meant = count_words(found.removeprefix(page.title)), count_words(page.text)
    common = sum((said & meant).values())
    return 2 * common / (said.total() + meant.total()) if common else 0.0


def measure_extraction(data: Path) -> Iterator[Figure]:
    from trafilatura import extract as extract_alone

    ours, alone, bylines, warned = [], [], [], []
    for page in iterate_pages(data):
        document = _read(page)
        text = document.text if document else ""
        ours.append(compute_token_f1(text, page))
        theirs = extract_alone(page.markup, include_comments=False, include_tables=True, url=page.url or None)
        alone.append(compute_token_f1(theirs or "", page))
        named = {name.strip().casefold() for name in document.byline.split(",")} if document else set()
        bylines.append(named - {""} <= {name.casefold() for name in page.authors})
        if document and document.caveats:
            warned.append(ours[-1] < _READ_WHOLE)
    yield Figure("extraction: token F1, trafilatura alone", mean(alone), 0.0)
    yield Figure("extraction: token F1", mean(ours), mean(alone) + 0.005)
    yield Figure("extraction: pages below .8", sum(one < 0.8 for one in ours), 5, is_least=False)
    yield Figure("extraction: pages without a wrong name in the byline", mean(bylines), 0.9)
    yield Figure("extraction: pages with a warning", len(warned), 10, is_least=False)
    yield Figure("extraction: warnings on pages that were partly read", mean(warned or [1]), 0.8)


def _read(page: Page) -> Document | None:
    try:
        return extract(page.markup, content_type="text/html", url=page.url)
    except ExtractionError:
        return None


def measure_worthiness(data: Path) -> Iterator[Figure]:
    rows = list(_iterate_judged(data))
    core = [one for label, one in rows if label.label == "core"]
    others = [one for label, one in rows if label.label != "core"]
    trivial = [one for label, one in rows if label.label in ("no", "fragment")]
    first = [label.label for label, one in rows if one and choose_band(one.score) == CheckBand.CHECK_FIRST]
    shown = first + [
        label.label for label, one in rows if one and choose_band(one.score) == CheckBand.WORTH_A_LOOK
    ]
    checkable = first.count("core") + first.count("secondary")
    yield Figure("labels: core, listed", mean(one is not None for one in core), 0.98)
    yield Figure("labels: core in the first two bands", shown.count("core") / len(core), 0.92)
    yield Figure("labels: share in the first two bands", len(shown) / len(rows), 0.75, is_least=False)
    yield Figure("labels: core in “check first”", first.count("core") / len(first), 0.66)
    yield Figure("labels: core or secondary in “check first”", checkable / len(first), 0.85)
    yield Figure("labels: AUC, core against no", compute_auc(map(_score, core), map(_score, trivial)), 0.9)
    yield Figure(
        "labels: AUC, core against all others", compute_auc(map(_score, core), map(_score, others)), 0.78
    )


def _iterate_judged(data: Path) -> Iterator[tuple[LabelledSentence, CandidateSentence | None]]:
    """Yield each labelled sentence with the detected candidate that matches it, if any."""
    texts = {page.name: page.text for page in iterate_pages(data)}
    for name, sentences in load_labelled_articles(data).items():
        joined = "\n\n".join(one.text for one in sentences)
        text = texts.get(name, joined)
        found = detect(text, choose_language("", joined))
        for sentence in sentences:
            yield sentence, _find_candidate(sentence.text, text, found)


def _find_candidate(sentence: str, text: str, found: Sequence[CandidateSentence]) -> CandidateSentence | None:
    start = text.find(sentence)
    if start < 0:
        return next((one for one in found if one.exact in sentence or sentence in one.exact), None)
    end = start + len(sentence)
    shared = [
        one
        for one in found
        if min(one.end, end) - max(one.start, start) > _SAME * min(one.end - one.start, end - start)
    ]
    return max(shared, key=_score, default=None)


def _score(candidate: CandidateSentence | None) -> float:
    return candidate.score if candidate else 0.0


def measure_claimants(data: Path) -> Iterator[Figure]:
    right = wrong = missed = 0
    for sentence, candidate in _iterate_judged(data):
        named = (candidate.claimant or "") if candidate else ""
        is_right = bool(sentence.claimant) and bool(re.search(sentence.claimant, named, re.IGNORECASE))
        right += bool(named) and is_right
        wrong += bool(named) and not is_right
        missed += bool(sentence.claimant) and not is_right
    yield Figure("claimants: precision", right / (right + wrong), 0.95)
    yield Figure("claimants: recall", right / (right + missed), 0.7)


def measure_debates(data: Path) -> Iterator[Figure]:
    for split in ("dev", "dev-test"):
        rows = []
        for text, is_worthy in load_debates(data, split):
            rows.append((max(map(_score, detect(text, "en")), default=0.0), is_worthy))
        rows.sort(reverse=True)
        worthy = sum(good for _, good in rows)
        hits, precisions, best = 0, [], 0.0
        for place, (_, good) in enumerate(rows, 1):
            hits += good
            if good:
                precisions.append(hits / place)
            best = max(best, 2 * hits / (place + worthy))
        yield Figure(f"debates, {split}: average precision", mean(precisions), 0.78)
        yield Figure(f"debates, {split}: best F1", best, 0.7)


def measure_commission_article(data: Path) -> Iterator[Figure]:
    found = detect(read_commission_article(data), "en")
    shown = [one for one in found if choose_band(one.score) != CheckBand.ALSO_STATED]
    yield Figure("commission's article: sentences listed", len(found), 60)
    yield Figure("commission's article: in the first two bands", len(shown), 45, is_least=False)


def measure_anchors(data: Path) -> Iterator[Figure]:
    """Measure what happens to quotes after generated edits. This needs no external data."""
    for number, name, most in ((1, "one edit", 0.01), (2, "two edits", 0.02), (3, "three edits", 0.04)):
        outcomes = Counter(outcome for *_, outcome in measure_quotes(number, _EDITIONS))
        standing = outcomes["kept"] + outcomes["lost"] + outcomes["wrong"]
        yield Figure(f"anchors, {name}: lost", outcomes["lost"] / standing, most, is_least=False)
        yield Figure(
            f"anchors, {name}: wrong", outcomes["wrong"] / standing, 0.001 * (number > 1), is_least=False
        )


def measure_cost(data: Path) -> Iterator[Figure]:
    """Measure the processor time of an import, including its confined processes."""
    with open_scratch_project():
        from claims.articles.article_import import import_article
        from sources.overrides import Overrides
        from sources.source_kinds import Material

        import_article(
            Material(make_article(200).encode()), overrides=Overrides(url="https://example.org/warm")
        )
        for words, seconds in ((1_000, 0.5), (10_000, 2.0), (40_000, 8.0), (100_000, 15.0)):
            material = Material(make_article(words).encode())
            address = Overrides(url=f"https://example.org/{words}")
            taken = _measure_cpu(partial(import_article, material, overrides=address))
            yield Figure(f"import of {words:,} words: seconds of CPU", taken, seconds, is_least=False)


def _measure_cpu(work: Callable[[], object]) -> float:
    """Return the processor time of this process and its confined children."""
    before = _sum_process_time()
    work()
    return _sum_process_time() - before


def _sum_process_time() -> float:
    import psutil

    me = psutil.Process()
    taken = time.process_time()
    for child in me.children(recursive=True):
        if "zygote" in " ".join(child.cmdline()):
            times = child.cpu_times()
            taken += times.user + times.system + times.children_user + times.children_system
    return taken


def compute_auc(worthy: Iterable[float], trivial: Iterable[float]) -> float:
    """Return how often a sentence worth checking scores above one that is not; a tie counts half."""
    worthy, trivial = list(worthy), list(trivial)
    above = sum((good > bad) + (good == bad) / 2 for good in worthy for bad in trivial)
    return above / (len(worthy) * len(trivial))


PARTS = {
    "extraction": measure_extraction,
    "worthiness": measure_worthiness,
    "claimants": measure_claimants,
    "debates": measure_debates,
    "commission": measure_commission_article,
    "anchors": measure_anchors,
    "cost": measure_cost,
}


def _describe_data(data: Path) -> str:
    """Return a description of the data: the numbers of pages, sentences and publishers."""
    names = [page.name.partition("_")[0] for page in iterate_pages(data)]
    articles = load_labelled_articles(data)
    sentences = sum(map(len, articles.values()))
    return (
        f"{datetime.now(UTC):%Y-%m-%d}: {len(names)} pages of {len(set(names))} publishers, "
        f"{sentences} sentences of {len(articles)} articles"
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks articles", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help=", ".join(PARTS))
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of the data (%(default)s)")
    options = parser.parse_args()
    if not (options.data / "articles").is_dir():
        parser.error(f"{options.data} does not hold the data. Name its folder: --data ../shared/data")
    table = Table("figure", "value", "required", "", title=_describe_data(options.data))
    is_met = True
    for part in options.parts or PARTS:
        for figure in PARTS[part](options.data):
            relation = "≥" if figure.is_least else "≤"
            table.add_row(
                figure.name,
                f"{figure.value:.3f}",
                f"{relation} {figure.required:.3f}",
                "" if figure.is_met else "MISSED",
            )
            is_met &= figure.is_met
    Console(width=120).print(table)
    return not is_met


if __name__ == "__main__":
    sys.exit(main())

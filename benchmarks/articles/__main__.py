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
_WHOLE_PAGE_F1 = 0.9
#: Of a sentence of the labels, at least, for a sentence that was found to be it.
_MIN_OVERLAP = 0.5
#: Of each language, for each edit.
_EDITIONS = 2


class Figure(NamedTuple):
    """A measured value, and the value that it must reach or not exceed."""

    name: str
    value: float
    required: float
    is_minimum: bool = True

    @property
    def is_met(self) -> bool:
        return self.value >= self.required if self.is_minimum else self.value <= self.required


def count_words(text: str) -> Counter[str]:
    """Count words, or characters in scripts without spaces."""
    spaced_text = "".join(
        f" {character} " if "\u3040" <= character <= "\u9fff" or character == "|" else character
        for character in text.casefold()
    )
    return Counter("".join(character if character.isalnum() else " " for character in spaced_text).split())


def compute_token_f1(found_text: str, page: Page) -> float:
    """Return how well a text matches the page's article. The headline is ignored."""
    found_words, expected_words = count_words(found_text.removeprefix(page.title)), count_words(page.text)
    common_count = sum((found_words & expected_words).values())
    return 2 * common_count / (found_words.total() + expected_words.total()) if common_count else 0.0


def measure_extraction(data: Path) -> Iterator[Figure]:
    from trafilatura import extract as extract_alone

    our_scores, peer_scores, correct_bylines, true_warnings = [], [], [], []
    for page in iterate_pages(data):
        document = _read(page)
        text = document.text if document else ""
        our_scores.append(compute_token_f1(text, page))
        peer_text = extract_alone(
            page.markup, include_comments=False, include_tables=True, url=page.url or None
        )
        peer_scores.append(compute_token_f1(peer_text or "", page))
        named_people = {name.strip().casefold() for name in document.byline.split(",")} if document else set()
        correct_bylines.append(named_people - {""} <= {name.casefold() for name in page.authors})
        if document and document.caveats:
            true_warnings.append(our_scores[-1] < _WHOLE_PAGE_F1)
    yield Figure("extraction: token F1, trafilatura alone", mean(peer_scores), 0.0)
    yield Figure("extraction: token F1", mean(our_scores), mean(peer_scores) + 0.005)
    yield Figure("extraction: pages below .8", sum(score < 0.8 for score in our_scores), 5, is_minimum=False)
    yield Figure("extraction: pages without a wrong name in the byline", mean(correct_bylines), 0.9)
    yield Figure("extraction: pages with a warning", len(true_warnings), 10, is_minimum=False)
    yield Figure("extraction: warnings on pages that were partly read", mean(true_warnings or [1]), 0.8)


def _read(page: Page) -> Document | None:
    try:
        return extract(page.markup, content_type="text/html", url=page.url)
    except ExtractionError:
        return None


def measure_worthiness(data: Path) -> Iterator[Figure]:
    rows = list(_iterate_judged(data))
    core = [candidate for label, candidate in rows if label.label == "core"]
    other_candidates = [candidate for label, candidate in rows if label.label != "core"]
    trivial = [candidate for label, candidate in rows if label.label in ("no", "fragment")]
    first_labels = [
        label.label
        for label, candidate in rows
        if candidate and choose_band(candidate.score) == CheckBand.CHECK_FIRST
    ]
    shown_labels = first_labels + [
        label.label
        for label, candidate in rows
        if candidate and choose_band(candidate.score) == CheckBand.WORTH_A_LOOK
    ]
    checkable_count = first_labels.count("core") + first_labels.count("secondary")
    yield Figure("labels: core, listed", mean(candidate is not None for candidate in core), 0.98)
    yield Figure("labels: core in the first two bands", shown_labels.count("core") / len(core), 0.92)
    yield Figure(
        "labels: share in the first two bands", len(shown_labels) / len(rows), 0.75, is_minimum=False
    )
    yield Figure("labels: core in “check first”", first_labels.count("core") / len(first_labels), 0.66)
    yield Figure("labels: core or secondary in “check first”", checkable_count / len(first_labels), 0.85)
    yield Figure("labels: AUC, core against no", compute_auc(map(_score, core), map(_score, trivial)), 0.9)
    yield Figure(
        "labels: AUC, core against all others",
        compute_auc(map(_score, core), map(_score, other_candidates)),
        0.78,
    )


def _iterate_judged(data: Path) -> Iterator[tuple[LabelledSentence, CandidateSentence | None]]:
    """Yield each labelled sentence with the detected candidate that matches it, if any."""
    texts = {page.name: page.text for page in iterate_pages(data)}
    for article_name, sentences in load_labelled_articles(data).items():
        joined_text = "\n\n".join(sentence.text for sentence in sentences)
        text = texts.get(article_name, joined_text)
        candidates = detect(text, choose_language("", joined_text))
        for sentence in sentences:
            yield sentence, _find_candidate(sentence.text, text, candidates)


def _find_candidate(
    sentence: str, text: str, candidates: Sequence[CandidateSentence]
) -> CandidateSentence | None:
    start = text.find(sentence)
    if start < 0:
        return next(
            (
                candidate
                for candidate in candidates
                if candidate.exact in sentence or sentence in candidate.exact
            ),
            None,
        )
    end = start + len(sentence)
    overlapping = [
        candidate
        for candidate in candidates
        if min(candidate.end, end) - max(candidate.start, start)
        > _MIN_OVERLAP * min(candidate.end - candidate.start, end - start)
    ]
    return max(overlapping, key=_score, default=None)


def _score(candidate: CandidateSentence | None) -> float:
    return candidate.score if candidate else 0.0


def measure_claimants(data: Path) -> Iterator[Figure]:
    right_count = wrong_count = missed_count = 0
    for sentence, candidate in _iterate_judged(data):
        claimant = (candidate.claimant or "") if candidate else ""
        is_right = bool(sentence.claimant) and bool(re.search(sentence.claimant, claimant, re.IGNORECASE))
        right_count += bool(claimant) and is_right
        wrong_count += bool(claimant) and not is_right
        missed_count += bool(sentence.claimant) and not is_right
    yield Figure("claimants: precision", right_count / (right_count + wrong_count), 0.95)
    yield Figure("claimants: recall", right_count / (right_count + missed_count), 0.7)


def measure_debates(data: Path) -> Iterator[Figure]:
    for split in ("dev", "dev-test"):
        rows = []
        for text, is_worthy in load_debates(data, split):
            rows.append((max(map(_score, detect(text, "en")), default=0.0), is_worthy))
        rows.sort(reverse=True)
        worthy_count = sum(is_good for _, is_good in rows)
        hit_count, precisions, best_f1 = 0, [], 0.0
        for rank, (_, is_good) in enumerate(rows, 1):
            hit_count += is_good
            if is_good:
                precisions.append(hit_count / rank)
            best_f1 = max(best_f1, 2 * hit_count / (rank + worthy_count))
        yield Figure(f"debates, {split}: average precision", mean(precisions), 0.78)
        yield Figure(f"debates, {split}: best F1", best_f1, 0.7)


def measure_commission_article(data: Path) -> Iterator[Figure]:
    candidates = detect(read_commission_article(data), "en")
    shown_candidates = [
        candidate for candidate in candidates if choose_band(candidate.score) != CheckBand.ALSO_STATED
    ]
    yield Figure("commission's article: sentences listed", len(candidates), 60)
    yield Figure("commission's article: in the first two bands", len(shown_candidates), 45, is_minimum=False)


def measure_anchors(data: Path) -> Iterator[Figure]:
    """Measure what happens to quotes after generated edits. This needs no external data."""
    for edit_count, name, max_lost_share in (
        (1, "one edit", 0.01),
        (2, "two edits", 0.02),
        (3, "three edits", 0.04),
    ):
        outcomes = Counter(outcome for *_, outcome in measure_quotes(edit_count, _EDITIONS))
        present_count = outcomes["kept"] + outcomes["lost"] + outcomes["wrong"]
        yield Figure(
            f"anchors, {name}: lost", outcomes["lost"] / present_count, max_lost_share, is_minimum=False
        )
        yield Figure(
            f"anchors, {name}: wrong",
            outcomes["wrong"] / present_count,
            0.001 * (edit_count > 1),
            is_minimum=False,
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
        for words, max_seconds in ((1_000, 0.5), (10_000, 2.0), (40_000, 8.0), (100_000, 15.0)):
            material = Material(make_article(words).encode())
            overrides = Overrides(url=f"https://example.org/{words}")
            cpu_seconds = _measure_cpu(partial(import_article, material, overrides=overrides))
            yield Figure(
                f"import of {words:,} words: seconds of CPU", cpu_seconds, max_seconds, is_minimum=False
            )


def _measure_cpu(run: Callable[[], object]) -> float:
    """Return the processor time of this process and its confined children."""
    seconds_before = _sum_process_time()
    run()
    return _sum_process_time() - seconds_before


def _sum_process_time() -> float:
    import psutil

    process = psutil.Process()
    seconds = time.process_time()
    for child in process.children(recursive=True):
        if "zygote" in " ".join(child.cmdline()):
            times = child.cpu_times()
            seconds += times.user + times.system + times.children_user + times.children_system
    return seconds


def compute_auc(worthy_scores: Iterable[float], trivial_scores: Iterable[float]) -> float:
    """Return how often a sentence worth checking scores above one that is not; a tie counts half."""
    worthy_scores, trivial_scores = list(worthy_scores), list(trivial_scores)
    wins = sum(
        (worthy_score > trivial_score) + (worthy_score == trivial_score) / 2
        for worthy_score in worthy_scores
        for trivial_score in trivial_scores
    )
    return wins / (len(worthy_scores) * len(trivial_scores))


MEASUREMENTS = {
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
    parser.add_argument("parts", nargs="*", choices=[[], *MEASUREMENTS], help=", ".join(MEASUREMENTS))
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of the data (%(default)s)")
    options = parser.parse_args()
    if not (options.data / "articles").is_dir():
        parser.error(f"{options.data} does not hold the data. Name its folder: --data ../shared/data")
    table = Table("figure", "value", "required", "", title=_describe_data(options.data))
    all_met = True
    for part in options.parts or MEASUREMENTS:
        for figure in MEASUREMENTS[part](options.data):
            comparison = "≥" if figure.is_minimum else "≤"
            table.add_row(
                figure.name,
                f"{figure.value:.3f}",
                f"{comparison} {figure.required:.3f}",
                "" if figure.is_met else "MISSED",
            )
            all_met &= figure.is_met
    Console(width=120).print(table)
    return not all_met


if __name__ == "__main__":
    sys.exit(main())

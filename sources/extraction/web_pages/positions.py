"""The position of extracted text on its page, and the text around it."""

from bisect import bisect_right
from collections.abc import Iterator

from lxml.html import HtmlElement

from .markup import TextRun, build_key

#: The minimum number of letters and digits that make a run recognisable.
DISTINCTIVE_LENGTH = 20

HEADING_TAGS = frozenset({"h1", "h2", "h3", "h4"})


def match_runs(texts: list[str], runs: list[TextRun]) -> Iterator[tuple[int, int]]:
    """Yield pairs of a run's number and a text's number if the run contains the text or the text the run."""
    keys = [build_key(text) for text in texts]
    whole_runs: dict[str, list[int]] = {}
    for number, key in enumerate(keys):
        whole_runs.setdefault(key, []).append(number)
    joined_keys = "\n".join(keys)
    beginnings = [0]
    for key in keys:
        beginnings.append(beginnings[-1] + len(key) + 1)
    matched_texts: set[int] = set()
    unmatched_runs: list[int] = []
    for number, run in enumerate(runs):
        if candidates := whole_runs.get(run.key):
            text_number = candidates.pop(0) if len(candidates) > 1 else candidates[0]
        elif run.letters >= DISTINCTIVE_LENGTH and (position := joined_keys.find(run.key)) >= 0:
            text_number = bisect_right(beginnings, position) - 1
        else:
            unmatched_runs.append(number)
            continue
        matched_texts.add(text_number)
        yield number, text_number
    yield from _find_enclosing(keys, matched_texts, runs, unmatched_runs)


def _find_enclosing(
    keys: list[str], matched_texts: set[int], runs: list[TextRun], unmatched_runs: list[int]
) -> Iterator[tuple[int, int]]:
    """Yield pairs like `match_runs` for texts that it did not match. Such a text may be one line of a longer run."""
    unmatched = [
        number
        for number, key in enumerate(keys)
        if number not in matched_texts and len(key) >= DISTINCTIVE_LENGTH
    ]
    for number in unmatched_runs:
        if "\n" in runs[number].text:
            enclosed = next(
                (text_number for text_number in unmatched if keys[text_number] in runs[number].key), None
            )
            if enclosed is not None:
                yield number, enclosed


def iterate_ancestors(element: HtmlElement) -> Iterator[HtmlElement]:
    """Yield the element and its ancestors."""
    ancestor: HtmlElement | None = element
    while ancestor is not None and ancestor.tag != "html":
        yield ancestor
        ancestor = ancestor.getparent()

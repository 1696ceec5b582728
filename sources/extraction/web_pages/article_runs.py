"""The text runs of the article: trafilatura's, corrected by the page's metadata.

Only two corrections are made, because only these help on the pages of many publishers. The paragraph between headline
and text is added. Lines and boxes that lead to other articles, and text outside the article body given in metadata, are
removed. No correction may repeat extracted text or remove most of it. A run is recognised in trafilatura's output by
its letters and digits.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from lxml.html import HtmlElement

from .markers import LEAD_NAMES, is_link_line, is_separate_section, split_names
from .markup import TextRun, build_key
from .positions import DISTINCTIVE_LENGTH, HEADING_TAGS, iterate_ancestors, match_runs

#: The minimum number of letters and digits in a paragraph.
MIN_PROSE_LENGTH = 60
#: The maximum length of a lead, and the minimum length of a described body.
MAX_LEAD_LENGTH, MIN_BODY_LENGTH = 900, 250
#: The share of links in a line that leads elsewhere, and of the article in an element that must be its main part.
MIN_LINK_SHARE, MAIN_SHARE = 0.75, 0.5
#: The share of the described body that must be found before text outside it is dropped, and the maximum share to drop.
MIN_FOUND_BODY_SHARE, MAX_OUTSIDE_SHARE = 0.8, 0.4

_COMPLETE_END = re.compile(r"(?<!\.)[.!?。！？।؟][\"'”’»)\]]*\s*$")
_SENTENCE_END = re.compile(r"[.!?…:;。！？।؟]")


@dataclass(frozen=True, slots=True)
class ArticleDescription:
    """The article's description in metadata and structured data."""

    title: str = ""
    description: str = ""
    body: str = ""


class ArticleRuns:
    """The article's texts in the order of the page."""

    def __init__(self, texts: list[str], runs: list[TextRun], description: ArticleDescription) -> None:
        self.extracted_texts = texts
        self.keys = list(map(build_key, texts))
        self.runs = runs
        self.description = description
        self.body_key = build_key(description.body)
        #: Maps a run's number to the number of the extracted text that contains the run.
        self.text_by_run = dict(match_runs(texts, runs))
        self.letters_by_element = self._count_letters_by_element()
        self.extracted_letters = sum(runs[number].letters for number in self.text_by_run) or 1
        self._items: dict[HtmlElement, list[TextRun]] = defaultdict(list)
        for run in runs:
            if run.element.tag == "li":
                self._items[run.element.getparent()].append(run)
        self._apart: dict[HtmlElement, HtmlElement | None] = {}
        self.dropped = self._find_dropped_texts()
        self.leads = self._find_leads()

    def texts(self) -> Iterator[str]:
        """Yield the paragraphs of the article: first its leads, then all other paragraphs in order."""
        yield from (self.runs[number].text for number in self.leads)
        yield from (text for number, text in enumerate(self.extracted_texts) if number not in self.dropped)

    def list_following(self, count: int) -> list[TextRun]:
        """Return up to `count` runs that directly follow the last paragraph of the article."""
        last_number = max(
            (n for n, text_number in self.text_by_run.items() if self.runs[n].letters >= MIN_PROSE_LENGTH),
            default=-1,
        )
        return self.runs[last_number + 1 : last_number + 1 + count]

    # Positions

    def _count_letters_by_element(self) -> Counter[HtmlElement]:
        """Count the extracted letters inside each element."""
        counts: Counter[HtmlElement] = Counter()
        for number in self.text_by_run:
            for element in iterate_ancestors(self.runs[number].element):
                counts[element] += self.runs[number].letters
        return counts

    def _find_heading(self) -> int | None:
        """Return the number of the headline's run: a heading that matches the title, else the first heading, if any."""
        headings = [number for number, run in enumerate(self.runs) if run.element.tag == "h1"]
        title = build_key(self.description.title)
        matches = [n for n in headings if title and (self.runs[n].key in title or title in self.runs[n].key)]
        return next(iter(matches or headings), None)

    def _is_separate(self, element: HtmlElement) -> bool:
        """Return whether an element is in a separate section, such as teasers, without most of the page's text."""
        path = []
        section: HtmlElement | None = None
        for ancestor in iterate_ancestors(element):
            if ancestor in self._apart:
                section = self._apart[ancestor]
                break
            path.append(ancestor)
        for ancestor in reversed(path):
            if (
                section is None
                and self.letters_by_element[ancestor] < MAIN_SHARE * self.extracted_letters
                and is_separate_section(ancestor)
            ):
                section = ancestor
            self._apart[ancestor] = section
        return section is not None

    # Dropped texts

    def _find_dropped_texts(self) -> set[int]:
        candidates = self._find_texts_where_all(
            lambda number: self._is_teaser(number) or self._is_separate(self.runs[number].element)
        )
        candidates = {
            text_number for text_number in candidates if not self._is_in_described_body(text_number)
        } | self._find_outside_body()
        remaining = set(range(len(self.extracted_texts))) - candidates
        is_most = self._count_letters(candidates) > MAIN_SHARE * self._count_letters(
            range(len(self.extracted_texts))
        )
        follows = bool(remaining) and max(remaining) < min(candidates, default=0)
        if is_most and not (follows and self._count_letters(remaining) >= 2 * MIN_PROSE_LENGTH):
            # If most of the text seems to be teasers, the element names on this page mean something else, except when
            # a short article comes first and all the teasers follow.
            return set()
        return candidates

    def _count_letters(self, text_numbers: Iterable[int]) -> int:
        return sum(len(self.keys[text_number]) for text_number in text_numbers)

    def _find_texts_where_all(self, condition: Callable[[int], bool]) -> set[int]:
        """Return the numbers of texts all of whose runs meet the condition. A headline's text may recur in a teaser."""
        failures = {text_number for number, text_number in self.text_by_run.items() if not condition(number)}
        return set(self.text_by_run.values()) - failures

    def _is_teaser(self, number: int) -> bool:
        run = self.runs[number]
        if run.linked and is_link_line(run.text):
            return True
        if run.element.tag in HEADING_TAGS:
            return False
        if run.linked < MIN_LINK_SHARE:
            return False
        if run.element.tag == "li":
            items = self._items[run.element.getparent()]
            return len(items) > 1 and all(
                item.linked >= MIN_LINK_SHARE and item.letters > DISTINCTIVE_LENGTH for item in items
            )
        return run.letters > DISTINCTIVE_LENGTH and not _SENTENCE_END.search(run.text[-2:])

    def _find_outside_body(self) -> set[int]:
        """Return the numbers of texts that are not in the metadata's article body, if nearly all of it was found."""
        described_texts = [
            number for number in range(len(self.extracted_texts)) if self._is_in_described_body(number)
        ]
        letters = self._count_letters(described_texts)
        # Some pages describe the beginning only, and some cut it off.
        is_whole = len(self.body_key) >= MIN_BODY_LENGTH and bool(_COMPLETE_END.search(self.description.body))
        if not is_whole or letters < MIN_FOUND_BODY_SHARE * len(self.body_key):
            return set()
        outside = {
            number
            for number in range(described_texts[0], len(self.extracted_texts))
            if len(self.keys[number]) >= DISTINCTIVE_LENGTH
            and self.keys[number] not in self.body_key
            and " | " not in self.extracted_texts[number]  # descriptions have no tables
        }
        return outside if self._count_letters(outside) < MAX_OUTSIDE_SHARE * letters else set()

    def _is_in_described_body(self, text_number: int) -> bool:
        return len(self.keys[text_number]) >= DISTINCTIVE_LENGTH and self.keys[text_number] in self.body_key

    # Added texts

    def _find_leads(self) -> list[int]:
        """Return the runs between headline and text that the extractor missed, except repetitions of the text."""
        heading, first_number = self._find_heading(), min(self.text_by_run, default=None)
        if heading is None or first_number is None:
            return []
        whole_text = "\n".join(self.keys)
        distinctive_keys = [key for key in self.keys if len(key) >= DISTINCTIVE_LENGTH]
        return [
            number
            for number in range(heading + 1, max(first_number, heading + 4))
            if number < len(self.runs)
            and number not in self.text_by_run
            and self._is_lead(self.runs[number])
            and self.runs[number].key not in whole_text
            and not any(key in self.runs[number].key for key in distinctive_keys)
        ]

    def _is_lead(self, run: TextRun) -> bool:
        if not MIN_PROSE_LENGTH * 0.6 <= run.letters <= MAX_LEAD_LENGTH or run.linked > 0.5:
            return False
        description = build_key(self.description.description)
        names = {
            word
            for element in (run.element, run.element.getparent())
            if element is not None
            for word in split_names(element.get("class"), element.get("id"))
        }
        if names & LEAD_NAMES or run.element.get("itemprop") in ("description", "alternativeHeadline"):
            return True
        if description and (run.key in description or description in run.key):
            return True
        is_sentence = run.element.tag != "p" or bool(_SENTENCE_END.search(run.text[-3:]))
        return (
            run.element.tag in ("p", "h2", "h3")
            and is_sentence
            and run.letters >= MIN_PROSE_LENGTH
            and not self._is_separate(run.element)
        )

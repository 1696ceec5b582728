"""Which runs of a page are the article's: what trafilatura finds, corrected by what the page says of itself.

What it misses is taken in: the paragraph between headline and text, containers beside the one it chose, whatever the
page itself describes as the article's body. What it takes too much is left out: articles that follow the first one,
lines and boxes that lead elsewhere, comments. A run is recognised in its output by its letters and digits.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lxml.html import HtmlElement

from .live_entries import LEAST_ENTRIES
from .markup import Run, key_of
from .places import HEADINGS, TELLING, is_on_a_card, kind, matched, size, upwards
from .signs import LEAD_NAMES, leads_elsewhere, name_words, stands_apart

#: Letters and digits of a paragraph.
PROSE = 60
#: A lead is no longer, and a description of the body no shorter.
LONGEST_LEAD, LEAST_BODY = 900, 250
#: Shares: of links in a line that leads elsewhere; of the article in an element that cannot stand apart from it.
MOSTLY_LINKS, MOST_OF_IT = 0.75, 0.5
#: Letters behind a described body, at most, for one in it, to be no part of the article.
MOST_BEHIND = 0.4
#: Runs that may stand above the headline of a further article: its section, its date, buttons.
MOST_ABOVE = 50

_WHOLE_END = re.compile(r"(?<!\.)[.!?。！？।؟][\"'”’»)\]]*\s*$")
_SENTENCE_END = re.compile(r"[.!?…:;。！？।؟]")


@dataclass(frozen=True, slots=True)
class Described:
    """What the page says of its article elsewhere: in metadata and structured data."""

    title: str = ""
    description: str = ""
    body: str = ""
    is_live: bool = False


class ArticleRuns:
    """The article's texts in the order of the page."""

    def __init__(
        self, texts: list[str], runs: list[Run], described: Described, marks: set[HtmlElement] | None = None
    ) -> None:
        self.found = texts
        self.runs = runs
        self.described = described
        #: Elements that tell when an entry was written, each the first of its entry.
        self.marks = marks or set()
        self.body_key = key_of(described.body)
        #: By the number of a run: the number of the text that it is, or is part of.
        self.place = dict(matched(texts, runs))
        self.read_below = self._read_below()
        self.read_letters = sum(runs[number].letters for number in self.place) or 1
        self.marks = {mark for mark in self.marks if self._is_entry_read(mark)}
        if len(self.marks) < LEAST_ENTRIES:
            self.marks = set()
        self._entries = {mark.getparent() for mark in self.marks}
        self.root = self._root()
        parents = (runs[number].element.getparent() for number in self.place)
        self._kinds = {kind(parent) for parent in parents if parent is not None and parent.get("class")}
        self._items: dict[HtmlElement, list[Run]] = defaultdict(list)
        for run in runs:
            if run.element.tag == "li":
                self._items[run.element.getparent()].append(run)
        self.heading = self._heading()
        self._apart: dict[HtmlElement, HtmlElement | None] = {}
        self.other_articles = self._other_articles()
        self.dropped = self._dropped()
        self.added = self._added()

    def texts(self) -> Iterator[str]:
        """What is the article's."""
        behind: dict[int, list[str]] = {}
        last = -1
        for number, run in enumerate(self.runs):
            if number in self.place and self.place[number] not in self.dropped:
                last = max(last, self.place[number])
            elif number in self.added:
                behind.setdefault(last, []).append(run.text)
        yield from behind.get(-1, [])
        for number, text in enumerate(self.found):
            if number not in self.dropped:
                yield text
            yield from behind.get(number, [])

    def is_astray(self) -> bool:
        """Whether paragraphs stand around the headline, and what was found is on teasers of other articles."""
        if sum(run.letters for run in self._around_headline()) < 2 * PROSE:
            return False
        on_teasers = sum(
            run.letters
            for run in (self.runs[number] for number in self.place)
            if is_on_a_card(run.element, None) or any(map(stands_apart, upwards(run.element)))
        )
        return on_teasers > MOST_OF_IT * self.read_letters

    def around_headline(self) -> list[str]:
        return [run.text for run in self._around_headline()]

    def _around_headline(self) -> list[Run]:
        """Paragraphs in the largest element around the headline of which nothing was read."""
        if self.heading is None:
            return []
        unread = [one for one in upwards(self.runs[self.heading].element) if not self.read_below[one]]
        if not unread or unread[-1].tag == "body":
            return []
        return [
            run
            for run in self.runs
            if self._is_own_prose(run) and any(one is unread[-1] for one in upwards(run.element))
        ]

    def unread_letters(self) -> int:
        """Those of paragraphs that are neither read nor recognisably something else."""
        return sum(
            len(run.key)
            for number, run in enumerate(self.runs)
            if number not in self.place and number not in self.added and self._is_own_prose(run)
        )

    # Where things stand

    def _read_below(self) -> Counter[HtmlElement]:
        """Letters that were read, by each element that they stand in."""
        below: Counter[HtmlElement] = Counter()
        for number in self.place:
            for element in upwards(self.runs[number].element):
                below[element] += self.runs[number].letters
        return below

    def _root(self) -> HtmlElement | None:
        """The smallest element that nearly all of what was read stands in."""
        enough = [
            element for element, letters in self.read_below.items() if letters >= 0.9 * self.read_letters
        ]
        return min(enough, key=size, default=None) if self.place else None

    def _heading(self) -> int | None:
        """The number of the run that is the headline: the first that says the title, else the first of its kind."""
        firsts = [number for number, run in enumerate(self.runs) if run.element.tag == "h1"]
        title = key_of(self.described.title)
        named = [n for n in firsts if title and (self.runs[n].key in title or title in self.runs[n].key)]
        return next(iter(named or firsts), None)

    def _is_apart(self, element: HtmlElement) -> bool:
        """Whether it stands in something that is not the article's, unless that holds most of what was read."""
        path = []
        apart: HtmlElement | None = None
        for one in upwards(element):
            if one in self._apart:
                apart = self._apart[one]
                break
            path.append(one)
        for one in reversed(path):
            if apart is None and self.read_below[one] < MOST_OF_IT * self.read_letters and stands_apart(one):
                apart = one
            self._apart[one] = apart
        return apart is not None

    def _other_articles(self) -> set[HtmlElement]:
        """What encloses each further article: it begins with its own headline, and a whole article stands before it."""
        if self.described.is_live or self.marks or self.heading is None:
            return set()
        headline = self.runs[self.heading]
        around = set(upwards(headline.element))
        others: set[HtmlElement] = set()
        prose = 0
        for number, run in enumerate(self.runs[self.heading + 1 :], self.heading + 1):
            is_headline = run.element.tag == "h1" and run.key != headline.key
            is_linked = run.element.tag in HEADINGS and run.linked > MOSTLY_LINKS
            if (is_headline or is_linked) and prose >= 2 * PROSE:
                below = [one for one in upwards(run.element) if one not in around]
                outermost = below[-1] if below else run.element
                if (
                    outermost is not run.element
                    and self._begins_with(number, outermost)
                    and (is_headline or self._is_like_own(outermost))
                ):
                    others.add(outermost)
            elif number in self.place and run.element.tag not in HEADINGS:
                prose += run.letters
        return others

    def _begins_with(self, heading: int, element: HtmlElement) -> bool:
        """Whether no paragraph of an element stands before its heading."""
        for number in range(heading - 1, max(-1, heading - 1 - MOST_ABOVE), -1):
            if not any(one is element for one in upwards(self.runs[number].element)):
                return True
            if number in self.place and self.runs[number].letters >= PROSE:
                return False
        return True

    def _is_like_own(self, element: HtmlElement) -> bool:
        """Whether it stands beside what encloses the headline, and is of the same kind."""
        own = next(
            (
                one
                for one in upwards(self.runs[self.heading or 0].element)
                if one.getparent() is element.getparent()
            ),
            None,
        )
        return own is not None and own.tag == element.tag and own.get("class") == element.get("class")

    def _is_elsewhere(self, element: HtmlElement) -> bool:
        return bool(self.other_articles) and any(one in self.other_articles for one in upwards(element))

    # What is left out

    def _dropped(self) -> set[int]:
        dropped = {
            place
            for place in self._places_only_of(lambda number: self._is_elsewhere(self.runs[number].element))
            if not self._is_described(self.found[place])
        }
        doubtful = self._places_only_of(
            lambda number: self._is_teaser(number) or self._is_apart(self.runs[number].element)
        )
        doubtful = (doubtful | self._behind_the_body()) - dropped
        doubtful = {place for place in doubtful if not self._is_described(self.found[place])}
        letters = {
            number: len(key_of(text)) for number, text in enumerate(self.found) if number not in dropped
        }
        kept = letters.keys() - doubtful
        is_most = sum(letters[place] for place in doubtful) > MOST_OF_IT * sum(letters.values())
        follows = bool(kept) and max(kept) < min(doubtful, default=0)
        if is_most and not (follows and sum(letters[place] for place in kept) >= 2 * PROSE):
            # The names on this page mean something else; unless a short article comes first, and then all the teasers.
            doubtful = set()
        return dropped | doubtful

    def _places_only_of(self, is_one: Callable[[int], bool]) -> set[int]:
        """The texts of which this is true wherever they stand: a headline stands over its article, and on a teaser."""
        others = {place for number, place in self.place.items() if not is_one(number)}
        return set(self.place.values()) - others

    def _is_teaser(self, number: int) -> bool:
        run = self.runs[number]
        if run.linked and leads_elsewhere(run.text):
            return True
        if run.element.tag in HEADINGS:
            return False
        if run.linked < MOSTLY_LINKS:
            return False
        if run.element.tag == "li":
            items = self._items[run.element.getparent()]
            return len(items) > 1 and all(
                one.linked >= MOSTLY_LINKS and one.letters > TELLING for one in items
            )
        return run.letters > TELLING and not _SENTENCE_END.search(run.text[-2:])

    def _behind_the_body(self) -> set[int]:
        """What follows where the article ends by the page's own description of its body, if that is whole."""
        described = [number for number, text in enumerate(self.found) if self._is_described(text)]
        letters = sum(len(key_of(self.found[number])) for number in described)
        if not described or len(self.body_key) < LEAST_BODY or letters < 0.8 * len(self.body_key):
            return set()
        behind = {
            number
            for number in range(described[-1] + 1, len(self.found))
            if " | " not in self.found[number] and len(key_of(self.found[number])) >= TELLING
        }
        # Some pages describe the beginning only.
        is_little = sum(len(key_of(self.found[number])) for number in behind) < MOST_BEHIND * letters
        return behind if is_little and _WHOLE_END.search(self.described.body) else set()

    def _is_described(self, text: str) -> bool:
        key = key_of(text)
        return len(key) >= TELLING and key in self.body_key

    # What is taken in

    def _added(self) -> set[int]:
        first = min(self.place, default=None)
        keys = {self.runs[number].key for number in self.place} | {key_of(text) for text in self.found}
        added: set[int] = set()
        for number, run in enumerate(self.runs):
            if number not in self.place and self._is_of_entry(run):
                added.add(number)
            if number in self.place or run.key in keys or run.letters < TELLING:
                continue
            is_own = len(self.body_key) >= LEAST_BODY and run.key in self.body_key
            if is_own or self._is_lead(number, first) or self._is_missed(run):
                added.add(number)
                keys.add(run.key)
        return added

    def _is_entry_read(self, mark: HtmlElement) -> bool:
        entry = mark.getparent()
        return entry is not None and self.read_below[entry] > 0

    def _is_of_entry(self, run: Run) -> bool:
        """Whether it is the time of an entry, or its heading."""
        if run.element in self.marks:
            return True
        return run.element.tag in HEADINGS and any(one in self._entries for one in upwards(run.element))

    def _is_lead(self, number: int, first: int | None) -> bool:
        """Whether it is the paragraph between headline and text."""
        run = self.runs[number]
        if (
            self.heading is None
            or first is None
            or not PROSE * 0.6 <= run.letters <= LONGEST_LEAD
            or run.linked > 0.5
        ):
            return False
        if not self.heading < number < max(first, self.heading + 4) or self._is_elsewhere(run.element):
            return False
        description = key_of(self.described.description)
        names = {
            word
            for one in (run.element, run.element.getparent())
            if one is not None
            for word in name_words(one.get("class"), one.get("id"))
        }
        if names & LEAD_NAMES or run.element.get("itemprop") in ("description", "alternativeHeadline"):
            return True
        if description and (run.key in description or description in run.key):
            return True
        is_sentence = run.element.tag != "p" or bool(_SENTENCE_END.search(run.text[-3:]))
        return (
            run.element.tag in ("p", "h2", "h3")
            and is_sentence
            and run.letters >= PROSE
            and not self._is_apart(run.element)
        )

    def _is_missed(self, run: Run) -> bool:
        """Whether it is a paragraph among those that were read, or in a container like theirs."""
        if not self._is_own_prose(run) or self.root is None:
            return False
        parent = run.element.getparent()
        if any(one is self.root for one in upwards(run.element)):
            return parent is not None and (self.read_below[parent] > 0 or kind(parent) in self._kinds)
        beside = next((one for one in upwards(run.element) if one.getparent() is self.root.getparent()), None)
        return beside is not None and kind(beside) == kind(self.root) and bool(self.root.get("class"))

    def _is_own_prose(self, run: Run) -> bool:
        if run.letters < PROSE or run.linked > 0.3 or not _SENTENCE_END.search(run.text):
            return False
        return not (
            self._is_apart(run.element)
            or self._is_elsewhere(run.element)
            or is_on_a_card(run.element, self.root)
        )

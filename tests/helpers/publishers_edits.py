"""What publishers do to an article after it was first read, by a generator that knows where each sentence went.

A base text (`tests/claims/quotes/base_texts/LANGUAGE.toml`) has its paragraphs as sentences, and beside them words of
its language that edits need. `Edition` is the article in one state; each edit of `EDITS` changes it in place. A
sentence keeps its number while its words stand; words that repeat, quote or change it have none.
"""

import random
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from claims.quotes.anchors import Anchor, anchor_at
from claims.quotes.followed_quotes import FollowedQuote

BASE_TEXTS = Path(__file__).parent.parent / "claims" / "quotes" / "base_texts"
LANGUAGES = tuple(sorted(path.stem for path in BASE_TEXTS.glob("*.toml")))
_OPENING, _CLOSING = '„“«「"', '”“»」"'

#: A sentence by its number, or the words in quotation marks inside it.
Quoted = tuple[int, str]


@dataclass
class Said:
    """A sentence, with its number while it is the one that was there at first."""

    words: str
    number: int | None = None
    #: Whose words it repeats right behind them: which of the two is the original, nobody could tell.
    twin: int | None = None


@dataclass
class Edition:
    """An article as it stands after some edits."""

    base: dict[str, Any]
    paragraphs: list[list[Said]]
    random: random.Random

    @property
    def text(self) -> str:
        return "\n\n".join(self.base["joiner"].join(said.words for said in p) for p in self.paragraphs)

    def places(self) -> dict[Quoted, tuple[int, int]]:
        """Where the sentences stand that are still what they were, and the direct speech in them."""
        found: dict[Quoted, tuple[int, int]] = {}
        at = 0
        for paragraph in self.paragraphs:
            for said in paragraph:
                if said.number is not None:
                    found[said.number, "sentence"] = at, at + len(said.words)
                    if speech := _speech(said.words):
                        found[said.number, "speech"] = at + speech[0], at + speech[1]
                at += len(said.words) + len(self.base["joiner"])
            at += 2 - len(self.base["joiner"])
        return found

    def twins(self) -> dict[Quoted, list[tuple[int, int]]]:
        """Where words are repeated right behind themselves."""
        doubled = [[Said(said.words, said.twin) for said in paragraph] for paragraph in self.paragraphs]
        found: dict[Quoted, list[tuple[int, int]]] = {}
        for paragraph in range(len(doubled)):
            alone = [
                row if at == paragraph else [Said(s.words) for s in row] for at, row in enumerate(doubled)
            ]
            for quoted, span in Edition(self.base, alone, self.random).places().items():
                found.setdefault(quoted, []).append(span)
        return found

    def anchors(self) -> dict[Quoted, Anchor]:
        text = self.text
        return {quoted: anchor_at(text, *span) for quoted, span in self.places().items()}

    # Parts of edits ---------------------------------------------------------------------------------------------------

    def own(self) -> list[tuple[int, int]]:
        """Where sentences of the article are, by paragraph and place."""
        return [
            (p, s)
            for p, paragraph in enumerate(self.paragraphs)
            for s, said in enumerate(paragraph)
            if said.number is not None
        ]

    def some_paragraph(self, least: int = 1) -> int | None:
        """A paragraph that has so many sentences, all of them of the article."""
        fit = [
            number
            for number, paragraph in enumerate(self.paragraphs)
            if len(paragraph) >= least and all(said.number is not None for said in paragraph)
        ]
        return self.random.choice(fit) if fit else None

    def change(self, kind: str) -> tuple[int, int, str] | None:
        """Change words of a sentence as the base text proposes; returns where, and the sentence as it was."""
        fit = [
            (p, s, was, now)
            for p, s in self.own()
            for was, now in self.base[kind]
            if was in self.paragraphs[p][s].words
        ]
        if not fit:
            return None
        p, s, was, now = self.random.choice(fit)
        before = self.paragraphs[p][s].words
        self.paragraphs[p][s] = Said(before.replace(was, now))
        return p, s, before

    def insert(self, *paragraphs: str, at: int | None = None) -> None:
        if at is None:
            # Nothing comes between a note and what it introduces.
            leads = {self.base["plain_note"], self.base["label"]}
            places = [0, *(n for n, row in enumerate(self.paragraphs, 1) if row[-1].words not in leads)]
            at = self.random.choice(places)
        self.paragraphs[at:at] = [[Said(words)] for words in paragraphs]

    def joined(self, paragraph: list[Said]) -> str:
        joiner: str = self.base["joiner"]
        return joiner.join(said.words for said in paragraph)


def _speech(words: str) -> tuple[int, int] | None:
    starts = [at for at, character in enumerate(words) if character in _OPENING]
    if not starts:
        return None
    ends = [at for at, character in enumerate(words) if character in _CLOSING and at > starts[0]]
    if not ends:
        return None
    inner = words[starts[0] + 1 : ends[0]]
    first = starts[0] + 1 + len(inner) - len(inner.lstrip())
    return first, first + len(inner.strip("，,\u00a0 "))


@cache
def _base(language: str) -> dict[str, Any]:
    return tomllib.loads((BASE_TEXTS / f"{language}.toml").read_text("utf-8"))


def first_edition(language: str, seed: int | str = 0) -> Edition:
    base, numbers = _base(language), iter(range(1_000))
    paragraphs = [[Said(words, next(numbers)) for words in paragraph] for paragraph in base["paragraphs"]]
    return Edition(base, paragraphs, random.Random(f"{language} {seed}"))  # noqa: S311  edits, not secrets


# Edits ----------------------------------------------------------------------------------------------------------------

Edit = Callable[[Edition], None]
EDITS: dict[str, Edit] = {}


def _edit(edit: Edit) -> Edit:
    EDITS[edit.__name__] = edit
    return edit


@_edit
def typo_beside(article: Edition) -> None:
    article.change("typo")


@_edit
def number_inside(article: Edition) -> None:
    article.change("number")


@_edit
def name_inside(article: Edition) -> None:
    article.change("name")


@_edit
def negation_inside(article: Edition) -> None:
    article.change("negation")


@_edit
def several_facts_inside(article: Edition) -> None:
    for kind in ("number", "name", "negation"):
        article.change(kind)


@_edit
def sentence_deleted(article: Edition) -> None:
    p, s = article.random.choice(article.own())
    del article.paragraphs[p][s]
    if not article.paragraphs[p]:
        del article.paragraphs[p]


@_edit
def sentence_duplicated(article: Edition) -> None:
    p, s = article.random.choice(article.own())
    said = article.paragraphs[p][s]
    article.paragraphs[p].insert(s + 1, Said(said.words, twin=said.number))


@_edit
def sentence_repeated_elsewhere(article: Edition) -> None:
    """As a caption does, or a pull quote."""
    p, s = article.random.choice(article.own())
    places = [at for at in range(len(article.paragraphs) + 1) if at not in (p, p + 1)]
    article.insert(article.paragraphs[p][s].words, at=article.random.choice(places or [0]))


@_edit
def sentence_added(article: Edition) -> None:
    p, s = article.random.choice(article.own())
    words = article.random.choice(article.base["inserted"])
    article.paragraphs[p].insert(s + article.random.randint(0, 1), Said(words))


@_edit
def paragraphs_inserted(article: Edition) -> None:
    article.insert(*article.random.sample(article.base["inserted"], article.random.randint(1, 2)))


@_edit
def paragraphs_swapped(article: Edition) -> None:
    if len(article.paragraphs) > 1:
        one, other = article.random.sample(range(len(article.paragraphs)), 2)
        rows = article.paragraphs
        rows[one], rows[other] = rows[other], rows[one]


@_edit
def paragraph_moved(article: Edition) -> None:
    rows = article.paragraphs
    paragraph = rows.pop(article.random.randrange(len(rows)))
    rows.insert(article.random.randint(0, len(rows)), paragraph)


@_edit
def paragraphs_merged(article: Edition) -> None:
    rows = article.paragraphs
    if len(rows) > 1:
        at = article.random.randrange(len(rows) - 1)
        rows[at : at + 2] = [rows[at] + rows[at + 1]]


@_edit
def paragraph_split(article: Edition) -> None:
    at = article.some_paragraph(2)
    if at is not None:
        cut = article.random.randint(1, len(article.paragraphs[at]) - 1)
        article.paragraphs[at : at + 1] = [article.paragraphs[at][:cut], article.paragraphs[at][cut:]]


@_edit
def paragraph_deleted(article: Edition) -> None:
    if len(article.paragraphs) > 2:
        del article.paragraphs[article.random.randrange(len(article.paragraphs))]


@_edit
def paragraph_duplicated(article: Edition) -> None:
    at = article.some_paragraph()
    if at is not None:
        article.paragraphs.insert(
            at + 1, [Said(said.words, twin=said.number) for said in article.paragraphs[at]]
        )


@_edit
def deleted_and_retold_elsewhere(article: Edition) -> None:
    """The paragraph is gone; its first sentence stands in another, as somebody's words."""
    at = article.some_paragraph()
    if at is not None and len(article.paragraphs) > 2:
        words = article.paragraphs.pop(at)[0].words
        places = [place for place in range(len(article.paragraphs)) if place != at]
        article.insert(article.base["retold"].format(words), at=article.random.choice(places))


@_edit
def deleted_with_lookalike(article: Edition) -> None:
    """The paragraph is gone; elsewhere another says nearly the same of something else."""
    if len(article.paragraphs) > 3 and (changed := article.change(article.random.choice(["number", "name"]))):
        at, s, _was = changed
        lookalike = article.paragraphs.pop(at)[s].words
        article.insert(
            lookalike, at=article.random.choice([n for n in range(len(article.paragraphs)) if n != at])
        )


def _corrected(article: Edition) -> tuple[str, str] | None:
    """Correct a fact; returns its sentence and its paragraph as they were."""
    before = [article.joined(paragraph) for paragraph in article.paragraphs]
    changed = article.change(article.random.choice(["number", "name", "negation"]))
    return (changed[2], before[changed[0]]) if changed else None


def _note(whole: bool, *, below: bool) -> Edit:
    def edit(article: Edition) -> None:
        if was := _corrected(article):
            article.insert(
                article.base["note"].format(was[whole]), at=len(article.paragraphs) if below else 0
            )

    return edit


EDITS["note_on_top_quotes_sentence"] = _note(False, below=False)
EDITS["note_below_quotes_sentence"] = _note(False, below=True)
EDITS["note_on_top_quotes_paragraph"] = _note(True, below=False)
EDITS["note_below_quotes_paragraph"] = _note(True, below=True)


@_edit
def note_below_with_bare_paragraph(article: Edition) -> None:
    if was := _corrected(article):
        article.insert(article.base["plain_note"], was[1], at=len(article.paragraphs))


@_edit
def note_on_top_with_bare_paragraph(article: Edition) -> None:
    if was := _corrected(article):
        article.insert(article.base["plain_note"], was[1], at=0)


@_edit
def note_behind_with_bare_paragraph(article: Edition) -> None:
    """Directly behind the paragraph that was corrected."""
    before = [article.joined(paragraph) for paragraph in article.paragraphs]
    if changed := article.change("number"):
        article.insert(article.base["plain_note"], before[changed[0]], at=changed[0] + 1)


@_edit
def removed_and_shown_below(article: Edition) -> None:
    at = article.some_paragraph()
    if at is not None and len(article.paragraphs) > 2:
        words = article.joined(article.paragraphs.pop(at))
        article.insert(article.base["plain_note"], words, at=len(article.paragraphs))


@_edit
def removed_and_quoted_below(article: Edition) -> None:
    at = article.some_paragraph()
    if at is not None and len(article.paragraphs) > 2:
        words = article.joined(article.paragraphs.pop(at))
        article.insert(article.base["note"].format(words), at=len(article.paragraphs))


@_edit
def live_entries_on_top(article: Edition) -> None:
    for _entry in range(article.random.randint(1, 3)):
        hour = article.random.randint(10, 23)
        article.insert(f"{hour}:05", article.random.choice(article.base["inserted"]), at=0)


@_edit
def translation_added(article: Edition) -> None:
    article.insert(*article.base["translation"], at=article.random.choice([0, len(article.paragraphs)]))


_PLAIN = str.maketrans({"„": '"', "“": '"', "”": '"', "«": '"', "»": '"', "—": "–", "’": "'", "‘": "'"})


@_edit
def typography_changed(article: Edition) -> None:
    for paragraph in article.paragraphs:
        for said in paragraph:
            said.words = said.words.translate(_PLAIN)
            if article.random.random() < 0.3:
                said.words = said.words.replace(" ", "\u00a0", 1)


@_edit
def headline_added(article: Edition) -> None:
    article.insert(article.base["headline"], at=0)


@_edit
def subheading_added(article: Edition) -> None:
    article.insert(article.base["label"])


@_edit
def read_also_same_sentence(article: Edition) -> None:
    p, s = article.random.choice(article.own())
    article.insert(article.base["read_also"].format(article.paragraphs[p][s].words))


@_edit
def read_also_after_deletion(article: Edition) -> None:
    at = article.some_paragraph()
    if at is not None and len(article.paragraphs) > 2:
        words = article.paragraphs.pop(at)[0].words
        teaser = article.random.choice(
            [[article.base["read_also"].format(words)], [article.base["label"], words]]
        )
        article.insert(*teaser, at=len(article.paragraphs))


def _spoken(article: Edition) -> list[tuple[int, int, str, str]]:
    return [
        (p, s, was, now)
        for p, s in article.own()
        for was, now in article.base["speaker"]
        if was in article.paragraphs[p][s].words
    ]


@_edit
def another_speaker_in_its_place(article: Edition) -> None:
    if fit := _spoken(article):
        p, s, was, now = article.random.choice(fit)
        article.paragraphs[p][s] = Said(article.paragraphs[p][s].words.replace(was, now))
        # What was said before it in the same breath is that other's, too.
        for said in article.paragraphs[p][:s]:
            if "“" in said.words and "”" not in said.words:
                said.number = None


@_edit
def another_speaker_besides(article: Edition) -> None:
    if fit := _spoken(article):
        p, s, was, now = article.random.choice(fit)
        article.insert(article.paragraphs[p][s].words.replace(was, now))


@_edit
def another_speaker_elsewhere_instead(article: Edition) -> None:
    fit = _spoken(article)
    if fit and len(article.paragraphs) > 2:
        p, s, was, now = article.random.choice(fit)
        words = article.paragraphs[p][s].words.replace(was, now)
        del article.paragraphs[p]
        article.insert(words)


@_edit
def sentences_reordered(article: Edition) -> None:
    at = article.some_paragraph(2)
    if at is not None:
        article.random.shuffle(article.paragraphs[at])


@_edit
def stamp_on_top(article: Edition) -> None:
    article.insert(f"{article.random.randint(1, 28)}.11.2026, {article.random.randint(0, 23)}:40", at=0)


@_edit
def labels_between(article: Edition) -> None:
    """Advertisements and share buttons."""
    for _label in range(3):
        article.insert("—")


@_edit
def box_of_links(article: Edition) -> None:
    """Teasers of this article and of others, as a list."""
    p, s = article.random.choice(article.own())
    links = [article.base["headline"], article.paragraphs[p][s].words.rstrip(".。।"), article.base["label"]]
    article.insert("\n".join(f"- {link}" for link in links))


@_edit
def mark_behind_a_correction(article: Edition) -> None:
    if changed := article.change("number"):
        p, s, was = changed
        article.paragraphs[p].insert(s + 1, Said(f"[{article.base['note'].format(was)}]"))


@_edit
def quoted_whole_in_a_comment(article: Edition) -> None:
    """A reader repeats a paragraph and adds to it; the paragraph itself was rewritten."""
    at = article.some_paragraph()
    if at is not None and len(article.paragraphs) > 2:
        was = article.joined(article.paragraphs[at])
        article.paragraphs[at] = [Said(article.base["inserted"][0])]
        article.insert(f"{was} {article.base['translation'][1]}", at=len(article.paragraphs))


@_edit
def moved_and_corrected(article: Edition) -> None:
    article.change("number")
    paragraph_moved(article)


@_edit
def opening_rewritten(article: Edition) -> None:
    at = article.some_paragraph(2)
    if at is not None:
        article.paragraphs[at][0] = Said(article.base["inserted"][0])


def in_order(edits: list[str]) -> list[str]:
    """Edits as publishers make them: what repeats words, as notes and teasers do, is put where it stays."""
    return sorted(edits, key=lambda edit: (edit.startswith(_ADDED), edit.startswith(_REPEATED)))


_ADDED = ("note", "removed", "read_also", "sentence_repeated", "deleted_and_retold", "another_speaker")
_REPEATED = ("sentence_repeated",)


# What became of it ----------------------------------------------------------------------------------------------------


def judge(
    anchors: dict[Quoted, Anchor], followed: list[FollowedQuote], article: Edition
) -> Iterator[tuple[Quoted, str]]:
    """For each quote: `kept`, `lost` though it stands, `refused` rightly, or `wrong`."""
    places, twins = article.places(), article.twins()
    for quoted, found in zip(anchors, followed, strict=True):
        place = places.get(quoted)
        if found.anchor is None:
            yield quoted, "lost" if place else "refused"
        else:
            span = (found.anchor.start, found.anchor.end)
            yield quoted, "kept" if span == place or span in twins.get(quoted, []) else "wrong"

"""An article as it stands after some edits, which knows where each sentence went.

A base text (`tests/claims/quotes/base_texts/LANGUAGE.toml`) has its paragraphs as sentences, and beside them words of
its language that edits need. A sentence keeps its number while its words stand; words that repeat, quote or change it
have none. `article_edits` has the edits.
"""

import random
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from claims.quotes.anchors import Anchor, make_anchor
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
    #: Repeats the words immediately after them, so that it is impossible to know which of the two is the original.
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
        """The positions of unchanged sentences, and the direct speech in them."""
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
        return {quoted: make_anchor(text, *span) for quoted, span in self.places().items()}

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


def judge(
    anchors: dict[Quoted, Anchor], followed: list[FollowedQuote], article: Edition
) -> Iterator[tuple[Quoted, str]]:
    """For each quote: `kept`, `lost` although it is there, `refused` rightly, or `wrong`."""
    places, twins = article.places(), article.twins()
    for quoted, found in zip(anchors, followed, strict=True):
        place = places.get(quoted)
        if found.anchor is None:
            yield quoted, "lost" if place else "refused"
        else:
            span = (found.anchor.start, found.anchor.end)
            yield quoted, "kept" if span == place or span in twins.get(quoted, []) else "wrong"

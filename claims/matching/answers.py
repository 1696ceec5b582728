"""Has this been checked? A text, sentence by sentence, with the claims that are meant."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from django.db import connection

from claims.matching.asked import Asked, Candidate
from claims.matching.judgement import judge
from claims.search.words import folded
from factcheck.database.read_connections import fetch

Kind = Literal["same", "related", "contradicts", "nothing"]

_SENTENCE = re.compile(r"[^\s](?:[^.!?。！？؟।\n]|[.!?](?=\S))*[.!?。！？؟।]*")
#: The words of a sentence that are looked for: the longest say most.
_SOUGHT = 4
_FROM_EACH = 50

_PUBLIC = """
    SELECT entry.claim_id, (entry.body::jsonb ->> 'statement')::text
    FROM claims_publication AS entry, unnest(%s::text[]) AS word
    WHERE entry.superseded_at IS NULL AND entry.status = 'published' AND entry.search @@ word::tsquery
    LIMIT %s
"""
_ALL = """
    SELECT id, statement FROM claims_claim
    WHERE state <> 'merged' AND statement ILIKE ANY (%s::text[]) ORDER BY id DESC LIMIT %s
"""


@dataclass(frozen=True)
class Match:
    """A claim that a sentence has to do with, and why."""

    claim: int
    statement: str
    kind: Kind
    confidence: float
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class SentenceAnswer:
    """A sentence of a text, by its place there, and what was found to it, the most certain first."""

    start: int
    end: int
    kind: Kind
    matches: tuple[Match, ...]


def answered(text: str, *, public: bool, language: str = "", most: int = 5) -> list[SentenceAnswer]:
    """What was checked of a text, sentence by sentence.

    Args:
        public: whether only published claims count; otherwise all that the newsroom works on.
        most: so many claims are told of each sentence.
    """
    return [
        _answer(found.start(), found.end(), found.group(), public, language, most)
        for found in _SENTENCE.finditer(text)
    ]


def _answer(start: int, end: int, sentence: str, public: bool, language: str, most: int) -> SentenceAnswer:
    asked = Asked(sentence, sentence, language, None)
    found = sorted(_matches(asked, public), key=lambda match: (-_ORDER[match.kind], -match.confidence))[:most]
    return SentenceAnswer(start, end, found[0].kind if found else "nothing", tuple(found))


_ORDER = {"same": 3, "contradicts": 2, "related": 1, "nothing": 0}


def _matches(asked: Asked, public: bool) -> Iterator[Match]:
    for claim, statement in _candidates(asked.cleaned, public):
        candidate = Candidate(claim, statement, "", "", None, 0.0, None, None)
        judged = judge(asked, candidate)
        if judged.kind != "different":
            yield Match(claim, statement, judged.kind, judged.confidence, judged.reasons)


def _candidates(text: str, public: bool) -> dict[int, str]:
    words = sorted({*folded(text).split()}, key=len, reverse=True)[:_SOUGHT]
    words = [word for word in words if word.isalnum()]
    rows: list[tuple[Any, ...]]
    if not words:
        return {}
    if public:
        rows = fetch(_PUBLIC, [[f"'{word}'" for word in words], _FROM_EACH * len(words)])
        return {claim: statement.decode() for claim, statement in rows}
    with connection.cursor() as cursor:
        cursor.execute(_ALL, [[f"%{word}%" for word in words], _FROM_EACH * len(words)])
        rows = cursor.fetchall()
    return dict(rows)

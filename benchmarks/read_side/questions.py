"""The questions for all contestants, drawn reproducibly from the database."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.test import Client

from benchmarks.read_side import PAGE
from benchmarks.read_side.ledger import BEGIN, END
from benchmarks.read_side.words import get_lexicon

_DETAILS, _FILTERS, _SEARCHES, _PAGES, _MISSPELT = 4_000, 200, 200, 200, 100
_LANGUAGES = ("en", "es", "pt", "fr", "de")
#: A search finds one of so many claims, at least and at most: of 200,000 between 50, which fill a page, and 1,000.
_RAREST, _COMMONEST = 4_000, 200


@dataclass(frozen=True, slots=True)
class Filter:
    """Claims with a verdict by this publisher, with this rating, reviewed between these days."""

    publisher: int
    rating: int
    after: date
    before: date


@dataclass(frozen=True, slots=True)
class Position:
    """The position after the entry with this key, in a list that begins with the newest."""

    published_at: datetime
    claim: int


@dataclass(frozen=True)
class Questions:
    claims: int
    details: list[int]
    filters: list[Filter]
    searches: list[str]
    #: Where pages begin that lie so deep that OFFSET would have to skip `depth` rows.
    depth: int
    positions: list[Position]
    misspelt: list[str]


def make_questions() -> Questions:
    """Return the questions for the database that Django is set up on."""
    chance = random.Random("questions")  # noqa: S311  nothing to protect here
    claims = [row[0] for row in _load_rows(_CLAIMS)]
    depth = min(100_000, len(claims) // 2)
    behind = _load_rows(f"{_NEWEST_FIRST} OFFSET {depth - 1} LIMIT {_PAGES * 10}")
    return Questions(
        claims=len(claims),
        details=chance.sample(claims, min(_DETAILS, len(claims))),
        filters=list(_iterate_filters(chance)),
        searches=list(_iterate_searches(chance)),
        depth=depth,
        positions=[Position(*row) for row in behind[::10]],
        misspelt=list(_iterate_misspelt(chance)),
    )


_CURRENT = "FROM claims_publication WHERE superseded_at IS NULL AND status = 'published'"
_CLAIMS = f"SELECT claim_id {_CURRENT} ORDER BY claim_id"
_NEWEST_FIRST = f"SELECT published_at, claim_id {_CURRENT} ORDER BY published_at DESC, claim_id DESC"


def _load_rows(sql: str, parameters: Any = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _iterate_filters(chance: random.Random) -> Iterator[Filter]:
    """Yield filters by publisher, rating and period with two to twenty pages of results.

    Uses ratings with a fixed number of results, or the most frequent ones, so that responses do not grow with the
    database.
    """
    verdicts_by = "SELECT publisher_id, rating_id, count(*) FROM claims_publishedverdict GROUP BY 1, 2"
    common = _load_rows(f"{verdicts_by} ORDER BY 3 DESC, 2 LIMIT 20")
    most = min(20 * PAGE, common[0][2])
    common = [row for row in common if row[2] >= most]
    begin, days = BEGIN.date(), (END - BEGIN).days
    for _ in range(_FILTERS):
        publisher, rating, verdicts = chance.choice(common)
        length = days * chance.randint(min(2 * PAGE, most), most) // verdicts
        after = begin + timedelta(days=chance.randint(0, days - length))
        yield Filter(publisher, rating, after, after + timedelta(days=length))


def _iterate_searches(chance: random.Random) -> Iterator[str]:
    """Yield words that some claims contain, alone and in pairs.

    Uses only words that no stemmer takes for a form of another word, so that contestants without stemming find the same
    claims.
    """
    claims = _load_rows(f"SELECT count(*) {_CURRENT}")[0][0]
    least, most = max(1, claims // _RAREST), claims // _COMMONEST
    yielded = 0
    while yielded < _SEARCHES:
        lexicon = get_lexicon(chance.choice(_LANGUAGES)).words
        text = " ".join(
            chance.choice(lexicon[rank : rank + 1_500]) for rank in chance.choice(((100,), (400,), (0, 0)))
        )
        if least <= _count_found(text) <= most and _count_found(text) == _count_found_by_us(text):
            yielded += 1
            yield text


def _iterate_misspelt(chance: random.Random) -> Iterator[str]:
    """Yield words with one wrong, missing, extra or misplaced letter that no claim contains."""
    yielded = 0
    while yielded < _MISSPELT:
        word = chance.choice(get_lexicon(chance.choice(_LANGUAGES)).words[100:4_000])
        if len(word) < 7 or not _count_found(word):
            continue
        at = chance.randrange(1, len(word) - 2)
        letter = chance.choice(word)
        wrong = chance.choice(
            (
                word[:at] + word[at + 1 :],
                word[:at] + letter + word[at:],
                word[:at] + letter + word[at + 1 :],
                word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            )
        )
        if not _count_found(wrong):
            yielded += 1
            yield wrong


def _count_found(text: str) -> int:
    """Return the number of claims that contain these exact words."""
    matching = "search @@ websearch_to_tsquery('factcheck_simple', %s)"
    found: int = _load_rows(f"SELECT count(*) {_CURRENT} AND {matching}", [text])[0][0]
    return found


def _count_found_by_us(text: str) -> int:
    """Return the number of claims our search finds, which also compares word stems."""
    address = f"/api/v1/claims/?{urlencode({'q': text, 'count': 'exact', 'page_size': 1})}"
    found: int = Client(headers={"host": "localhost"}).get(address).json()["count"]
    return found

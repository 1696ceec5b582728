"""The questions for all contestants, drawn reproducibly from the database."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.test import Client

from benchmarks.read_side import PAGE_SIZE
from benchmarks.read_side.ledger import END_TIME, START_TIME
from benchmarks.read_side.words import get_lexicon

_DETAIL_COUNT, _FILTER_COUNT, _SEARCH_COUNT, _PAGE_COUNT, _MISSPELT_COUNT = 4_000, 200, 200, 200, 100
_LANGUAGES = ("en", "es", "pt", "fr", "de")
#: A search finds one of so many claims, at least and at most: of 200,000 between 50, which fill a page, and 1,000.
_MAX_RARITY, _MIN_RARITY = 4_000, 200


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
    rng = random.Random("questions")  # noqa: S311  nothing to protect here
    claim_ids = [row[0] for row in _load_rows(_CLAIM_IDS_SQL)]
    depth = min(100_000, len(claim_ids) // 2)
    deep_rows = _load_rows(f"{_NEWEST_FIRST_SQL} OFFSET {depth - 1} LIMIT {_PAGE_COUNT * 10}")
    return Questions(
        claims=len(claim_ids),
        details=rng.sample(claim_ids, min(_DETAIL_COUNT, len(claim_ids))),
        filters=list(_iterate_filters(rng)),
        searches=list(_iterate_searches(rng)),
        depth=depth,
        positions=[Position(*row) for row in deep_rows[::10]],
        misspelt=list(_iterate_misspelt(rng)),
    )


_CURRENT_SQL = "FROM claims_publication WHERE superseded_at IS NULL AND status = 'published'"
_CLAIM_IDS_SQL = f"SELECT claim_id {_CURRENT_SQL} ORDER BY claim_id"
_NEWEST_FIRST_SQL = f"SELECT published_at, claim_id {_CURRENT_SQL} ORDER BY published_at DESC, claim_id DESC"


def _load_rows(sql: str, parameters: Any = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _iterate_filters(rng: random.Random) -> Iterator[Filter]:
    """Yield filters by publisher, rating and period with two to twenty pages of results.

    Uses ratings with a fixed number of results, or the most frequent ones, so that responses do not grow with the
    database.
    """
    verdict_counts_sql = "SELECT publisher_id, rating_id, count(*) FROM claims_publishedverdict GROUP BY 1, 2"
    common_groups = _load_rows(f"{verdict_counts_sql} ORDER BY 3 DESC, 2 LIMIT 20")
    max_results = min(20 * PAGE_SIZE, common_groups[0][2])
    common_groups = [row for row in common_groups if row[2] >= max_results]
    first_day, total_days = START_TIME.date(), (END_TIME - START_TIME).days
    for _ in range(_FILTER_COUNT):
        publisher, rating, verdict_count = rng.choice(common_groups)
        day_count = total_days * rng.randint(min(2 * PAGE_SIZE, max_results), max_results) // verdict_count
        after = first_day + timedelta(days=rng.randint(0, total_days - day_count))
        yield Filter(publisher, rating, after, after + timedelta(days=day_count))


def _iterate_searches(rng: random.Random) -> Iterator[str]:
    """Yield words that some claims contain, alone and in pairs.

    Uses only words that no stemmer takes for a form of another word, so that contestants without stemming find the same
    claims.
    """
    claim_count = _load_rows(f"SELECT count(*) {_CURRENT_SQL}")[0][0]
    min_count, max_count = max(1, claim_count // _MAX_RARITY), claim_count // _MIN_RARITY
    yielded_count = 0
    while yielded_count < _SEARCH_COUNT:
        words = get_lexicon(rng.choice(_LANGUAGES)).words
        text = " ".join(
            rng.choice(words[rank : rank + 1_500]) for rank in rng.choice(((100,), (400,), (0, 0)))
        )
        if min_count <= _count_exact_matches(text) <= max_count and _count_exact_matches(
            text
        ) == _count_search_results(text):
            yielded_count += 1
            yield text


def _iterate_misspelt(rng: random.Random) -> Iterator[str]:
    """Yield words with one wrong, missing, extra or misplaced letter that no claim contains."""
    yielded_count = 0
    while yielded_count < _MISSPELT_COUNT:
        word = rng.choice(get_lexicon(rng.choice(_LANGUAGES)).words[100:4_000])
        if len(word) < 7 or not _count_exact_matches(word):
            continue
        index = rng.randrange(1, len(word) - 2)
        letter = rng.choice(word)
        misspelling = rng.choice(
            (
                word[:index] + word[index + 1 :],
                word[:index] + letter + word[index:],
                word[:index] + letter + word[index + 1 :],
                word[:index] + word[index + 1] + word[index] + word[index + 2 :],
            )
        )
        if not _count_exact_matches(misspelling):
            yielded_count += 1
            yield misspelling


def _count_exact_matches(text: str) -> int:
    """Return the number of claims that contain these exact words."""
    condition = "search @@ websearch_to_tsquery('factcheck_simple', %s)"
    count: int = _load_rows(f"SELECT count(*) {_CURRENT_SQL} AND {condition}", [text])[0][0]
    return count


def _count_search_results(text: str) -> int:
    """Return the number of claims our search finds, which also compares word stems."""
    address = f"/api/v1/claims/?{urlencode({'q': text, 'count': 'exact', 'page_size': 1})}"
    count: int = Client(headers={"host": "localhost"}).get(address).json()["count"]
    return count

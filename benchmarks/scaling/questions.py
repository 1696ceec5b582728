"""The queries for archives of every size: the same words, and filters with equally large results."""

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.read_side.database import set_up

_DETAILS, _FILTERS, _SEARCHES = 2_000, 100, 150
_PATH = "/api/v1/claims/"
#: Usual words are those that one of so many claims has, at most and at least; common ones those that more have.
_USUAL = (4_000, 200)
_COMMON = (200, 20)


def list_paths(data_dir: Path, claims: int) -> dict[str, list[str]]:
    """Return the queries to the archive in `data_dir` by measure. Run it in a separate process."""
    set_up(data_dir)
    from django.db import connection

    chance = random.Random("what scales")  # noqa: S311  nothing to protect here
    with connection.cursor() as cursor:
        cursor.execute("SELECT word, publications FROM claims_searchword")
        words = sorted((count / claims, word) for word, count in cursor.fetchall())
        cursor.execute(
            "SELECT publisher_id, rating_id, count(*), min(reviewed_on), max(reviewed_on)"
            " FROM claims_publishedverdict GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 20"
        )
        verdicts = cursor.fetchall()
        cursor.execute(
            "SELECT claim_id FROM claims_publication WHERE superseded_at IS NULL AND status = 'published'"
        )
        published = [row[0] for row in cursor.fetchall()]
    usual, common = (
        [w for share, w in words if 1 / b <= share <= 1 / a] for b, a in (_USUAL, (_COMMON[0], _COMMON[1]))
    )
    return {
        "list": [_PATH],
        "detail": [f"{_PATH}{claim}/" for claim in chance.sample(published, _DETAILS)],
        "filter": list(_iterate_filters(chance, verdicts)),
        "search": [_search(chance.choice(usual)) for _ in range(_SEARCHES)],
        "search of two words": [_search(" ".join(chance.sample(common, 2))) for _ in range(_SEARCHES)],
        "search of a common word": [_search(word) for word in chance.sample(common, 40)],
    }


def _search(text: str) -> str:
    return f"{_PATH}?{urlencode({'q': text})}"


def _iterate_filters(
    chance: random.Random, verdicts: list[tuple[int, int, int, object, object]]
) -> Iterator[str]:
    """Yield filters by publisher, rating and a period with two to twenty pages of results."""
    for _ in range(_FILTERS):
        publisher, rating, count, first, last = chance.choice(verdicts)
        days = (last - first).days  # type: ignore[operator]
        length = max(1, days * chance.randint(100, 1_000) // count)
        after = first + timedelta(days=chance.randint(0, max(0, days - length)))  # type: ignore[operator]
        asked = {
            "publisher": publisher,
            "rating": rating,
            "reviewed_after": after,
            "reviewed_before": after + timedelta(days=length),
        }
        yield f"{_PATH}?{urlencode(asked)}"

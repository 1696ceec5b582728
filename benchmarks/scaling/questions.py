"""The queries for archives of every size: the same words, and filters with equally large results."""

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.read_side.database import set_up

_DETAIL_COUNT, _FILTER_COUNT, _SEARCH_COUNT = 2_000, 100, 150
_PATH = "/api/v1/claims/"
#: Usual words are those that one of so many claims has, at most and at least; common ones those that more have.
_USUAL_RANGE = (4_000, 200)
_COMMON_RANGE = (200, 20)


def list_paths(data_dir: Path, claims: int) -> dict[str, list[str]]:
    """Return the queries to the archive in `data_dir` by measure. Run it in a separate process."""
    set_up(data_dir)
    from django.db import connection

    rng = random.Random("what scales")  # noqa: S311  nothing to protect here
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
        published_ids = [row[0] for row in cursor.fetchall()]
    usual_words, common_words = (
        [w for frequency, w in words if 1 / upper <= frequency <= 1 / lower]
        for upper, lower in (_USUAL_RANGE, (_COMMON_RANGE[0], _COMMON_RANGE[1]))
    )
    return {
        "list": [_PATH],
        "detail": [f"{_PATH}{claim}/" for claim in rng.sample(published_ids, _DETAIL_COUNT)],
        "filter": list(_iterate_filters(rng, verdicts)),
        "search": [_build_search_path(rng.choice(usual_words)) for _ in range(_SEARCH_COUNT)],
        "search of two words": [
            _build_search_path(" ".join(rng.sample(common_words, 2))) for _ in range(_SEARCH_COUNT)
        ],
        "search of a common word": [_build_search_path(word) for word in rng.sample(common_words, 40)],
    }


def _build_search_path(text: str) -> str:
    return f"{_PATH}?{urlencode({'q': text})}"


def _iterate_filters(
    rng: random.Random, verdicts: list[tuple[int, int, int, object, object]]
) -> Iterator[str]:
    """Yield filters by publisher, rating and a period with two to twenty pages of results."""
    for _ in range(_FILTER_COUNT):
        publisher, rating, count, first_day, last_day = rng.choice(verdicts)
        total_days = (last_day - first_day).days  # type: ignore[operator]
        day_count = max(1, total_days * rng.randint(100, 1_000) // count)
        after = first_day + timedelta(days=rng.randint(0, max(0, total_days - day_count)))  # type: ignore[operator]
        parameters = {
            "publisher": publisher,
            "rating": rating,
            "reviewed_after": after,
            "reviewed_before": after + timedelta(days=day_count),
        }
        yield f"{_PATH}?{urlencode(parameters)}"

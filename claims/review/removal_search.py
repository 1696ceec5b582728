"""Search all stored data for the words of a proposed removal, in the background because it takes minutes."""

from typing import Any

from django.db import connection, transaction
from procrastinate.contrib.django import app

from claims.models import Removal, RemovalSearch
from claims.review import removals
from factcheck.database import clock
from factcheck.database.deferred_jobs import defer_once

_SEARCH_JOB = "claims.review.removal_search.search"
#: The maximum number of longer words that are shown, which contain the words to remove.
_MAX_LONGER_WORDS = 50


def request_search(removal: Removal) -> None:
    """Queue a search by the worker, even if an earlier search exists."""
    with transaction.atomic():
        values: dict[str, Any] = {
            "requested_at": clock.get_database_time(),
            "finished_at": None,
            "done": 0,
            "places": {},
            "longer": [],
        }
        RemovalSearch.objects.update_or_create(removal=removal, defaults=values)
        defer_once(
            _SEARCH_JOB,
            {"removal_id": removal.pk},
            queue="default",
            queueing_lock=f"{_SEARCH_JOB}:{removal.pk}",
        )


@app.task(name=_SEARCH_JOB)
def search(removal_id: int) -> None:
    """Search each table and the files for the words, and record the number of matches."""
    search_row = RemovalSearch.objects.select_related("removal").filter(removal=removal_id).first()
    if search_row is None:
        return
    removed_words = search_row.removal.words
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM claims_text_columns()")
        tables = [name for [name] in cursor.fetchall()]
        row_counts: dict[str, int] = {}
        longer_words: set[str] = set()
        for table_index, table in enumerate(tables):
            RemovalSearch.objects.filter(pk=search_row.pk).update(done=table_index, total=len(tables) + 1)
            cursor.execute("SELECT number FROM claims_find_words(%s, %s)", [removed_words, table])
            if row := cursor.fetchone():
                row_counts[table] = row[0]
            cursor.execute("SELECT * FROM claims_find_longer_words(%s, %s)", [removed_words, table])
            longer_words.update(word for [word] in cursor.fetchall())
    RemovalSearch.objects.filter(pk=search_row.pk).update(done=len(tables))
    if file_count := len(removals.find_files(removed_words)):
        row_counts["files"] = file_count
    RemovalSearch.objects.filter(pk=search_row.pk).update(
        done=len(tables) + 1,
        places=row_counts,
        longer=sorted(longer_words)[:_MAX_LONGER_WORDS],
        finished_at=clock.get_database_time(),
    )

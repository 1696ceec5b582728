"""Compare the generated ledger with the one that publishing the same rows would produce."""

from collections.abc import Mapping
from typing import Any
from unittest import mock

from django.db import connection, transaction

from claims.ledger import publishing
from claims.models import Publication, PublishedVerdict

#: What the database decides: numbers, chain and salts, what the next entry closes, what verdicts have of their entry.
_NOT_COMPARED = {"id", "sequence", "salts", "sealed_sha256", "chain_sha256", "superseded_at", "publication"}
_COPIED = {"published_at"}


def find_disagreements(claim: int) -> list[str]:
    """Return the columns of a claim's newest entry that `publishing.record` would fill differently.

    The entry is removed and recorded again at its own time, and then everything is rolled back.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        made = Publication.objects.newest().select_related("claim").get(claim=claim)
        made_rows = _load_rows(made)
        PublishedVerdict.objects.filter(publication=made)._raw_delete("default")
        Publication.objects.filter(pk=made.pk)._raw_delete("default")
        with mock.patch("factcheck.database.clock.get_database_time", return_value=made.published_at):
            recorded = publishing.record(made.claim, made.kind, note=made.note)
        recorded_rows = _load_rows(recorded)
        transaction.set_rollback(True)
    if len(made_rows) != len(recorded_rows):
        return ["number of verdicts"]
    return [
        f"{name}: {mine[name]!r:.300} is not {theirs[name]!r:.300}"
        for mine, theirs in zip(made_rows, recorded_rows, strict=True)
        for name in mine
        if mine[name] != theirs[name]
    ]


def _load_rows(publication: Publication) -> list[dict[str, Any]]:
    """Return a publication's and its verdicts' values from the database."""
    verdicts = PublishedVerdict.objects.filter(publication=publication).order_by("pk").values()
    return [
        *(_without(_NOT_COMPARED, row) for row in Publication.objects.filter(pk=publication.pk).values()),
        *(_without(_NOT_COMPARED | _COPIED, row) for row in verdicts),
    ]


def _without(names: set[str], row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name.removesuffix("_id") not in names}

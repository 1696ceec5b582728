"""Compare the generated ledger with the one that publishing the same rows would produce."""

from collections.abc import Mapping
from typing import Any
from unittest import mock

from django.db import connection, transaction

from claims.ledger import publishing
from claims.models import Publication, PublishedVerdict

#: What the database decides: numbers, chain and salts, what the next entry closes, what verdicts have of their entry.
_IGNORED_COLUMNS = {
    "id",
    "sequence",
    "salts",
    "sealed_sha256",
    "chain_sha256",
    "superseded_at",
    "publication",
}
_COPIED_COLUMNS = {"published_at"}


def find_disagreements(claim: int) -> list[str]:
    """Return the columns of a claim's newest entry that `publishing.record` would fill differently.

    The entry is removed and recorded again at its own time, and then everything is rolled back.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        generated = Publication.objects.newest().select_related("claim").get(claim=claim)
        generated_rows = _load_rows(generated)
        PublishedVerdict.objects.filter(publication=generated)._raw_delete("default")
        Publication.objects.filter(pk=generated.pk)._raw_delete("default")
        with mock.patch("factcheck.database.clock.get_database_time", return_value=generated.published_at):
            recorded = publishing.record(generated.claim, generated.kind, note=generated.note)
        recorded_rows = _load_rows(recorded)
        transaction.set_rollback(True)
    if len(generated_rows) != len(recorded_rows):
        return ["number of verdicts"]
    return [
        f"{name}: {generated_row[name]!r:.300} is not {recorded_row[name]!r:.300}"
        for generated_row, recorded_row in zip(generated_rows, recorded_rows, strict=True)
        for name in generated_row
        if generated_row[name] != recorded_row[name]
    ]


def _load_rows(publication: Publication) -> list[dict[str, Any]]:
    """Return a publication's and its verdicts' values from the database."""
    verdicts = PublishedVerdict.objects.filter(publication=publication).order_by("pk").values()
    return [
        *(
            _drop_columns(_IGNORED_COLUMNS, row)
            for row in Publication.objects.filter(pk=publication.pk).values()
        ),
        *(_drop_columns(_IGNORED_COLUMNS | _COPIED_COLUMNS, row) for row in verdicts),
    ]


def _drop_columns(ignored_names: set[str], row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name.removesuffix("_id") not in ignored_names}

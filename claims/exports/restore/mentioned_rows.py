"""Restore the rows that entries mention: publishers, claimants, topics, scales, ratings and sources."""

from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.utils import timezone

from claims.exports import lines
from claims.exports.lines import ArchiveLine
from claims.ledger.document.sections import get_sections
from claims.models import Rating, RatingScale
from factcheck.database import bulk_copy
from factcheck.database.bulk_copy import RowMaker, copy_rows
from sources.addresses import build_url_key
from sources.models import Publisher

_BATCH_SIZE = 500
_KINDS = {kind.name: kind for kind in lines.ROW_KINDS}


@transaction.atomic
def store_mentioned_rows(lines: Iterable[ArchiveLine], *, replaces_newsroom: bool) -> None:
    """Store the missing rows, all or none."""
    if replaces_newsroom:
        Rating.objects.all().delete()
        RatingScale.objects.all().delete()
        Publisher.objects.all().delete()
    for name, lines_of_type in groupby(lines, key=lambda line: line.type):
        while some := list(islice(lines_of_type, _BATCH_SIZE)):
            store_missing_rows(_KINDS[name], some)


def store_missing_rows(kind: lines.LineKind, some: list[ArchiveLine]) -> None:
    """Store those of these rows that are missing."""
    ids = [line.said["id"] for line in some]
    stored_ids = set(kind.model._default_manager.filter(pk__in=ids).order_by().values_list("pk", flat=True))
    make = RowMaker(kind.model)
    copy_rows(
        kind.model,
        [make(**_complete_values(kind, line.said)) for line in some if line.said["id"] not in stored_ids],
    )


def _complete_values(kind: lines.LineKind, values: dict[str, Any]) -> dict[str, Any]:
    """Add the values that the model computes in `save()`."""
    if kind.name != "source":
        return values
    return {**values, "url_key": build_url_key(values["url"]), "updated_at": timezone.now()}


def advance_ids() -> None:
    """Advance the id sequences beyond the restored ids."""
    bulk_copy.advance_ids(*(model._meta.db_table for model in _iterate_models()))


def _iterate_models() -> Iterator[type[models.Model]]:
    for app in ("sources", "claims"):
        yield from apps.get_app_config(app).get_models(include_auto_created=True)
    yield from (section.model for section in get_sections())

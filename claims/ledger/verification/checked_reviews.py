"""Recompute the chain of moves and sign-offs from the rows."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Model
from django.utils.translation import gettext

from claims.ledger.proofs.stored_tree import format_moment
from claims.ledger.verification.findings import Discrepancy, format_ranges
from claims.models import Removal, ReviewLink, SignOff, Transition, TranslationStep
from claims.models.ledger_rules import ZERO_SHA256

_BATCH_SIZE = 2_000
#: The columns of a move that `claims.models.review_chain` hashes.
_TRANSITION_COLUMNS = (
    *("claim_id", "verdict_id", "action", "before", "after", "actor_id", "actor_name", "import_run_id"),
    *("note", "at"),
)
_SIGNOFF_COLUMNS = (
    *("verdict_id", "by_id", "by_name", "round", "note"),
    *("claim_sha256", "verdict_sha256", "at"),
)
_TRANSLATION_STEP_COLUMNS = (
    *("translation_id", "action", "before", "after", "round", "by_id"),
    *("by_name", "note", "at"),
)
#: How long a row may wait for its link, because an import takes hours.
_MAX_WAIT = timedelta(days=2)
_NOUNS = {"transition": "Move", "signoff": "Sign-off", "translationstep": "Step of a translation"}
_LINKED_TABLES: list[tuple[str, type[Model], tuple[str, ...]]] = [
    ("transition", Transition, _TRANSITION_COLUMNS),
    ("signoff", SignOff, _SIGNOFF_COLUMNS),
    ("translationstep", TranslationStep, _TRANSLATION_STEP_COLUMNS),
]

ReportGrowth = Callable[[int, bytes], None]


def check_reviews(report_growth: ReportGrowth) -> Iterator[Discrepancy]:
    """Yield discrepancies in the review chain.

    Args:
        report_growth: called with the number and hash of each link.
    """
    previous_hash, expected_number = ZERO_SHA256, 0
    # Rows from which words were removed by law. The chain still proves their original content.
    missing_links = {
        number for links in Removal.objects.values_list("review_links", flat=True) for number in links or ()
    }
    newest_time = datetime.min.replace(tzinfo=UTC) + _MAX_WAIT
    for links in _iterate_batches():
        rows = _load_rows(links)
        for number, kind, row_id, chain_sha256 in links:
            expected_number += 1
            if number != expected_number:
                yield Discrepancy(
                    gettext("Review link %(number)s") % {"number": number},
                    gettext("this link comes where link %(expected)s should be: links were removed.")
                    % {"expected": expected_number},
                )
                expected_number = number
            facts = rows.get((kind, row_id))
            place = f"{_NOUNS.get(kind, kind)} {row_id} (link {number} of reviews)"
            if facts is None:
                yield Discrepancy(place, gettext("the record was deleted."))
            elif facts[-1] < newest_time - _MAX_WAIT:
                yield Discrepancy(
                    place,
                    gettext("dated %(moment)s, but linked long after that.")
                    % {"moment": format_moment(facts[-1])},
                )
            elif (
                number not in missing_links
                and _compute_hash(number, kind, row_id, facts, previous_hash) != chain_sha256
            ):
                yield Discrepancy(
                    place,
                    gettext("the record, or the link before it, has changed since the record was linked."),
                )
            newest_time = max(newest_time, facts[-1]) if facts else newest_time
            previous_hash = chain_sha256
            report_growth(number, bytes.fromhex(chain_sha256))
    yield from _find_unlinked()


def _iterate_batches() -> Iterator[list[tuple[int, str, int, str]]]:
    last_number = 0
    while True:
        rows = ReviewLink.objects.filter(number__gt=last_number).order_by("number")[:_BATCH_SIZE]
        links = list(rows.values_list("number", "kind", "row_id", "chain_sha256"))
        if not links:
            return
        yield links
        last_number = links[-1][0]


def _load_rows(links: list[tuple[int, str, int, str]]) -> dict[tuple[str, int], tuple[Any, ...]]:
    rows_found: dict[tuple[str, int], tuple[Any, ...]] = {}
    for kind, model, columns in _LINKED_TABLES:
        ids = [row_id for _number, link_kind, row_id, _hash in links if link_kind == kind]
        rows = model._default_manager.filter(pk__in=ids).order_by().values_list("pk", *columns)
        rows_found |= {(kind, pk): tuple(values) for pk, *values in rows}
    return rows_found


def _compute_hash(number: int, kind: str, row_id: int, facts: tuple[Any, ...], previous_hash: str) -> str:
    lines = [
        "factcheck review entry 1",
        str(number),
        kind,
        str(row_id),
        *map(_format_value, facts),
        previous_hash,
        "",
    ]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _format_value(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, datetime):
        return format_moment(value)
    return hashlib.sha256(value.encode()).hexdigest() if isinstance(value, str) else str(value)


def _find_unlinked() -> Iterator[Discrepancy]:
    """Yield moves and sign-offs that are neither linked nor waiting: they or their links were tampered with."""
    for kind, noun in _NOUNS.items():
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                SELECT id FROM claims_{kind} AS happened
                WHERE NOT EXISTS (SELECT FROM claims_reviewlink WHERE kind = %s AND row_id = happened.id)
                    AND NOT EXISTS (SELECT FROM claims_unlinkedreviewrow WHERE kind = %s AND row_id = happened.id)
                ORDER BY id
                """,  # noqa: S608  nothing in it comes from outside
                [kind, kind],
            )
            ids = [pk for [pk] in cursor.fetchall()]
        if ids:
            yield Discrepancy(
                f"{noun} {format_ranges(ids)}",
                gettext("no link in the chain of reviews, and not waiting for one."),
            )

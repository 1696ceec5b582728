"""Publications continue the ledger of their claim."""

import hashlib
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from claims.models import Publication, PublishedVerdict, Verdict
from factcheck.database import clock
from tests.helpers.broken_rules import sql
from tests.helpers.sweeps import sweep
from tests.helpers.two_connections import one_after_the_other

pytestmark = pytest.mark.django_db


def insert_publication(**values: Any) -> None:
    """Insert a copy of some publication, as the claim's second version, with other values in some columns."""
    row: dict[str, Any] = {**Publication.objects.values()[0]}
    if "status" in values:
        row["body"] = row["body"].replace(f'"status":"{row["status"]}"', f'"status":"{values["status"]}"')
        row["body_sha256"] = hashlib.sha256(row["body"].encode()).hexdigest()
    row |= {
        "version": 2,
        "kind": "addition",
        "published_at": clock.get_database_time(),
        "superseded_at": None,
        **values,
    }
    columns = [name for name in row if name not in ("id", "sequence", "search", "search_heading")]
    marks = ", ".join(["%s"] * len(columns))
    sql(
        f"INSERT INTO claims_publication ({', '.join(columns)}) VALUES ({marks})",
        *(row[name] for name in columns),
    )


@sweep(
    ("values", "rule"),
    [
        ({"version": 1}, "publication_joins_the_ledger"),
        ({"version": 3}, "publication_joins_the_ledger"),
        ({"published_at": "2020-01-01"}, "publication_joins_the_ledger"),
        ({"superseded_at": "infinity"}, "publication_joins_the_ledger"),
        ({"published_at": "infinity"}, "publication_is_not_ahead_of_time"),
        ({"published_at": "2999-01-01"}, "publication_is_not_ahead_of_time"),
        ({"body_sha256": "0" * 64}, "publication_body_hash_is_true"),
        ({"body": "{}"}, "publication_is_of_its_claim"),
        ({"status": "draft"}, "publication_status_is_known"),
        ({"kind": "correction"}, "publication_change_has_a_public_note"),
        ({"kind": "clarification"}, "publication_change_has_a_public_note"),
        ({"kind": "update"}, "publication_change_has_a_public_note"),
        ({"kind": "retraction"}, "publication_change_has_a_public_note"),
        ({"status": "merged"}, "publication_merge_names_its_target"),
        ({"merged_into_id": 1}, "publication_merge_names_its_target"),
    ],
    undone=True,
)
def test_publication_that_does_not_continue_the_ledger(
    published: Verdict, values: dict[str, Any], rule: str
) -> None:
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        insert_publication(**values)
    assert error.value.__cause__.diag.constraint_name == rule  # type: ignore[union-attr]


def test_publication_that_continues_the_ledger_closes_the_last_one(published: Verdict) -> None:
    moment = clock.get_database_time()
    insert_publication(published_at=moment)
    assert [p.superseded_at for p in Publication.objects.order_by("version")] == [moment, None]


def insert_published_verdict(publication: Publication, **values: Any) -> None:
    """Insert a copy of the row of the first verdict, as one of this publication."""
    row: dict[str, Any] = {**PublishedVerdict.objects.order_by("pk").values()[0]}
    row |= {"publication_id": publication.pk, **values}
    columns = [name for name in row if name != "id"]
    sql(
        f"INSERT INTO claims_publishedverdict ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})",
        *(row[name] for name in columns),
    )


def test_published_verdicts_copy_the_times_of_their_entry(published: Verdict) -> None:
    insert_publication()
    first, second = Publication.objects.order_by("version")
    insert_published_verdict(second, published_at="2000-01-01", superseded_at="2000-01-02")
    rows = PublishedVerdict.objects.order_by("publication_id")
    assert list(rows.values_list("publication_id", "verdict_id", "published_at", "superseded_at")) == [
        (first.pk, published.pk, first.published_at, second.published_at),
        (second.pk, published.pk, second.published_at, None),
    ]


@pytest.mark.parametrize("verdict_first", [True, False])
@pytest.mark.django_db(transaction=True)
def test_verdict_that_comes_while_its_entry_is_closed_is_closed_too(
    published: Verdict, verdict_first: bool
) -> None:
    """It comes with an entry that got none when it was written."""
    insert_publication()
    entry = Publication.objects.get(version=2)
    moves: list[Callable[[], None]] = [
        partial(insert_published_verdict, entry),
        partial(insert_publication, version=3),
    ]
    first, second = moves if verdict_first else moves[::-1]
    assert one_after_the_other(first, second) == ""
    closed = PublishedVerdict.objects.filter(publication=entry).values_list("superseded_at", flat=True)
    assert list(closed) == [Publication.objects.get(version=3).published_at]


def test_only_published_entries_show_verdicts(published: Verdict) -> None:
    insert_publication(status="retracted", kind="retraction", note="It was forged.")
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        insert_published_verdict(Publication.objects.get(status="retracted"))
    assert (
        error.value.__cause__.diag.constraint_name  # type: ignore[union-attr]
        == "publishedverdict_stands_with_its_publication"
    )


def test_claim_without_a_published_verdict_is_not_made_public(published: Verdict, in_review: Verdict) -> None:
    with pytest.raises(IntegrityError, match="only with a published verdict"), transaction.atomic():
        insert_publication(claim_id=in_review.claim_id, version=1, kind="publication")

"""Every public change has an entry of the ledger, in the same transaction."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from claims.models import Claim, Publication, PublishedVerdict, Verdict
from claims.review import workflow
from tests.helpers.broken_rules import PUBLISH, as_committed, refused, sql, write_down
from tests.helpers.imported_reviews import bring, review

pytestmark = pytest.mark.django_db

AT_COMMIT = "SET CONSTRAINTS ALL IMMEDIATE"


def refused_at_commit(*statements: tuple[str, object]) -> None:
    together = f"{'; '.join(statement for statement, _ in statements)}; {AT_COMMIT}"
    refused(together, *(value for _, value in statements), match="verdict_is_told_by_the_ledger")


def test_nothing_is_withdrawn_without_an_entry(published: Verdict) -> None:
    write_down(published, "published", "retracted")
    refused_at_commit(("UPDATE claims_verdict SET state = 'retracted' WHERE id = %s", published.pk))


def test_nothing_is_superseded_without_an_entry(published: Verdict) -> None:
    write_down(published, "published", "superseded")
    refused_at_commit(("UPDATE claims_verdict SET state = 'superseded' WHERE id = %s", published.pk))


def test_nothing_is_published_without_an_entry(in_review: Verdict, editor: User) -> None:
    workflow.move(in_review, "sign_off", by=editor)
    write_down(in_review, "in_review", "published")
    refused_at_commit((PUBLISH, in_review.pk))


def test_an_entry_with_another_content_does_not_count(published: Verdict) -> None:
    """The next entry repeats the last one, in the transaction that withdraws what it shows."""
    columns = ", ".join(
        field.column or ""
        for field in PublishedVerdict._meta.concrete_fields
        if field.name not in ("id", "publication")
    )
    entry = ", ".join(
        field.column or ""
        for field in Publication._meta.concrete_fields
        if field.name not in ("id", "sequence", "version", "superseded_at", "search", "search_heading")
    )
    sql(f"INSERT INTO claims_publication (version, {entry}) SELECT 2, {entry} FROM claims_publication")
    sql(
        f"INSERT INTO claims_publishedverdict (publication_id, {columns})"
        f" SELECT (SELECT id FROM claims_publication WHERE version = 2), {columns} FROM claims_publishedverdict"
    )
    as_committed()
    write_down(published, "published", "retracted")
    refused_at_commit(("UPDATE claims_verdict SET state = 'retracted' WHERE id = %s", published.pk))


def test_ordinary_moves_write_entries(publish: Callable[..., Claim], editor: User) -> None:
    """Replaced, merged with a claim that the same publisher judged, parted again, withdrawn."""
    one, other = publish(), publish()
    publish(one, correction_kind="update", correction_note="New figures.")
    bring(review())
    bring(review(rating="Mostly true"))
    merged = workflow.move(other, "merge", into=one, by=editor)
    as_committed()
    workflow.move(merged, "unmerge", by=editor)
    workflow.move(one.verdicts.get(state="published"), "retract", by=editor, note="It was wrong.")
    as_committed()


@pytest.mark.parametrize("invented", ["verdict_id + 1000", "claim_id + 1000", "0"])
def test_an_entry_shows_no_verdict_that_its_body_does_not_have(published: Verdict, invented: str) -> None:
    insert(verdict_id=invented)


def test_an_entry_shows_no_verdict_of_the_number_of_its_claim(publish: Callable[..., Claim]) -> None:
    # The two sequences may have come to the same number.
    of_claims, of_verdicts = (
        f"pg_get_serial_sequence('{table}', 'id')" for table in ("claims_claim", "claims_verdict")
    )
    sql(f"SELECT setval({of_claims}, greatest(nextval({of_claims}), nextval({of_verdicts})) + 100)")
    claim = publish()
    assert claim.verdicts.get().pk != claim.pk
    insert(verdict_id="claim_id")


@pytest.mark.parametrize("column", ["claim_id", "publisher_id", "rating_id"])
def test_an_entry_shows_its_verdicts_as_its_body_has_them(published: Verdict, column: str) -> None:
    insert(**{column: f"{column} + 1000"})


def insert(**invented: str) -> None:
    """Refused: a row of the entry's, but for some columns."""
    columns = [field.column or "" for field in PublishedVerdict._meta.concrete_fields if field.name != "id"]
    refused(
        f"INSERT INTO claims_publishedverdict ({', '.join(columns)})"
        f" SELECT {', '.join(invented.get(column, column) for column in columns)} FROM claims_publishedverdict",
        match="publishedverdict_stands_in_the_body",
    )

"""What it takes to try to break a rule by SQL."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction

from claims.models import Claim, Verdict
from claims.review import workflow
from tests.helpers.newsroom import make_claim, make_draft
from tests.helpers.tampering import as_owner_of_tables

SIGN_OFF = (
    "INSERT INTO claims_signoff (verdict_id, by_id, by_name, round, note) VALUES (%s, %s, 'SQL', %s, '')"
)
PUBLISH = "UPDATE claims_verdict SET state = 'published', published_at = now() WHERE id = %s"
INSERT_VERDICT = (
    "INSERT INTO claims_verdict (claim_id, publisher_id, version, origin, author_id, byline, title, summary,"
    " explanation, language, url, correction_kind, correction_note, state, review_round, required_signoffs, edited_by)"
    " SELECT %s, id, 1, %s, %s, '', '', '', '', 'en', '', '', '', %s, 0, 1, '{}' FROM sources_publisher WHERE is_house"
)


def sql(statement: str, *values: Any) -> int:
    """Run one statement as the owner of the tables, who has all privileges. Return the number of changed rows."""
    with as_owner_of_tables(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


def refused(statement: str, *values: Any, match: str) -> None:
    """The database refuses the statement, with the name of the rule or the reason; the transaction continues."""
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        sql(statement, *values)
    constraint = getattr(error.value.__cause__.diag, "constraint_name", "")  # type: ignore[union-attr]
    assert match in f"{constraint}: {error.value}", f"{constraint}: {error.value}"


def as_committed() -> None:
    """Check now the rules that are checked at the end of a transaction."""
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql("SET CONSTRAINTS ALL DEFERRED")


def write_down(verdict: Verdict, before: str, after: str) -> None:
    """The transition that a move needs, so that a test meets the rule it is about and not this one."""
    sql(
        "INSERT INTO claims_transition (claim_id, verdict_id, action, before, after, actor_name, note)"
        " VALUES (%s, %s, 'test', %s, %s, 'SQL', '')",
        verdict.claim_id,
        verdict.pk,
        before,
        after,
    )


def verdict_in(state: str, publish: Callable[..., Claim], checker: User, editor: User) -> Verdict:
    if state == "draft":
        return make_draft(make_claim(), checker)
    if state == "in_review":
        return workflow.move(make_draft(make_claim(), checker), "submit", by=checker)
    verdict = publish().verdicts.get()
    if state == "superseded":
        publish(verdict.claim, correction_kind="update", correction_note="New figures.")
    if state == "retracted":
        workflow.move(verdict, "retract", by=editor, note="It was about another bridge.")
    verdict.refresh_from_db()
    return verdict

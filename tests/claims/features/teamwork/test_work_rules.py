"""Database rules for assignments."""

import pytest
from django.contrib.auth.models import User
from django.db import connection

from claims.features.teamwork.models import Assignment
from claims.models import Claim
from tests.helpers.broken_rules import refused, sql
from tests.helpers.newsroom import make_claim, make_draft

pytestmark = pytest.mark.django_db

ASSIGNMENT = (
    "INSERT INTO teamwork_assignment (claim_id, verdict_id, person_id, due_on, priority, by_name, note)"
    " VALUES (%s, %s, %s, %s, %s, %s, '')"
)
RULE = (
    "INSERT INTO teamwork_assignmentrule (name, position, active, language, worth_at_least, words, person_id, role_id,"
    " priority, due_in_days) VALUES (%s, 1, true, '', %s, '', %s, %s, %s, %s)"
)


@pytest.fixture
def claim(db: None) -> Claim:
    return make_claim()


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ((None, "2026-01-01", 4, "Edith"), "assignment_priority_is_known"),
        ((None, "0999-01-01", 1, "Edith"), "assignment_day_is_in_sight"),
        ((None, None, 1, ""), "assignment_says_by_whom"),
    ],
)
def test_invalid_assignments_are_refused(claim: Claim, values: tuple[object, ...], rule: str) -> None:
    refused(ASSIGNMENT, claim.pk, None, *values, match=rule)


def test_one_per_claim_and_one_per_verdict(claim: Claim, checker: User) -> None:
    draft = make_draft(claim, checker)
    for verdict in (None, draft.pk):
        assert sql(ASSIGNMENT, claim.pk, verdict, checker.pk, None, 1, "Edith") == 1
    refused(ASSIGNMENT, claim.pk, None, None, None, 1, "Edith", match="assignment_one_per_claim")
    refused(ASSIGNMENT, claim.pk, draft.pk, None, None, 1, "Edith", match="verdict_id")


def test_is_of_the_verdicts_claim_and_stays_so(claim: Claim, checker: User) -> None:
    draft, other = make_draft(claim, checker), make_claim()
    refused(ASSIGNMENT, other.pk, draft.pk, None, None, 1, "E", match="assignment_is_of_the_verdicts_claim")
    sql(ASSIGNMENT, claim.pk, None, None, None, 1, "E")
    refused(
        f"UPDATE teamwork_assignment SET claim_id = {other.pk}", match="assignment_is_of_the_verdicts_claim"
    )
    refused(
        f"UPDATE teamwork_assignment SET verdict_id = {draft.pk}", match="assignment_is_of_the_verdicts_claim"
    )


def test_people_who_have_left_get_no_work(claim: Claim, checker: User, colleague: User) -> None:
    User.objects.filter(pk=checker.pk).update(is_active=False)
    refused(ASSIGNMENT, claim.pk, None, checker.pk, None, 1, "E", match="assignment_is_to_somebody_here")
    sql(ASSIGNMENT, claim.pk, None, colleague.pk, None, 1, "E")
    refused(
        f"UPDATE teamwork_assignment SET person_id = {checker.pk}", match="assignment_is_to_somebody_here"
    )


def test_the_database_says_since_when(claim: Claim, checker: User) -> None:
    sql(ASSIGNMENT, claim.pk, None, checker.pk, None, 1, "E")
    began = Assignment.objects.get().since
    sql("UPDATE teamwork_assignment SET since = '2001-01-01', note = 'x'")
    assert Assignment.objects.get().since == began
    sql("UPDATE teamwork_assignment SET person_id = NULL, since = '2001-01-01'")
    assert Assignment.objects.get().since > began


def test_the_history_of_assignments_is_append_only(claim: Claim, checker: User, colleague: User) -> None:
    sql(ASSIGNMENT, claim.pk, None, checker.pk, None, 1, "E")
    sql("UPDATE teamwork_assignment SET person_id = %s, by_name = 'Ada'", colleague.pk)
    sql("UPDATE teamwork_assignment SET overdue_notified_for = '2026-01-01'")
    sql("DELETE FROM teamwork_assignment")
    with connection.cursor() as cursor:
        cursor.execute("SELECT person_id, by_name, pgh_label FROM teamwork_assignmentevent ORDER BY pgh_id")
        assert cursor.fetchall() == [(checker.pk, "E", "changed"), (colleague.pk, "Ada", "deleted")]
    refused("DELETE FROM teamwork_assignmentevent", match="assignmentevent_append_only")


def test_it_never_touches_the_claim(claim: Claim, checker: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT xmin::text, claim.* FROM claims_claim AS claim")
        before = cursor.fetchall()
        sql(ASSIGNMENT, claim.pk, None, checker.pk, "2026-01-01", 3, "E")
        sql("UPDATE teamwork_assignment SET person_id = NULL, done_at = now()")
        cursor.execute("SELECT xmin::text, claim.* FROM claims_claim AS claim")
        assert cursor.fetchall() == before


def test_a_claim_is_followed_once(claim: Claim, checker: User) -> None:
    follow = "INSERT INTO teamwork_claimfollower (claim_id, person_id) VALUES (%s, %s)"
    assert sql(follow, claim.pk, checker.pk) == 1
    refused(follow, claim.pk, checker.pk, match="claimfollower_follows_once")


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        (("", None, None, None, 1, None), "assignmentrule_has_a_name"),
        (("A", 1.5, None, None, 1, None), "assignmentrule_worth_is_a_share"),
        (("A", "NaN", None, None, 1, None), "assignmentrule_worth_is_a_share"),
        (("A", None, None, None, 4, None), "assignmentrule_priority_is_known"),
        (("A", None, None, None, None, 366), "assignmentrule_delay_is_bounded"),
        (("A", None, None, None, None, None), "assignmentrule_does_something"),
    ],
)
def test_invalid_rules_are_refused(values: tuple[object, ...], rule: str) -> None:
    refused(RULE, *values, match=rule)


def test_a_rule_assigns_in_one_way(checker: User) -> None:
    group = checker.groups.get()
    refused(RULE, "A", None, checker.pk, group.pk, None, None, match="assignmentrule_one_way_to_assign")
    assert sql(RULE, "A", 0.7, None, group.pk, 3, 0) == 1

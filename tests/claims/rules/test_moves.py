"""States change along the table of legal moves only, and never unrecorded."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from claims.models import Claim, Verdict
from tests.helpers.broken_rules import refused, sql, verdict_in, write_down
from tests.helpers.newsroom import make_claim

pytestmark = pytest.mark.django_db


VERDICT_STATES = ["draft", "in_review", "published", "superseded", "retracted"]
LEGAL_VERDICT_MOVES = {
    ("draft", "in_review"),
    ("in_review", "draft"),
    ("in_review", "published"),
    ("published", "superseded"),
    ("published", "retracted"),
}


ILLEGAL_VERDICT_MOVES = [
    (before, after)
    for before in VERDICT_STATES
    for after in [*VERDICT_STATES, "approved"]
    if before != after and (before, after) not in LEGAL_VERDICT_MOVES
]


@pytest.mark.parametrize(("before", "after"), ILLEGAL_VERDICT_MOVES)
def test_no_other_moves_of_a_verdict_exist(
    publish: Callable[..., Claim], checker: User, editor: User, before: str, after: str
) -> None:
    verdict = verdict_in(before, publish, checker, editor)
    assert verdict.state == before
    write_down(verdict, before, after)
    refused(
        "UPDATE claims_verdict SET state = %s WHERE id = %s", after, verdict.pk, match="verdict_state_moves"
    )


@pytest.mark.parametrize(("before", "after"), sorted(LEGAL_VERDICT_MOVES))
def test_no_move_of_a_verdict_goes_unrecorded(
    publish: Callable[..., Claim], checker: User, editor: User, before: str, after: str
) -> None:
    verdict = verdict_in(before, publish, checker, editor)
    refused(
        "UPDATE claims_verdict SET state = %s WHERE id = %s", after, verdict.pk, match="move_is_written_down"
    )


CLAIM_STATES = ["proposed", "accepted", "declined"]
LEGAL_CLAIM_MOVES = {("proposed", "accepted"), ("proposed", "declined"), ("accepted", "declined")}


def write_down_claim(claim: Claim, before: str, after: str) -> None:
    sql(
        "INSERT INTO claims_transition (claim_id, action, before, after, actor_name, note)"
        " VALUES (%s, 'test', %s, %s, 'SQL', '')",
        claim.pk,
        before,
        after,
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (before, after)
        for before in CLAIM_STATES
        for after in [*CLAIM_STATES, "checked"]
        if before != after and (before, after) not in LEGAL_CLAIM_MOVES
    ],
)
def test_no_other_moves_of_a_claim_exist(before: str, after: str) -> None:
    claim = make_claim(state=before, reason="For the record.")
    write_down_claim(claim, before, after)
    refused("UPDATE claims_claim SET state = %s WHERE id = %s", after, claim.pk, match="claim_state_moves")


@pytest.mark.parametrize(("before", "after"), sorted(LEGAL_CLAIM_MOVES))
def test_no_move_of_a_claim_goes_unrecorded(before: str, after: str) -> None:
    claim = make_claim(state=before, reason="For the record.")
    refused("UPDATE claims_claim SET state = %s WHERE id = %s", after, claim.pk, match="move_is_written_down")


def test_claim_is_declined_with_a_reason() -> None:
    claim = make_claim()
    write_down_claim(claim, "accepted", "declined")
    refused(
        "UPDATE claims_claim SET state = 'declined' WHERE id = %s",
        claim.pk,
        match="claim_declined_with_a_reason",
    )


def test_claim_with_a_published_verdict_is_not_declined(published: Verdict) -> None:
    write_down_claim(published.claim, "accepted", "declined")
    refused(
        "UPDATE claims_claim SET state = 'declined', reason = 'x' WHERE id = %s",
        published.claim_id,
        match="Retract the verdict first".lower(),
    )


MERGE = "UPDATE claims_claim SET state = 'merged', state_before_merge = 'accepted', merged_into_id = %s WHERE id = %s"


def merged(claim: Claim, into: Claim) -> None:
    write_down_claim(claim, "accepted", "merged")
    sql(MERGE, into.pk, claim.pk)


def test_claim_is_not_merged_into_itself() -> None:
    claim = make_claim()
    write_down_claim(claim, "accepted", "merged")
    refused(MERGE, claim.pk, claim.pk, match="claim_is_not_merged_into_itself")


def test_claim_is_not_merged_into_a_merged_one() -> None:
    first, second, third = make_claim(), make_claim(), make_claim()
    merged(second, into=third)
    write_down_claim(first, "accepted", "merged")
    refused(MERGE, second.pk, first.pk, match="claim_merges_do_not_chain")


def test_claim_that_others_are_merged_into_is_not_merged() -> None:
    first, second, third = make_claim(), make_claim(), make_claim()
    merged(first, into=second)
    write_down_claim(second, "accepted", "merged")
    refused(MERGE, third.pk, second.pk, match="claim_merges_do_not_chain")


def test_claim_is_not_merged_into_a_declined_one() -> None:
    claim, declined = make_claim(), make_claim(state="declined", reason="An opinion.")
    write_down_claim(claim, "accepted", "merged")
    refused(MERGE, declined.pk, claim.pk, match="claim_merges_do_not_chain")


def test_merge_remembers_the_state_it_came_from() -> None:
    claim, target = make_claim(state="proposed"), make_claim()
    write_down_claim(claim, "proposed", "merged")
    refused(MERGE, target.pk, claim.pk, match="claim_state_moves")


def test_unmerged_claim_returns_to_the_state_it_came_from() -> None:
    claim, target = make_claim(), make_claim()
    merged(claim, into=target)
    write_down_claim(claim, "merged", "proposed")
    refused(
        "UPDATE claims_claim SET state = 'proposed', state_before_merge = '', merged_into_id = NULL WHERE id = %s",
        claim.pk,
        match="claim_state_moves",
    )


@pytest.mark.parametrize("target", ["merged_into_id = NULL", "state_before_merge = ''"])
def test_merged_claim_names_its_target(target: str) -> None:
    claim = make_claim()
    merged(claim, into=make_claim())
    refused(
        f"UPDATE claims_claim SET {target} WHERE id = %s", claim.pk, match="claim_merged_names_its_target"
    )

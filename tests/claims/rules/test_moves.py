"""States change only by legal moves, and each change is recorded.

The legal moves are in the table that the desk reads (`claims.review.moves`). So the table, the steps on the models and
the triggers made from them cannot diverge.
"""

from collections.abc import Callable, Mapping
from itertools import permutations
from typing import Any

import pytest
from django.contrib.auth.models import User

from claims.models import Claim, Verdict
from claims.models.claim_rules import CLAIM_STEPS
from claims.models.verdict import VERDICT_STEPS
from claims.review.moves import CLAIM_MOVES, VERDICT_MOVES, Move
from tests.helpers.broken_rules import refused, sql, verdict_in, write_down
from tests.helpers.newsroom import make_claim
from tests.helpers.sweeps import sweep

pytestmark = pytest.mark.django_db

Step = tuple[str, str]


def steps_of(table: Mapping[tuple[str, str], Move[Any]]) -> set[Step]:
    """Where the moves of a table lead to, but for those that leave the state as it is."""
    merged_from = {state for state, action in table if action == "merge"}
    return {
        (str(before), str(after))
        for (before, _action), move in table.items()
        for after in ([move.new_state] if move.new_state else merged_from)
        if before != after
    }


#: Not a separate move: the change of the previous version when a new one is published.
SUPERSEDE: Step = ("published", "superseded")
LEGAL_FOR_VERDICTS = sorted(steps_of(VERDICT_MOVES) | {SUPERSEDE})
LEGAL_FOR_CLAIMS = sorted(steps_of(CLAIM_MOVES))


def others(states: list[str], legal: list[Step], unknown: str) -> list[Step]:
    steps = [*permutations(states, 2), *((state, unknown) for state in states)]
    return [step for step in steps if step not in legal]


def test_steps_of_verdicts_are_those_of_the_table() -> None:
    assert sorted(VERDICT_STEPS) == LEGAL_FOR_VERDICTS


def test_steps_of_claims_are_those_of_the_table() -> None:
    assert sorted(CLAIM_STEPS) == LEGAL_FOR_CLAIMS


@sweep("model", [Claim, Verdict], undone=True)
def test_table_names_only_states_that_exist(model: type[Claim | Verdict]) -> None:
    table: Mapping[tuple[str, str], Move[Any]] = CLAIM_MOVES if model is Claim else VERDICT_MOVES
    named = {
        str(state) for (before, _action), move in table.items() for state in (before, move.new_state) if state
    }
    ends = {"superseded"} if model is Verdict else set()
    assert named | ends == set(model.State.values)


@sweep(("before", "after"), others(Verdict.State.values, LEGAL_FOR_VERDICTS, "approved"), undone=True)
def test_no_other_moves_of_a_verdict_exist(
    publish: Callable[..., Claim], checker: User, editor: User, before: str, after: str
) -> None:
    verdict = verdict_in(before, publish, checker, editor)
    assert verdict.state == before
    write_down(verdict, before, after)
    refused(
        "UPDATE claims_verdict SET state = %s WHERE id = %s", after, verdict.pk, match="verdict_state_moves"
    )


@sweep(("before", "after"), LEGAL_FOR_VERDICTS, undone=True)
def test_no_move_of_a_verdict_goes_unrecorded(
    publish: Callable[..., Claim], checker: User, editor: User, before: str, after: str
) -> None:
    verdict = verdict_in(before, publish, checker, editor)
    refused(
        "UPDATE claims_verdict SET state = %s WHERE id = %s", after, verdict.pk, match="move_is_written_down"
    )


def write_down_claim(claim: Claim, before: str, after: str) -> None:
    sql(
        "INSERT INTO claims_transition (claim_id, action, before, after, actor_name, note)"
        " VALUES (%s, 'test', %s, %s, 'SQL', '')",
        claim.pk,
        before,
        after,
    )


MOVE_CLAIM = "UPDATE claims_claim SET state = %s, merged_into_id = %s, state_before_merge = %s WHERE id = %s"


def claim_to_move(before: str, after: str) -> tuple[Claim, tuple[str, int | None, str, int]]:
    """A claim in a state, and the values of a `MOVE_CLAIM` that has everything it needs to come into another."""
    target = make_claim().pk
    merged: dict[str, Any] = (
        {"merged_into_id": target, "state_before_merge": after} if before == "merged" else {}
    )
    claim = make_claim(state=before, reason="For the record.", **merged)
    into = (target, before) if after == "merged" else (None, "")
    return claim, (after, *into, claim.pk)


@sweep(("before", "after"), others(Claim.State.values, LEGAL_FOR_CLAIMS, "checked"), undone=True)
def test_no_other_moves_of_a_claim_exist(before: str, after: str) -> None:
    claim, values = claim_to_move(before, after)
    write_down_claim(claim, before, after)
    refused(MOVE_CLAIM, *values, match="claim_state_moves")


@sweep(("before", "after"), LEGAL_FOR_CLAIMS, undone=True)
def test_moves_of_a_claim_are_made_when_they_are_recorded_only(before: str, after: str) -> None:
    claim, values = claim_to_move(before, after)
    refused(MOVE_CLAIM, *values, match="move_is_written_down")
    write_down_claim(claim, before, after)
    assert sql(MOVE_CLAIM, *values) == 1
    claim.refresh_from_db()
    assert claim.state == after


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


@sweep("target", ["merged_into_id = NULL", "state_before_merge = ''"], undone=True)
def test_merged_claim_names_its_target(target: str) -> None:
    claim = make_claim()
    merged(claim, into=make_claim())
    refused(
        f"UPDATE claims_claim SET {target} WHERE id = %s", claim.pk, match="claim_merged_names_its_target"
    )

"""Every move of the workflow, from every state: what the table allows happens, everything else is a conflict."""

from itertools import product
from typing import Any

import pytest
from django.contrib.auth.models import User

from claims.models import Claim, Publication, SignOff, Transition, Verdict
from claims.review import workflow
from claims.review.moves import CLAIM_MOVES, VERDICT_MOVES, Move
from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_source
from tests.helpers.newsroom_tool import pointers, tool
from tests.helpers.sweeps import sweep

pytestmark = pytest.mark.django_db

ALL: dict[tuple[str, str], Move[Any]] = {**CLAIM_MOVES, **VERDICT_MOVES}
CLAIM_ACTIONS = sorted({action for _state, action in CLAIM_MOVES})
VERDICT_ACTIONS = sorted({action for _state, action in VERDICT_MOVES})


def claim_in(state: str, editor: User) -> Claim:
    if state == "merged":
        return workflow.move(make_claim(), "merge", by=editor, into=make_claim())
    return make_claim(state=state, reason="Satire." if state == "declined" else "")


def verdict_in(state: str, author: User, editor: User) -> Verdict:
    verdict = make_draft(make_claim(), author)
    steps = {
        "draft": [],
        "in_review": ["submit"],
        "published": ["submit", "sign_off", "publish"],
        "retracted": ["submit", "sign_off", "publish", "retract"],
        "superseded": ["submit", "sign_off", "publish"],
    }[state]
    for step in steps:
        verdict = workflow.move(verdict, step, by=author if step == "submit" else editor, note="Because.")
    if state == "superseded":
        content = {"correction_kind": "update", "correction_note": "New figures."}
        newer = make_draft(verdict.claim, author, **content)
        for step in ("submit", "sign_off", "publish"):
            newer = workflow.move(newer, step, by=author if step == "submit" else editor)
    return Verdict.objects.get(pk=verdict.pk)


def asked(action: str) -> dict[str, Any]:
    return {"note": "Because.", **({"into": make_claim().pk} if action == "merge" else {})}


@sweep("state, action", product(Claim.State.values, CLAIM_ACTIONS), undone=True)
def test_claim_moves_as_the_table_says(editor: User, state: str, action: str) -> None:
    claim = claim_in(state, editor)
    answer = tool(editor).move(f"claims/{claim.pk}/", action, **asked(action))
    claim.refresh_from_db()
    if (state, action) in CLAIM_MOVES and action != "republish":
        after = CLAIM_MOVES[state, action].new_state or "accepted"
        assert (answer.status_code, answer.json()["state"], claim.state) == (200, after, after)
        made = Transition.objects.filter(claim=claim).latest("pk")
        assert (made.action, made.before, made.after, made.actor, made.note) == (
            action,
            state,
            after,
            editor,
            "Because.",
        )
    else:  # nothing is published here that could be published again
        assert (answer.status_code, claim.state) == (409, state)
        assert answer.json()["detail"]


@pytest.fixture
def verdicts(checker: User, editor: User) -> dict[str, int]:
    """The id of a verdict in each state."""
    return {state: verdict_in(state, checker, editor).pk for state in Verdict.State.values}


@sweep("state, action", product(Verdict.State.values, VERDICT_ACTIONS), undone=True)
def test_verdict_moves_as_the_table_says(
    verdicts: dict[str, int], checker: User, editor: User, colleague: User, state: str, action: str
) -> None:
    verdict = Verdict.objects.get(pk=verdicts[state])
    if action == "publish" and state == "in_review":
        workflow.move(verdict, "sign_off", by=colleague)
    by = checker if action in ("submit", "withdraw") else editor
    answer = tool(by).move(f"verdicts/{verdict.pk}/", action, note="Because.")
    verdict.refresh_from_db()
    if (state, action) in VERDICT_MOVES:
        after = VERDICT_MOVES[state, action].new_state
        assert (answer.status_code, answer.json()["state"], verdict.state) == (200, after, after)
        made = Transition.objects.filter(verdict=verdict).latest("pk")
        assert (made.action, made.before, made.after, made.actor_name) == (
            action,
            state,
            after,
            by.get_full_name(),
        )
    else:
        # What a role does not include is refused first; the rest does not exist from this state.
        assert (answer.status_code, verdict.state) == (409, state)
        assert f"“{action}” is not possible" in answer.json()["detail"]


def test_republishing_shows_readers_a_new_place(publish: Any, editor: User, client: Any) -> None:
    claim = publish()
    make_appearance(claim, make_source("It cost a lot, she said."), "It cost a lot")
    answer = tool(editor).move(f"claims/{claim.pk}/", "republish", note="Said again.", kind="clarification")
    assert answer.status_code == 200
    public = client.get(f"/api/v1/claims/{claim.pk}/").json()
    assert [place["exact"] for place in public["appearances"]] == ["It cost a lot"]
    assert [(each["kind"], each["note"]) for each in public["corrections"]] == [
        ("clarification", "Said again.")
    ]


def test_merging_and_its_undoing(publish: Any, editor: User, client: Any) -> None:
    twin, claim = publish(), publish()
    desk = tool(editor)
    merged = desk.move(f"claims/{twin.pk}/", "merge", into=claim.pk, note="The same words.")
    assert (merged.json()["state"], merged.json()["merged_into"]) == ("merged", claim.pk)
    assert client.get(f"/api/v1/claims/{twin.pk}/").status_code == 301
    undone = desk.move(f"claims/{twin.pk}/", "unmerge")
    assert (undone.json()["state"], undone.json()["merged_into"]) == ("accepted", None)
    assert client.get(f"/api/v1/claims/{twin.pk}/").status_code == 200


def test_publishing_needs_the_signoffs(checker: User, editor: User) -> None:
    verdict = verdict_in("in_review", checker, editor)
    refusal = tool(editor).move(f"verdicts/{verdict.pk}/", "publish")
    assert refusal.status_code == 409
    assert refusal.json() == {
        "type": "http://localhost:8000/api/problems/#signoff_missing",
        "title": "Conflict",
        "status": 409,
        "code": "signoff_missing",
        "detail": "The verdict has 0 of 1 sign-offs by people other than the author.",
        "instance": f"/api/v1/editorial/verdicts/{verdict.pk}/moves/",
    }
    assert not Publication.objects.exists()


def test_submitting_names_missing_values(checker: User) -> None:
    answer = tool(checker).post("verdicts/", {"claim": make_claim(state="proposed").pk})
    refusal = tool(checker).move(answer["Location"], "submit")
    assert refusal.status_code == 409
    assert refusal.json()["detail"] == (
        "Not ready yet. Missing: acceptance of the claim; a rating; a summary; the date of the review;"
        " evidence with an address or a snapshot."
    )


@pytest.mark.parametrize("action", [action for (_, action), move in ALL.items() if move.is_note_required])
def test_a_missing_note_is_reported(checker: User, editor: User, action: str) -> None:
    if action in CLAIM_ACTIONS:
        path = f"claims/{make_claim().pk}/"
    else:
        state = {"request_changes": "in_review", "retract": "published"}[action]
        path = f"verdicts/{verdict_in(state, checker, editor).pk}/"
    refusal = tool(editor).move(path, action, note="  ")
    assert refusal.status_code == 409
    assert "A note is needed" in refusal.json()["detail"]


# Possible moves -------------------------------------------------------------------------------------------------------


def test_possible_moves_are_those_of_the_desk_with_their_obstacles(checker: User, editor: User) -> None:
    verdict = verdict_in("in_review", checker, editor)

    def open_to(person: User, *scopes: str) -> dict[str, str]:
        moves = tool(person, *scopes).get(f"verdicts/{verdict.pk}/moves/").json()
        assert moves["state"] == "in_review"
        return {move["action"]: move["obstacle"] for move in moves["moves"]}

    own = "You wrote, edited or submitted this verdict, so another person must review it."
    scope = "This token lacks the scope “{}”."
    assert open_to(checker) == {"sign_off": own, "request_changes": own, "withdraw": ""}
    assert open_to(editor) == {
        "sign_off": "",
        "request_changes": "",
        "withdraw": "Only the author or submitter can withdraw a verdict. Request changes instead.",
        "publish": "The verdict has 0 of 1 sign-offs by people other than the author.",
    }
    workflow.move(verdict, "sign_off", by=editor)
    assert open_to(editor, "claims:read", "workflow:move") == {
        "sign_off": "You have already signed off this verdict.",
        "request_changes": "",
        "withdraw": "Only the author or submitter can withdraw a verdict. Request changes instead.",
        "publish": scope.format("publish"),
    }


def test_a_possible_move_lists_its_parameters(editor: User) -> None:
    moves = tool(editor).get(f"claims/{make_claim(state='proposed').pk}/moves/").json()["moves"]
    assert moves[1] == {
        "action": "decline",
        "label": "Decline",
        "to": "declined",
        "note": "Reason for not checking the claim",
        "note_required": True,
        "scope": "workflow:move",
        "obstacle": "",
    }
    assert [move["action"] for move in moves] == ["accept", "decline", "merge"]


@sweep(
    "body, places",
    [
        ({}, ["#/action"]),
        ({"action": "launch"}, ["#/action"]),
        ({"action": "accept", "into": "1"}, ["#/into"]),
        ({"action": "merge"}, ["#/into"]),
        ({"action": "accept", "kind": "update"}, ["#/kind"]),
        ({"action": "republish", "kind": "retraction"}, ["#/kind"]),
        ({"action": "accept", "note": 5}, ["#/note"]),
        ({"action": "accept", "notes": "x"}, ["#/notes"]),
    ],
    undone=True,
)
def test_a_move_is_read_strictly(editor: User, body: dict[str, Any], places: list[str]) -> None:
    claim = make_claim(state="proposed")
    refusal = tool(editor).post(f"claims/{claim.pk}/moves/", body)
    assert (refusal.status_code, pointers(refusal)) == (400, places)
    assert not Transition.objects.exists()


def test_a_move_that_names_a_missing_row_is_refused(editor: User) -> None:
    claim = make_claim(state="proposed")
    refusal = tool(editor).post(f"claims/{claim.pk}/moves/", {"action": "merge", "into": 999_999})
    assert (refusal.status_code, pointers(refusal)) == (422, ["#/into"])
    assert not Transition.objects.exists()


def test_a_claim_is_not_merged_into_itself(editor: User) -> None:
    claim = make_claim()
    refusal = tool(editor).move(f"claims/{claim.pk}/", "merge", into=claim.pk)
    assert (refusal.status_code, refusal.json()["detail"]) == (409, "Choose another claim to merge into.")


def test_a_move_for_an_older_version_is_refused_if_the_tool_names_the_version(
    checker: User, editor: User, colleague: User
) -> None:
    verdict = verdict_in("in_review", checker, editor)
    path = f"verdicts/{verdict.pk}/"
    reviewer = tool(colleague)
    read = reviewer.etag(path)
    # Meanwhile it went back to the author, who changed it and submitted it again.
    workflow.move(verdict, "request_changes", by=editor, note="Cite it.")
    tool(checker).patch(path, {"summary": "Quite another finding."})
    workflow.move(Verdict.objects.get(pk=verdict.pk), "submit", by=checker)
    refusal = reviewer.post(f"{path}moves/", {"action": "sign_off"}, If_Match=read)
    assert refusal.status_code == 412
    assert not SignOff.objects.exists()
    again = reviewer.post(f"{path}moves/", {"action": "sign_off"}, If_Match=refusal["ETag"])
    assert again.status_code == 200

"""The workflow: who can move what, what every move writes down, and that a refused move changes nothing."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from claims.models import Claim, Publication, SignOff, Transition, Verdict
from claims.newsroom.refusals import NotAllowed, NotPossible
from claims.review import verdict_drafts, workflow
from claims.review.moves import CLAIM_MOVES, VERDICT_MOVES, list_missing_requirements
from tests.helpers.newsroom import make_claim, make_draft
from tests.helpers.sweeps import sweep

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]


def state(subject: Claim | Verdict) -> str:
    subject.refresh_from_db()
    return subject.state


def written() -> list[tuple[str, str, str, str, str]]:
    """Every transition so far: action, before, after, who, note."""
    rows = Transition.objects.order_by("id")
    return list(rows.values_list("action", "before", "after", "actor_name", "note"))


def test_from_proposed_to_published(checker: User, editor: User) -> None:
    claim = make_claim(state="proposed")
    claim = workflow.move(claim, "accept", by=checker, note="Half a million people saw it.")
    verdict = make_draft(claim, checker)
    for action, by in (("submit", checker), ("sign_off", editor), ("publish", editor)):
        verdict = workflow.move(verdict, action, by=by)
    assert (state(claim), claim.reason, state(verdict)) == (
        "accepted",
        "Half a million people saw it.",
        "published",
    )
    assert written() == [
        ("accept", "proposed", "accepted", "Chris", "Half a million people saw it."),
        ("submit", "draft", "in_review", "Chris", ""),
        ("sign_off", "in_review", "in_review", "Edith", ""),
        ("publish", "in_review", "published", "Edith", ""),
    ]
    assert [(p.claim_id, p.version, p.kind) for p in Publication.objects.all()] == [
        (claim.pk, 1, "publication")
    ]


# Permissions

ROLES = ["contributor", "colleague", "editor"]
ALLOWED = {
    "accept": {"colleague", "editor"},
    "decline": {"colleague", "editor"},
    "reconsider": {"colleague", "editor"},
    "merge": {"editor"},
    "unmerge": {"editor"},
    "republish": {"editor"},
    "submit": {"colleague", "editor"},
    "sign_off": {"colleague", "editor"},
    "request_changes": {"colleague", "editor"},
    "withdraw": set(),
    "publish": {"editor"},
    "retract": {"editor"},
}


def subject_for(action: str, publish: Publish, checker: User, editor: User) -> Any:
    """A claim or verdict on which `action` is possible for people with permission."""
    if action in ("accept", "decline"):
        return make_claim(state="proposed")
    if action in ("merge", "reconsider"):
        return make_claim()
    if action == "unmerge":
        return workflow.move(make_claim(), "merge", by=editor, into=make_claim())
    if action == "republish":
        return publish()
    if action == "retract":
        return publish().verdicts.get()
    verdict = make_draft(make_claim(), checker)
    if action != "submit":
        verdict = workflow.move(verdict, "submit", by=checker)
    if action == "publish":
        verdict = workflow.move(verdict, "sign_off", by=editor)
    return verdict


@pytest.fixture
def subjects(publish: Publish, checker: User, editor: User) -> dict[str, Any]:
    """For each move, something of which it can be made."""
    return {action: subject_for(action, publish, checker, editor) for action in ALLOWED}


@sweep("role, action", product(ROLES, ALLOWED), undone=True)
def test_every_move_for_every_role(
    subjects: dict[str, Any], contributor: User, colleague: User, editor: User, role: str, action: str
) -> None:
    subject = type(subjects[action]).objects.get(pk=subjects[action].pk)
    before, moves = subject.state, Transition.objects.count()
    person = {"contributor": contributor, "colleague": colleague, "editor": editor}[role]
    arguments: dict[str, Any] = {"note": "Because.", "into": make_claim() if action == "merge" else None}
    if role in ALLOWED[action]:
        workflow.move(subject, action, by=person, **arguments)
        assert Transition.objects.count() == moves + 1
    else:
        with pytest.raises(NotAllowed):
            workflow.move(subject, action, by=person, **arguments)
        assert (state(subject), Transition.objects.count()) == (before, moves)


def test_the_table_of_roles_covers_every_move() -> None:
    assert {action for _state, action in [*CLAIM_MOVES, *VERDICT_MOVES]} == set(ALLOWED)


def test_a_person_who_left_cannot_make_moves(editor: User) -> None:
    editor.is_active = False
    editor.save()
    with pytest.raises(NotAllowed):
        workflow.move(make_claim(state="proposed"), "accept", by=editor)


def test_move_that_does_not_exist_from_here(editor: User) -> None:
    with pytest.raises(NotPossible, match="“accept” is not possible in the state “Accepted”"):
        workflow.move(make_claim(), "accept", by=editor)


@pytest.mark.parametrize("action", ["decline", "republish", "request_changes", "retract"])
def test_moves_that_need_a_note(publish: Publish, checker: User, editor: User, action: str) -> None:
    subject = subject_for(action, publish, checker, editor)
    with pytest.raises(NotPossible, match="A note is needed"):
        workflow.move(subject, action, by=editor, note="  ")


# Review


@pytest.mark.parametrize(
    ("lack", "missing"),
    [
        ({"rating": None}, ["a rating"]),
        ({"summary": "  "}, ["a summary"]),
        ({"reviewed_on": None}, ["the date of the review"]),
        ({"rating": None, "summary": ""}, ["a rating", "a summary"]),
    ],
)
def test_incomplete_draft_is_not_submitted(checker: User, lack: dict[str, Any], missing: list[str]) -> None:
    verdict = make_draft(make_claim(), checker, **lack)
    assert list_missing_requirements(verdict) == missing
    with pytest.raises(NotPossible, match="; ".join(missing)):
        workflow.move(verdict, "submit", by=checker)
    assert state(verdict) == "draft"


def test_evidence_needs_an_address_or_a_snapshot(checker: User) -> None:
    verdict = make_draft(make_claim(), checker)
    source = verdict.evidence.get().source
    source.url = ""
    source.save()
    assert list_missing_requirements(verdict) == ["evidence with an address or a snapshot"]


def test_an_author_cannot_sign_off_or_request_changes_from_themselves(editor: User) -> None:
    verdict = workflow.move(make_draft(make_claim(), editor), "submit", by=editor)
    for action in ("sign_off", "request_changes"):
        with pytest.raises(NotAllowed, match="You wrote, edited or submitted this verdict"):
            workflow.move(verdict, action, by=editor, note="Fine.")
    assert not SignOff.objects.exists()


def test_editors_of_a_draft_cannot_sign_it_off(checker: User, editor: User, colleague: User) -> None:
    verdict = make_draft(make_claim(), checker)
    verdict_drafts.record_editor(verdict, editor)
    verdict_drafts.record_editor(verdict, editor)
    verdict_drafts.record_editor(verdict, checker)
    verdict = workflow.move(verdict, "submit", by=checker)
    assert verdict.edited_by == [editor.pk]
    with pytest.raises(NotAllowed, match="You wrote, edited or submitted this verdict"):
        workflow.move(verdict, "sign_off", by=editor)
    workflow.move(verdict, "sign_off", by=colleague)
    assert workflow.move(verdict, "publish", by=editor).state == "published"


def test_an_editor_who_wrote_a_verdict_publishes_it_after_another_persons_sign_off(
    editor: User, colleague: User
) -> None:
    verdict = workflow.move(make_draft(make_claim(), editor), "submit", by=editor)
    with pytest.raises(NotPossible, match="0 of 1 sign-offs"):
        workflow.move(verdict, "publish", by=editor)
    workflow.move(verdict, "sign_off", by=colleague)
    assert workflow.move(verdict, "publish", by=editor).state == "published"


def test_changes_void_earlier_signoffs(checker: User, colleague: User, editor: User) -> None:
    verdict = workflow.move(make_draft(make_claim(), checker), "submit", by=checker)
    workflow.move(verdict, "sign_off", by=colleague)
    workflow.move(verdict, "request_changes", by=editor, note="Which year?")
    verdict = workflow.move(verdict, "submit", by=checker)
    with pytest.raises(NotPossible, match="0 of 1 sign-offs"):
        workflow.move(verdict, "publish", by=editor)


def test_two_sign_offs_if_the_newsroom_requires_two(
    settings: Settings, checker: User, colleague: User, editor: User
) -> None:
    settings.REQUIRED_SIGNOFFS = 2
    verdict = workflow.move(make_draft(make_claim(), checker), "submit", by=checker)
    workflow.move(verdict, "sign_off", by=colleague)
    with pytest.raises(NotPossible, match="1 of 2 sign-offs"):
        workflow.move(verdict, "publish", by=editor)
    workflow.move(verdict, "sign_off", by=editor)
    assert workflow.move(verdict, "publish", by=editor).state == "published"


def test_withdrawn_verdict_can_be_edited_again(checker: User) -> None:
    verdict = workflow.move(make_draft(make_claim(), checker), "submit", by=checker)
    verdict = workflow.move(verdict, "withdraw", by=checker)
    verdict.summary = "Better."
    verdict.save()
    assert state(verdict) == "draft"


# Options: what the buttons show


def shown(subject: Claim | Verdict, by: User) -> dict[str, str]:
    return {option.action: option.obstacle for option in workflow.list_options(subject, by)}


def test_options_follow_state_and_role(
    contributor: User, checker: User, colleague: User, editor: User
) -> None:
    verdict = workflow.move(make_draft(make_claim(), checker), "submit", by=checker)
    own = "You wrote, edited or submitted this verdict, so another person must review it."
    assert shown(verdict, contributor) == {}
    assert shown(verdict, checker) == {"sign_off": own, "request_changes": own, "withdraw": ""}
    not_theirs = "Only the author or submitter can withdraw a verdict. Request changes instead."
    assert shown(verdict, colleague) == {"sign_off": "", "request_changes": "", "withdraw": not_theirs}
    assert (
        shown(verdict, editor)["publish"]
        == "The verdict has 0 of 1 sign-offs by people other than the author."
    )


def test_changes_can_be_published_only_for_public_claims(editor: User, publish: Publish) -> None:
    """An unpublished claim has no public text to change, so there is neither a button nor an obstacle."""
    assert set(shown(make_claim(), editor)) == {"decline", "merge", "reconsider"}
    assert set(shown(publish(), editor)) == {"decline", "merge", "republish"}
    with pytest.raises(NotPossible, match="The claim is not published"):
        workflow.move(make_claim("Another."), "republish", by=editor, note="Nothing.")


# New versions


def test_a_new_version_copies_the_one_it_replaces(publish: Publish, checker: User) -> None:
    first = publish(summary="Nine million.").verdicts.get()
    second = verdict_drafts.create_draft(first.claim, author=checker)
    assert (second.version, second.supersedes, second.summary, second.rating) == (
        2,
        first,
        "Nine million.",
        first.rating,
    )
    carried = [(e.source_id, e.stance, e.note) for e in second.evidence.all()]
    assert carried == [(e.source_id, e.stance, e.note) for e in first.evidence.all()]


def test_new_version_supersedes_the_old_one(publish: Publish) -> None:
    claim = publish()
    publish(claim, correction_kind="correction", correction_note="The year was wrong.")
    states = list(claim.verdicts.order_by("version").values_list("version", "state"))
    assert states == [(1, "superseded"), (2, "published")]
    assert [row[0] for row in written()][-2:] == ["publish", "supersede"]


def test_new_version_needs_a_public_note(publish: Publish, checker: User) -> None:
    verdict = verdict_drafts.create_draft(publish(), author=checker)
    with pytest.raises(NotPossible, match="the kind of change and its public note"):
        workflow.move(verdict, "submit", by=checker)


def test_one_open_draft_at_a_time(checker: User, colleague: User) -> None:
    claim = make_claim()
    verdict_drafts.create_draft(claim, author=checker)
    with pytest.raises(NotPossible, match="already has an open verdict"):
        verdict_drafts.create_draft(claim, author=colleague)


@pytest.mark.parametrize("how", ["decline", "merge"])
def test_declined_and_merged_claims_get_no_verdict(editor: User, how: str) -> None:
    claim = workflow.move(
        make_claim(), how, by=editor, note="So.", into=make_claim() if how == "merge" else None
    )
    with pytest.raises(NotPossible, match="A declined or merged claim cannot have a verdict"):
        verdict_drafts.create_draft(claim, author=editor)


# Claims


def test_claim_with_a_live_verdict_is_not_declined(publish: Publish, editor: User) -> None:
    with pytest.raises(NotPossible, match="Retract it first"):
        workflow.move(publish(), "decline", by=editor, note="Off topic.")


@pytest.mark.parametrize("before", ["proposed", "accepted", "declined"])
def test_merge_and_its_undoing(editor: User, before: str) -> None:
    claim, target = make_claim(state=before, reason="For the record."), make_claim()
    merged = workflow.move(claim, "merge", by=editor, into=target, note="The same speech.")
    assert (merged.state, merged.merged_into) == ("merged", target)
    unmerged = workflow.move(merged, "unmerge", by=editor, note="Another speech.")
    assert (state(unmerged), unmerged.merged_into, unmerged.state_before_merge) == (before, None, "")


def test_a_merge_needs_a_target_that_is_not_merged(editor: User) -> None:
    claim = make_claim()
    with pytest.raises(NotPossible, match="Choose another claim"):
        workflow.move(claim, "merge", by=editor)
    with pytest.raises(NotPossible, match="Choose another claim"):
        workflow.move(claim, "merge", by=editor, into=claim)
    merged = workflow.move(make_claim(), "merge", by=editor, into=make_claim())
    with pytest.raises(NotPossible, match="itself merged or declined"):
        workflow.move(claim, "merge", by=editor, into=merged)
    with pytest.raises(NotPossible, match="Other claims are merged into this one"):
        workflow.move(Claim.objects.get(merged_claims=merged), "merge", by=editor, into=claim)
    assert state(claim) == "accepted"

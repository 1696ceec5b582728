"""Moves of a claim at the desk: by the buttons of its page, and of several in the list."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from claims.admin.timeline import AFTER_MOVE_MESSAGES
from claims.models import Claim, Publication, Topic, Transition
from claims.review import workflow
from claims.review.moves import CLAIM_MOVES, VERDICT_MOVES
from tests.helpers.desk import Desk, buttons, said
from tests.helpers.newsroom import make_claim, make_source


@pytest.fixture
def desk(client: Client) -> Desk:
    return Desk(client)


def test_the_whole_way_of_a_claim(desk: Desk, client: Client, checker: User, editor: User) -> None:
    claim = make_claim("The bridge cost 90 million euros.", state="proposed")
    desk.sign_in(checker)
    assert desk.move(claim, "accept", note="It decides the budget.") == ["Accepted for checking."]
    client.post(reverse("admin:claims_claim_draft", args=[claim.pk]))
    verdict = claim.verdicts.get()
    assert (verdict.author, verdict.state) == (checker, "draft")
    page = desk.text(verdict)
    assert "Still missing before review" in page
    assert "evidence with an address or a snapshot" in page
    rating = verdict.publisher.rating_scales.get().ratings.get(code="false")
    content = {"rating": rating.pk, "summary": "It cost 120 million.", "reviewed_on": "2026-03-01"}
    evidence = {
        "evidence-TOTAL_FORMS": "1",
        "evidence-0-source": make_source().pk,
        "evidence-0-stance": "refutes",
    }
    response = desk.save(verdict, **content, **evidence, **{"evidence-0-position": "0"})
    assert said(response) == ["Saved."]
    assert client.get(desk.page(verdict)).context["missing"] == []
    assert desk.move(verdict, "submit") == ["Submitted for review."]
    desk.sign_in(editor)
    verdict.refresh_from_db()
    assert desk.move(verdict, "sign_off") == ["You signed off this verdict."]
    [told] = desk.move(verdict, "publish")
    public = reverse("claim", args=[claim.pk, claim.slug])
    assert told.startswith("Published. ")
    assert f'href="{public}"' in told
    assert Publication.objects.current().get(claim=claim).document["verdicts"][0]["rating"]["code"] == "false"


@pytest.mark.parametrize(
    ("role", "state", "expected"),
    [
        ("contributor", "proposed", set()),
        ("checker", "proposed", {"accept", "decline"}),
        ("checker", "accepted", {"decline", "reconsider"}),
        ("editor", "proposed", {"accept", "decline", "merge"}),
        ("editor", "accepted", {"decline", "merge", "reconsider"}),
    ],
)
def test_only_legal_moves_are_buttons(
    role: str, state: str, expected: set[str], desk: Desk, request: pytest.FixtureRequest
) -> None:
    desk.sign_in(request.getfixturevalue(role))
    assert buttons(desk.text(make_claim(state=state))) == expected


def test_blocked_moves_are_explained_and_not_offered(desk: Desk, editor: User, publish: Any) -> None:
    page = desk.sign_in(editor).text(publish())
    assert "decline" not in buttons(page)
    assert "The claim has a published verdict. Retract it first." in page


def test_a_forbidden_move_is_a_403_and_changes_nothing(desk: Desk, contributor: User) -> None:
    claim = make_claim(state="proposed", created_by=contributor)
    address = f"/admin/claims/claim/{claim.pk}/move/accept/"
    assert desk.sign_in(contributor).client.post(address, {"last_move": "0"}).status_code == 403
    claim.refresh_from_db()
    assert claim.state == "proposed"


@pytest.mark.parametrize(
    ("action", "asked", "refusal"),
    [
        ("publish", {}, "“publish” is not possible in the state “Proposed”."),
        ("decline", {"note": " "}, "A note is needed: Reason for not checking the claim."),
        ("merge", {}, "Choose another claim to merge into."),
        ("merge", {"into": "no number"}, "Choose another claim to merge into."),
        ("merge", {"into": "999999999"}, "Choose another claim to merge into."),
        ("accept", {"kind": "joke"}, "Choose the kind of change."),
    ],
)
def test_a_wrong_move_is_a_message(
    action: str, asked: dict[str, str], refusal: str, desk: Desk, editor: User
) -> None:
    claim = make_claim(state="proposed")
    assert desk.sign_in(editor).move(claim, action, **asked) == [refusal]
    assert Transition.objects.count() == 0


def test_a_second_click_does_nothing_twice(desk: Desk, editor: User, publish: Any, topic: Topic) -> None:
    claim = publish()
    claim.topics.add(topic)
    desk.sign_in(editor)
    seen = claim.transitions.filter(verdict=None).order_by("pk").values_list("pk", flat=True).last() or 0
    asked = {"seen": seen, "note": "Filed under transport.", "kind": "clarification"}
    [told] = desk.move(claim, "republish", **asked)
    assert told.startswith("The changes are published. ")
    assert desk.move(claim, "republish", **asked) == [
        "Edith had already taken this step. Nothing was changed."
    ]
    kinds = claim.publications.order_by("version").values_list("kind", flat=True)
    assert list(kinds) == ["publication", "clarification"]


def test_an_old_page_moves_nothing(desk: Desk, checker: User, editor: User) -> None:
    claim = make_claim(state="proposed")
    workflow.move(claim, "accept", by=checker)
    assert desk.sign_in(editor).move(claim, "decline", seen=0, note="Not ours.") == [
        "Another user has already changed the state. Nothing was done. Reload the page and check."
    ]
    claim.refresh_from_db()
    assert claim.state == "accepted"


def test_a_move_is_never_made_by_following_a_link(desk: Desk, client: Client, editor: User) -> None:
    claim = make_claim(state="proposed")
    desk.sign_in(editor)
    assert client.get(reverse("admin:claims_claim_move", args=[claim.pk, "accept"])).status_code == 302
    assert client.get(reverse("admin:claims_claim_draft", args=[claim.pk])).status_code == 302
    claim.refresh_from_db()
    assert (claim.state, claim.verdicts.count()) == ("proposed", 0)


def test_a_move_needs_the_token_against_forged_requests(editor: User) -> None:
    claim = make_claim(state="proposed")
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(editor)
    assert browser.post(reverse("admin:claims_claim_move", args=[claim.pk, "accept"])).status_code == 403


def test_merge_and_its_undoing(desk: Desk, editor: User) -> None:
    claim, target = make_claim(), make_claim()
    assert desk.sign_in(editor).move(claim, "merge", into=target.pk, note="The same sentence.") == ["Merged."]
    assert str(target) in desk.text(claim)
    claim.refresh_from_db()
    assert desk.move(claim, "unmerge", note="Two bridges.") == ["The merge is undone."]


# Several at once ------------------------------------------------------------------------------------------------------


def select(claims: list[Claim], action: str, **more: str) -> dict[str, Any]:
    return {"action": action, "_selected_action": [claim.pk for claim in claims], **more}


def test_several_are_accepted_and_refusals_named(desk: Desk, client: Client, checker: User) -> None:
    proposed, declined = (
        make_claim(state="proposed"),
        make_claim("Old news.", state="declined", reason="Too old."),
    )
    desk.sign_in(checker)
    response = client.post(
        reverse("admin:claims_claim_changelist"), select([proposed, declined], "accept_selected"), follow=True
    )
    assert said(response) == [
        "“Old news.” was not changed. “accept” is not possible in the state “Declined”.",
        "1 claim changed.",
    ]
    proposed.refresh_from_db()
    assert proposed.state == "accepted"


def test_several_are_declined_with_one_reason(desk: Desk, client: Client, checker: User) -> None:
    claims = [make_claim(state="proposed"), make_claim(state="proposed")]
    desk.sign_in(checker)
    address = reverse("admin:claims_claim_changelist")
    asked = client.post(address, select(claims, "decline_selected"))
    assert "Or enter the reason in your own words" in asked.content.decode()
    assert {claim.state for claim in Claim.objects.all()} == {"proposed"}
    empty = client.post(address, select(claims, "decline_selected", is_confirmed="1", words=" "))
    assert "Enter a reason" in empty.content.decode()
    client.post(address, select(claims, "decline_selected", is_confirmed="1", words="Forecasts."))
    assert set(Claim.objects.values_list("state", "reason")) == {("declined", "Forecasts.")}


def test_people_who_cannot_triage_see_no_action(desk: Desk, client: Client, contributor: User) -> None:
    claim = make_claim(state="proposed")
    desk.sign_in(contributor)
    address = reverse("admin:claims_claim_changelist")
    assert "accept_selected" not in client.get(address).content.decode()
    client.post(address, select([claim], "accept_selected"))
    claim.refresh_from_db()
    assert claim.state == "proposed"


def test_every_move_has_a_message_for_the_person_who_made_it() -> None:
    assert set(AFTER_MOVE_MESSAGES) == {action for _state, action in (*CLAIM_MOVES, *VERDICT_MOVES)}

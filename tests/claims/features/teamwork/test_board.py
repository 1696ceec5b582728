"""The board: the columns of claims, and the moves from one to another."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags
from pytest_django import DjangoAssertNumQueries

from claims.admin.move_buttons import get_last_move
from claims.features.teamwork import assignments
from claims.features.teamwork.admin import board
from claims.features.teamwork.models import Assignment
from claims.models import Claim, Topic, Verdict
from claims.review import workflow
from tests.helpers.desk import Desk, said
from tests.helpers.newsroom import make_claim, make_draft
from tests.helpers.reader_pages import bring_out

BOARD = "admin:teamwork_assignment_board"


@pytest.fixture
def desk(client: Client) -> Desk:
    return Desk(client)


def shown(desk: Desk, asked: str = "") -> dict[str, list[Any]]:
    """Return the cards of each column that is not empty."""
    page = desk.client.get(f"{reverse(BOARD)}?{asked}")
    return {
        column["name"]: [(card["kind"], card["pk"]) for card in column["cards"]]
        for column in page.context["columns"]
        if column["cards"]
    }


def move(desk: Desk, row: Claim | Verdict, action: str, *, seen: Any = None, **asked: Any) -> Any:
    sent = {
        "subject": row._meta.model_name,
        "pk": row.pk,
        "action": action,
        "last_move": get_last_move(row) if seen is None else seen,
    }
    return desk.client.post(reverse("admin:teamwork_assignment_board_move"), sent | asked, follow=True)


@pytest.fixture
def everything(checker: User, colleague: User, editor: User) -> dict[str, Claim | Verdict]:
    """One claim for each column of the board, and some that are not on it."""
    rows: dict[str, Claim | Verdict] = {
        "proposed": make_claim(state="proposed", score=0.2),
        "better": make_claim(state="proposed", score=0.9),
        "held": make_claim(state="proposed", score=0.1),
        "accepted": make_claim(),
        "taken": make_claim(),
        "draft": make_draft(make_claim(), checker),
        "review": workflow.move(make_draft(make_claim(), checker), "submit", by=checker),
        "ready": workflow.move(
            workflow.move(make_draft(make_claim(), checker), "submit", by=checker), "sign_off", by=editor
        ),
        "published": bring_out(make_draft(make_claim(), checker), checker, editor),
    }
    make_claim(state="declined", reason="No.")
    assignments.assign_to_self(rows["held"], by=colleague)
    assignments.assign_to_self(rows["taken"], by=colleague)
    return rows


@pytest.mark.slow
def test_each_claim_is_in_the_column_of_its_state(
    desk: Desk, everything: dict[str, Any], checker: User, colleague: User
) -> None:
    def cards(*names: str) -> list[Any]:
        return [(everything[name]._meta.model_name, everything[name].pk) for name in names]

    desk.sign_in(checker)
    assert shown(desk) == {
        "proposed": cards("held", "better", "proposed"),
        "accepted": cards("accepted"),
        "work": cards("taken", "draft"),
        "review": cards("review"),
        "ready": cards("ready"),
        "published": cards("published"),
    }
    assert shown(desk, "mine=1") == {
        "work": cards("draft"), "review": cards("review"), "ready": cards("ready"),
    }  # fmt: skip
    assert shown(desk, f"person={colleague.pk}") == {"proposed": cards("held"), "work": cards("taken")}
    text = desk.client.get(reverse(BOARD)).content.decode()
    heading = strip_tags(text.partition("<h1")[2].partition("</h1>")[0]).partition("chevron_right")[2].strip()
    assert (heading, text.count('class="desk-public-state" href="/claims/')) == ("Board", 1)
    topic = Topic.objects.create(name="Ferries", slug="ferries")
    everything["accepted"].topics.add(topic)
    everything["review"].claim.topics.add(topic)
    assert shown(desk, f"topic={topic.pk}") == {"accepted": cards("accepted"), "review": cards("review")}
    assert shown(desk, "person=²&topic=x") == shown(desk)


@pytest.mark.slow
def test_cards_are_sorted_by_due_date_and_columns_have_a_limit(
    desk: Desk, checker: User, editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "MAX_SHOWN_CARDS", 3)
    plain, urgent, dated, draft = make_claim(), make_claim(), make_claim(), make_draft(make_claim(), checker)
    for claim, priority in ((plain, 1), (urgent, 3), (dated, 0)):
        assignments.assign_work(claim, checker, by=editor, priority=priority)
    Assignment.objects.filter(claim=dated).update(due_on="2026-01-01")
    desk.sign_in(checker)
    page = desk.client.get(reverse(BOARD))
    (column,) = [column for column in page.context["columns"] if column["name"] == "work"]
    assert [card["pk"] for card in column["cards"]] == [dated.pk, urgent.pk, plain.pk]
    assert column["is_more"]
    assert draft.pk
    for column in page.context["columns"]:
        assert desk.client.get(column["more"]).status_code == 200, column["name"]


@pytest.mark.slow
@pytest.mark.parametrize("rounds", [1, 3])
def test_it_costs_the_same_however_much_there_is(
    rounds: int,
    desk: Desk,
    checker: User,
    editor: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _number in range(rounds):
        make_claim(state="proposed")
        make_claim()
        assignments.assign_to_self(make_claim(), by=checker)
        assignments.assign_to_self(make_draft(make_claim(), checker), by=checker)
        workflow.move(make_draft(make_claim(), checker), "submit", by=checker)
        bring_out(make_draft(make_claim(), checker), checker, editor)
    desk.sign_in(editor)
    with django_assert_num_queries(22):
        page = desk.client.get(reverse(BOARD))
    assert len(page.content) < 120_000


@pytest.mark.slow
def test_a_card_is_moved_as_by_the_button_of_its_page(
    desk: Desk, everything: dict[str, Any], checker: User, editor: User
) -> None:
    desk.sign_in(editor)
    answer = move(desk, everything["proposed"], "accept", note="Budget.")
    assert said(answer) == ["Accepted for checking."]
    assert answer.redirect_chain[-1][0] == f"{reverse(BOARD)}#claim-{everything['proposed'].pk}"
    assert (everything["proposed"]._meta.model_name, everything["proposed"].pk) in shown(desk)["accepted"]
    assert said(move(desk, everything["accepted"], "take")) == ["Assigned to you."]
    assert said(move(desk, everything["accepted"], "release", seen=0)) == ["No longer assigned to anyone."]
    # A move that needs a note is refused without one, and an impossible move gives the reason.
    assert said(move(desk, everything["review"], "request_changes")) == ["A note is needed: Changes needed."]
    assert said(move(desk, everything["draft"], "publish")) == [
        "“publish” is not possible in the state “Draft”."
    ]
    # Who was faster.
    (refusal,) = said(move(desk, everything["better"], "decline", note="No.", seen=999))
    assert refusal.startswith("Another user has already changed the state.")
    # Publishing asks once more, and shows what readers will see.
    question = move(desk, everything["ready"], "publish")
    assert question.redirect_chain == []
    everything["ready"].refresh_from_db()
    assert everything["ready"].state == "in_review"
    desk.sign_in(checker)
    assert said(move(desk, everything["review"], "sign_off")) == [
        "You wrote, edited or submitted this verdict, so another person must review it."
    ]


def test_the_choice_is_kept_and_others_may_not(
    desk: Desk, everything: dict[str, Any], contributor: User, checker: User
) -> None:
    desk.sign_in(checker)
    address = reverse("admin:teamwork_assignment_board_move") + "?mine=1&person=x&next=//evil.example"
    answer = desk.client.post(
        address, {"subject": "claim", "pk": everything["accepted"].pk, "action": "take", "last_move": 0}
    )
    assert answer["Location"] == f"{reverse(BOARD)}?mine=1#claim-{everything['accepted'].pk}"
    assert desk.client.get(address).status_code == 302
    for kind, key in (("source", 1), ("claim", "x"), ("claim", 10**12), ("", "")):
        sent = {"subject": kind, "pk": key, "action": "take", "last_move": 0}
        assert desk.client.post(address, sent).status_code == 404, kind
    desk.sign_in(contributor)
    own = make_claim(state="proposed", created_by=contributor)
    assert move(desk, own, "accept").status_code == 403
    assert desk.client.get(reverse(BOARD)).status_code == 403


def test_a_card_offers_the_actions_of_the_role(checker: User, editor: User) -> None:
    def offered(person: User) -> dict[str, list[str]]:
        return {
            state: [move["action"] for move in found] for state, found in board.list_moves(person).items()
        }

    fresh = User.objects.get(pk=checker.pk)
    assert offered(fresh) == {
        "claim-proposed": ["take", "accept", "decline"],
        "claim-proposed-held": ["release", "accept", "decline"],
        "claim-accepted": ["take", "decline", "reconsider"],
        "claim-accepted-held": ["release", "decline", "reconsider"],
        "verdict-draft": ["submit"],
        "verdict-in_review": ["sign_off", "request_changes", "withdraw"],
        "verdict-published": [],
    }
    assert offered(User.objects.get(pk=editor.pk))["verdict-in_review"] == [
        "sign_off", "request_changes", "withdraw", "publish",
    ]  # fmt: skip

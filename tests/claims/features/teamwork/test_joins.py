"""What teamwork adds to the core is there while it is on, and gone while it is off."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models import OuterRef
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from claims.admin.timeline import list_kinds
from claims.admin.triage_decisions import list_steps
from claims.features.teamwork import assignments, comments, followers
from claims.features.teamwork.models import Assignment, Comment, Notification
from claims.imports.storing import undo
from claims.models import Claim
from claims.newsroom import notifications, signals
from claims.review import claim_edits, workflow
from factcheck import features
from tests.helpers.imported_reviews import bring, review
from tests.helpers.newsroom import make_claim

pytestmark = pytest.mark.django_db

SECTIONS = ("desk", "work", "records", "administration", "account")


def joined(person: User) -> dict[str, list[str]]:
    """The additions of installed features to the parts of the desk that teamwork extends."""
    return {
        "menu": [str(entry["title"]) for name in SECTIONS for entry in features.list_menu_entries(name)],
        "cards": [
            card.name
            for list_cards in features.load_declared("dashboard_cards")
            for card in list_cards(person)
        ],
        "steps": list(list_steps()),
        "timeline": [kind.name for kind in list_kinds()][4:],
        "obstacles": [
            rows.model._meta.label
            for list_obstacles in features.load_declared("undo_obstacles")
            for rows, _words in list_obstacles(OuterRef("pk"))
        ],
    }


def test_the_desk_is_complete_with_it_and_without(settings: Settings, editor: User) -> None:
    settings.FEATURES = ["teamwork"]
    assert joined(editor) == {
        "menu": [
            *("Board", "Calendar", "Work", "Assignment rules", "Comments", "Chat channels"),
            "Notification settings",
        ],
        "cards": ["work"],
        "steps": ["assign"],
        "timeline": ["comments"],
        "obstacles": ["teamwork.Assignment", "teamwork.Comment"],
    }
    settings.FEATURES = []
    assert joined(editor) == {"menu": [], "cards": [], "steps": [], "timeline": [], "obstacles": []}


def test_lists_and_pages_are_those_of_the_core_without_it(
    settings: Settings, client: Client, editor: User
) -> None:
    claim = make_claim()
    client.force_login(editor)
    shown: list[dict[str, Any]] = []
    for enabled in (["teamwork"], []):
        settings.FEATURES = enabled
        changelist = client.get(reverse("admin:claims_claim_changelist")).context["cl"]
        page = client.get(reverse("admin:claims_claim_change", args=[claim.pk])).context
        shown.append(
            {
                "columns": "assignee_badge" in changelist.list_display,
                "filters": len(changelist.filter_specs),
                "actions": "assign_selected"
                in dict(changelist.model_admin.get_action_choices(page["request"])),
                "panels": [*page.get("panels_first", []), *page.get("panels_last", [])],
            }
        )
    with_it, without = shown
    assert with_it["filters"] == without["filters"] + 3
    assert (with_it["columns"], with_it["actions"]) == (True, True)
    assert with_it["panels"] == ["admin/desk/assignment.html", "admin/desk/comments.html"]
    assert without == {"columns": False, "filters": without["filters"], "actions": False, "panels": []}


def test_an_unknown_step_of_triage_is_not_carried_out(
    settings: Settings, client: Client, editor: User, checker: User
) -> None:
    claim = make_claim(state="proposed")
    client.force_login(editor)
    settings.FEATURES = []
    page = reverse("admin:claims_claim_triage_decide", args=[claim.pk, "assign"])
    assert client.post(page, {"seen": "0", "person": checker.pk}).status_code == 404
    assert not Assignment.objects.exists()


def test_the_core_works_without_receivers_of_its_signals(
    monkeypatch: pytest.MonkeyPatch, checker: User, editor: User
) -> None:
    for signal in (signals.moved, signals.claims_added, signals.import_finished, signals.notified):
        monkeypatch.setattr(signal, "receivers", [])
        signal.sender_receivers_cache.clear()
    claim = claim_edits.create(by=checker, statement="Trams are free.", language="en")
    workflow.move(claim, "accept", by=editor, note="It decides the budget.")
    notifications.notify_people("merged", claim=claim, to=[checker], by=editor)
    assert not Notification.objects.exists()


def test_a_claim_with_comments_is_not_deleted_even_while_the_feature_is_off(
    settings: Settings, checker: User, editor: User
) -> None:
    claim, other = make_claim(state="proposed"), make_claim(state="proposed")
    Comment.objects.create(claim=claim, author=checker, author_name="Chris", text="Who says so?")
    settings.FEATURES = []
    assert (claim_edits.is_referenced(claim), claim_edits.is_referenced(other)) == (True, False)
    claim_edits.delete(other, by=editor)
    assert list(Claim.objects.all()) == [claim]


def test_followers_are_notified_too(checker: User, colleague: User, editor: User) -> None:
    claim = make_claim()
    followers.follow(claim, colleague)
    notifications.notify_people("merged", claim=claim, to=[checker], by=editor)
    assert list(Notification.objects.values_list("person__username", flat=True)) == ["chris"]
    notifications.notify_people("unmerged", claim=claim, to=[checker], with_followers=True, by=editor)
    told = Notification.objects.filter(kind="unmerged").order_by("person__username")
    assert list(told.values_list("person__username", flat=True)) == ["chris", "kim"]


def test_comments_and_assignments_prevent_undoing_an_import(checker: User) -> None:
    run = bring(review(), review(statement="The tunnel below the harbour is closed.", review_url=None))
    first, second = Claim.objects.order_by("pk")
    comments.add_comment(first, "Is this the eastern bridge?", by=checker)
    assignments.assign_to_self(second, by=checker)
    assert undo.find_obstacles(run) == [
        "1 of the imported claims has been assigned.",
        "1 of the imported claims has been commented on.",
    ]

"""The demonstration data once it is loaded: everything in every state, as the file says."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import override_settings
from django.utils import timezone
from django.utils.timezone import localtime

from claims.features.archiving.models import ArchivedFile, ArchivingRequest
from claims.features.teamwork.models import Assignment, ChatChannel, Comment, Notification
from claims.features.webhooks.models import WebhookEndpoint
from claims.management.demo.demo_newsroom import load, load_demo_content
from claims.models import (
    Appearance,
    Claim,
    Evidence,
    PossibleDuplicate,
    Publication,
    Rating,
    Repeat,
    ScheduledPublication,
    SignOff,
    Transition,
    Verdict,
)
from sources.models import MediaObject
from tests.helpers.shared_newsroom import shared_rows

__all__ = ["shared_rows"]  # a fixture

pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.usefixtures("loaded")]

DEMO: dict[str, Any] = load_demo_content()
#: Others' fact checks, which the demo imports, are of claims that others made.
CLAIMANTS = [row["name"] for row in DEMO["claimants"]]


@pytest.fixture(scope="module")
def loaded(shared_rows: None, tmp_path_factory: pytest.TempPathFactory) -> None:
    with override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("archive")):
        assert load()


def claim_of(key: str) -> Claim:
    statement = next(row["statement"] for row in DEMO["claims"] if row["key"] == key)
    return Claim.objects.get(statement=statement, claimant__name__in=CLAIMANTS)


def test_each_role_has_one_user_who_cannot_sign_in_yet() -> None:
    users = User.objects.order_by("pk")
    assert [
        (user.username, user.get_full_name(), user.email, user.is_staff, user.is_superuser) for user in users
    ] == [
        ("contributor", "Mika Laine", "", True, False),
        ("checker", "Jo Brandt", "", True, False),
        ("editor", "Sam Okafor", "", True, False),
        ("admin", "Robin Ferrer", "", True, False),
    ]
    assert [list(user.groups.values_list("name", flat=True)) for user in users] == [
        ["Contributor"],
        ["Fact-checker"],
        ["Editor"],
        ["Administrator"],
    ]
    assert not any(user.has_usable_password() for user in users)


def test_every_claim_and_verdict_is_in_the_state_that_the_file_says() -> None:
    for row in DEMO["claims"]:
        claim = claim_of(row["key"])
        verdicts = claim.verdicts.order_by("version")
        assert claim.state == row["state"]
        assert (claim.claimant is not None, claim.created_by is not None) == (True, True)
        assert claim.created_by.username == row["created_by"]  # type: ignore[union-attr]  # as asserted above
        assert set(claim.topics.values_list("slug", flat=True)) == set(row["topics"])
        assert claim.reason == row["reason"] or claim.reason in {step["note"] for step in row["triage"]}
        assert [(v.state, v.rating.code, v.summary) for v in verdicts] == [  # type: ignore[union-attr]  # all are rated
            (v["state"], v["rating"], v["summary"]) for v in row["verdicts"]
        ]
        for verdict, written in zip(verdicts, row["verdicts"], strict=True):
            assert verdict.author is not None
            assert verdict.author.username == written["author"]
            assert [(e.stance, e.note, e.exact) for e in verdict.evidence.all()] == [
                (e["stance"], e["note"], e.get("exact", "")) for e in written["evidence"]
            ]
    assert set(Claim.objects.values_list("state", flat=True)) == set(Claim.State.values)
    assert set(Verdict.objects.values_list("state", flat=True)) == set(Verdict.State.values)
    assert claim_of("fourth-meeting-again").merged_into == claim_of("fourth-meeting")


def test_every_quote_is_in_its_snapshot() -> None:
    stated = {row["statement"] for row in DEMO["claims"]}
    written = Appearance.objects.filter(claim__statement__in=stated)
    assert written.count() == sum(len(row["appearances"]) for row in DEMO["claims"])
    for appearance in Appearance.objects.select_related("snapshot"):
        snapshot = appearance.snapshot
        assert snapshot is not None
        assert snapshot.text[appearance.start : appearance.end] == appearance.exact
        assert snapshot.text[: appearance.start].endswith(appearance.prefix)
        assert snapshot.text[appearance.end :].startswith(appearance.suffix)


def test_a_corrected_brief_leaves_two_quotes_without_their_place() -> None:
    lost = Appearance.objects.filter(anchor="orphaned").order_by("pk")
    assert [row.claim for row in lost] == [claim_of("first-visit"), claim_of("closed-since-2016")]
    assert [row.snapshot.number for row in lost] == [1, 1]  # type: ignore[union-attr]  # each has one
    held = Appearance.objects.filter(source__title__startswith="Hanoi", anchor="anchored")
    assert set(held.values_list("snapshot__number", flat=True)) == {2}


def test_the_second_brief_was_read_for_more_to_check() -> None:
    stated = [row["statement"] for row in DEMO["claims"]]
    read = Claim.objects.exclude(statement__in=stated).filter(appearances__snapshot__isnull=False)
    assert read.count() >= 6
    assert set(read.values_list("state", "created_by__username")) == {("proposed", "contributor")}
    assert set(read.values_list("appearances__source__title", flat=True)) == {
        "Hanoi: two leaders, one hotel and no agreement"
    }


def test_publications_are_those_of_the_file() -> None:
    live = {row["statement"] for row in DEMO["claims"] for v in row["verdicts"] if v["state"] == "published"}
    current = list(Publication.objects.current().by_newsroom())
    assert {publication.document["statement"] for publication in current} == live
    kinds = Counter(
        Publication.objects.filter(claim__claimant__name__in=CLAIMANTS).values_list("kind", flat=True)
    )
    versions = [v for row in DEMO["claims"] for v in row["verdicts"]]
    published = [v for v in versions if any(step["action"] == "publish" for step in v["history"])]
    translated = [t for t in DEMO["translations"] if t["history"][-1]["action"] == "publish"]
    assert kinds == Counter(v["correction_kind"] or "publication" for v in published) + Counter(
        "retraction" for v in versions if v["state"] == "retracted"
    ) + Counter({"translation": len(translated)})


def test_claims_checked_by_others_wait_for_a_decision() -> None:
    imported = Publication.objects.current().exclude(pk__in=Publication.objects.current().by_newsroom())
    assert {publication.document["statement"] for publication in imported} == {
        "Kim Jong Un flew to Hanoi for the summit of February 2019.",
        "North and South Korea both signed the armistice of 27 July 1953.",
        "Yongbyon is the only place where North Korea enriches uranium.",
    }
    unmapped = Rating.objects.filter(rating_class="").order_by("label").values_list("label", flat=True)
    assert list(unmapped) == ["Half the story", "Not so"]
    pair = PossibleDuplicate.objects.open().get()
    assert pair.claim.statement == pair.earlier.statement == claim_of("signatories").statement


def test_no_page_for_incoming_items_is_empty() -> None:
    pictures = MediaObject.objects.order_by("pk").values_list("filename", "show_to_readers")
    assert list(pictures) == [("night-train.jpg", True), ("waiting-list.png", True)]
    # One of the claims was checked by another newsroom as well, in the same words.
    repeats = Repeat.objects.open().values_list("origin", "claim__statement")
    assert set(repeats) == {
        ("article", claim_of("signatories").statement),
        ("article", claim_of("kumgang").statement),
        ("reader", claim_of("first-visit").statement),
    }


def test_each_list_of_the_desk_shows_something() -> None:
    admin.autodiscover()
    rows: Any = {model: model._default_manager for model in admin.site._registry}
    # Sign-ins and the worker fill some; nothing is sent, and nothing had to be removed.
    assert {model._meta.label for model, manager in rows.items() if not manager.exists()} == {
        "claims.DeskSession",
        "claims.EmbeddingModel",
        "claims.Removal",
        "mfa.Authenticator",
        "socialaccount.SocialAccount",
        "webhooks.WebhookDelivery",
    }


def test_copies_are_kept_and_nothing_is_requested() -> None:
    assert [file.name for file in ArchivedFile.objects.order_by("pk")] == [
        "beijing-2019.txt",
        "hanoi-2019.txt",
    ]
    assert not ArchivingRequest.objects.exists()
    assert not WebhookEndpoint.objects.filter(active=True).exists()
    assert not ChatChannel.objects.filter(active=True).exists()


def test_work_is_assigned_and_one_item_is_overdue() -> None:
    today = timezone.localdate()
    held = Assignment.objects.held().order_by("due_on")
    rows = held.values_list("claim__statement", "person__username", "due_on", "verdict_id")
    assert [(statement, person, due, verdict is None) for statement, person, due, verdict in rows] == [
        (claim_of(key).statement, username, today + timedelta(days=days), of_claim)
        for key, username, days, of_claim in (
            ("sixty-hours", "checker", -2, True),
            ("glaser-pattern", "editor", 0, False),
            ("closed-since-2016", "editor", 1, False),
            ("second-summit", "checker", 5, True),
        )
    ]


def test_people_talk_about_it_and_are_notified_of_that_alone() -> None:
    written = [reply for row in DEMO["comments"] for reply in (row, *row["replies"])]
    assert [comment.text for comment in Comment.objects.order_by("pk")] == [row["text"] for row in written]
    unread = Notification.objects.unread()
    assert set(unread.values_list("kind", flat=True)) <= {
        "assigned",
        "mentioned",
        "replied",
        "commented",
        "imported",
        "complained",
        "link_lost",
    }
    assert unread.filter(person__username="contributor", kind="mentioned").count() == 1


def test_something_is_to_be_published_tomorrow() -> None:
    scheduled = ScheduledPublication.objects.open().get()
    assert scheduled.verdict.claim == claim_of("no-paper")
    assert localtime(scheduled.publish_at).date() == timezone.localdate() + timedelta(days=1)


def test_corrected_verdict_shows_each_version_and_its_public_note() -> None:
    row = next(row for row in DEMO["claims"] if row["key"] == "reunions")
    ledger = list(claim_of("reunions").publications.order_by("version"))
    assert [(entry.version, entry.kind, entry.note) for entry in ledger] == [
        (number, verdict["correction_kind"] or "publication", verdict["correction_note"])
        for number, verdict in enumerate(row["verdicts"], 1)
    ]
    assert [entry.document["verdicts"][0]["summary"] for entry in ledger] == [
        v["summary"] for v in row["verdicts"]
    ]
    assert [correction["note"] for correction in ledger[-1].document["corrections"]] == [
        verdict["correction_note"] for verdict in reversed(row["verdicts"][1:])
    ]
    assert [entry.superseded_at for entry in ledger] == [ledger[1].published_at, ledger[2].published_at, None]


def test_everything_was_done_by_people_in_their_roles() -> None:
    by_hand = Counter(
        (step["action"], step["by"])
        for row in DEMO["claims"]
        for step in [*row["triage"], *(step for v in row["verdicts"] for step in v["history"])]
    )
    logged = Counter(Transition.objects.exclude(action="supersede").values_list("action", "actor__username"))
    assert logged == by_hand
    assert not SignOff.objects.filter(by=User.objects.get(username="contributor")).exists()
    assert Evidence.objects.filter(source__snapshots__isnull=False).count() == 0

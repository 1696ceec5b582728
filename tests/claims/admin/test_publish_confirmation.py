"""A public change is confirmed after a person has seen both versions side by side."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from claims.admin.move_buttons import get_last_move
from claims.models import Claim, Publication, Topic, Verdict
from claims.review import workflow
from tests.helpers.desk import Desk, said
from tests.helpers.newsroom import make_claim, make_draft
from tests.helpers.sweeps import sweep


@pytest.fixture
def desk(client: Client) -> Desk:
    return Desk(client)


@pytest.fixture
def ready(checker: User, colleague: User) -> Verdict:
    """Signed off by someone other than the editor."""
    verdict = workflow.move(make_draft(make_claim("Trams are free."), checker), "submit", by=checker)
    return workflow.move(verdict, "sign_off", by=colleague)


def press(desk: Desk, row: Claim | Verdict, action: str, **asked: Any) -> Any:
    """Press a button once; the answer."""
    address = reverse(f"admin:claims_{row._meta.model_name}_move", args=[row.pk, action])
    return desk.client.post(address, {"last_move": get_last_move(row)} | asked, follow=True)


def parts(answer: Any, number: int = 0) -> dict[str, tuple[str, str, str]]:
    return {
        part.name: (str(part.before), str(part.after), part.change_word)
        for part in answer.context["changes"][number].parts
    }


def test_publishing_shows_what_readers_will_see_before_it_is_done(
    desk: Desk, editor: User, ready: Verdict
) -> None:
    page = press(desk.sign_in(editor), ready, "publish")
    assert Publication.objects.count() == 0
    shown = parts(page)
    assert shown["Statement"] == ("", "<ins>Trams are free.</ins>", "new")
    assert shown["Rating"] == ("", "<ins>False</ins>", "new")
    assert "Not visible to readers yet." in page.content.decode()
    done = press(desk, ready, "publish", confirmed=page.context["question"].fingerprint)
    [messages] = said(done)
    assert messages.startswith("Published. ")
    assert Publication.objects.count() == 1


def test_a_new_version_is_held_against_the_old_one_word_by_word(
    desk: Desk, checker: User, editor: User, colleague: User, publish: Callable[..., Claim]
) -> None:
    claim = publish(make_claim("Trams are free."))
    draft = make_draft(
        claim,
        checker,
        summary="The accounts show another sum.",
        correction_kind="correction",
        correction_note="We misread the accounts.",
    )
    verdict = workflow.move(draft, "submit", by=checker)
    workflow.move(verdict, "sign_off", by=colleague)
    page = press(desk.sign_in(editor), verdict, "publish")
    assert parts(page) == {
        "Summary": (
            "The accounts show <del>a different</del> sum.",
            "The accounts show <ins>another</ins> sum.",
            "changed",
        ),
        "Corrections": ("", "<ins>Correction: We misread the accounts.</ins>", "new"),
    }
    frames = page.content.decode().count("srcdoc=")
    assert frames == 2
    assert "&lt;script" not in page.content.decode()


# Moments are those of transactions.
@pytest.mark.django_db(transaction=True)
def test_changes_since_the_preview_are_refused_and_named(
    desk: Desk, editor: User, checker: User, ready: Verdict, topic: Topic
) -> None:
    page = press(desk.sign_in(editor), ready, "publish")
    seen = {"confirmed": page.context["question"].fingerprint, "looked_at": page.context["looked_at"]}
    desk.sign_in(checker).save(ready.claim, topics=[str(topic.pk)])
    again = press(desk.sign_in(editor), ready, "publish", **seen)
    told = (
        "Nothing was changed: since you opened the page, Chris has changed what readers would see. "
        "Check the page again."
    )
    assert told in again.content.decode()
    assert parts(again)["Topics"] == ("", "<ins>Transport</ins>", "new")
    assert Publication.objects.count() == 0
    press(desk, ready, "publish", confirmed=again.context["question"].fingerprint)
    assert Publication.objects.count() == 1


@sweep("looked_at", ["", "x", "2026-01-01", "9" * 50, "0001-01-01T00:00:00"], undone=True)
def test_an_invalid_preview_fingerprint_is_refused(
    looked_at: str, desk: Desk, editor: User, ready: Verdict
) -> None:
    page = press(desk.sign_in(editor), ready, "publish", confirmed="x", looked_at=looked_at)
    assert "Nothing was changed: since you opened the page, another user has changed" in page.content.decode()


def test_a_confirmation_is_good_for_one_click(desk: Desk, editor: User, ready: Verdict) -> None:
    page = press(desk.sign_in(editor), ready, "publish")
    asked = {"confirmed": page.context["question"].fingerprint, "last_move": get_last_move(ready)}
    press(desk, ready, "publish", **asked)
    assert said(press(desk, ready, "publish", **asked)) == [
        "Edith had already taken this step. Nothing was changed."
    ]
    assert Publication.objects.count() == 1


@sweep("confirmed", ["", "x", "0" * 32], undone=True)
def test_a_made_up_confirmation_confirms_nothing(
    confirmed: str, desk: Desk, editor: User, ready: Verdict
) -> None:
    assert press(desk.sign_in(editor), ready, "publish", confirmed=confirmed).context["changes"]
    assert Publication.objects.count() == 0


@pytest.mark.parametrize("role", ["checker", "colleague"])
def test_people_who_may_not_publish_see_no_confirmation(
    role: str, desk: Desk, ready: Verdict, request: pytest.FixtureRequest
) -> None:
    answer = press(desk.sign_in(request.getfixturevalue(role)), ready, "publish")
    assert answer.status_code == 403
    assert Publication.objects.count() == 0


def test_a_retraction_shows_the_note_that_readers_find(
    desk: Desk, editor: User, publish: Callable[..., Claim]
) -> None:
    verdict = publish(make_claim("Trams are free.")).verdicts.get()
    page = press(desk.sign_in(editor), verdict, "retract", note="We were wrong.")
    shown = parts(page)
    assert shown["Public note"] == ("", "<ins>We were wrong.</ins>", "new")
    assert shown["Statement"] == ("<del>Trams are free.</del>", "", "removed")
    assert said(press(desk, verdict, "retract", note=" ")) == [
        "A note is needed: Public note on the retraction."
    ]
    other = press(desk, verdict, "retract", note="Another.", confirmed=page.context["question"].fingerprint)
    assert "Nothing was changed" in other.content.decode()  # no one has seen this text
    verdict.refresh_from_db()
    assert verdict.state == "published"


def test_republishing_shows_topics(
    desk: Desk, editor: User, publish: Callable[..., Claim], topic: Topic
) -> None:
    claim = publish()
    claim.topics.add(topic)
    page = press(desk.sign_in(editor), claim, "republish", note="Filed.", kind="clarification")
    assert parts(page) == {
        "Topics": ("", "<ins>Transport</ins>", "new"),
        "Corrections": ("", "<ins>Clarification: Filed.</ins>", "new"),
    }


def test_merging_public_claims_shows_both(desk: Desk, editor: User, publish: Callable[..., Claim]) -> None:
    claim, target = publish(make_claim("Trams are free.")), publish(make_claim("The trams cost nothing."))
    asked = {"into": str(target.pk), "note": "The same."}
    page = press(desk.sign_in(editor), claim, "merge", **asked)
    assert [change.claim for change in page.context["changes"]] == [claim, target]
    assert parts(page)["Status"] == (
        "<del>Published</del>",
        f"<ins>Redirects to claim {target.pk}</ins>",
        "changed",
    )
    assert parts(page, 1)["Claims merged into this one"] == ("", f"<ins>{claim.pk}</ins>", "new")
    claim.refresh_from_db()
    assert claim.state == "accepted"
    press(desk, claim, "merge", **asked, confirmed=page.context["question"].fingerprint)
    claim.refresh_from_db()
    assert claim.merged_into == target


def test_merging_unpublished_claims_needs_no_confirmation(
    desk: Desk, editor: User, publish: Callable[..., Claim]
) -> None:
    claim, target = make_claim(), publish()
    press(desk.sign_in(editor), claim, "merge", into=str(target.pk), note="The same.")
    claim.refresh_from_db()
    assert claim.merged_into == target

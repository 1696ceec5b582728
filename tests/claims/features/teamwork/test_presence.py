"""Two people on one page see each other, and what the other saved; presence is hidden on pages they may not read."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse

from claims.admin.claim import ClaimAdmin
from claims.features.teamwork.models import Presence
from claims.features.teamwork.tasks import delete_outdated_presence
from claims.models import Claim
from factcheck.admin.versions import compute_version
from tests.helpers.broken_rules import refused
from tests.helpers.desk import Desk
from tests.helpers.newsroom import make_appearance, make_claim, make_source

pytestmark = pytest.mark.django_db


def page_of(claim: Claim) -> str:
    return reverse("admin:claims_claim_change", args=[claim.pk])


def asked(by: User, page: Any, **more: Any) -> Any:
    client = Client()
    client.force_login(by)
    return client.post(
        reverse("desk-presence"), {"person": by.pk, "page": page} | more, content_type="application/json"
    )


def poll_presence(by: User, page: str, **more: Any) -> tuple[list[str], str]:
    answer = asked(by, page, **more).json()
    # The times are those of this run.
    return [line.rpartition(" (since ")[0] for line in answer["others"]], answer["changed"]


@pytest.fixture
def claim() -> Claim:
    return make_claim()


def pass_seconds(seconds: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE teamwork_presence SET seen_at = seen_at - make_interval(secs => %s)", [seconds]
        )


def test_viewers_and_editors(claim: Claim, checker: User, editor: User, colleague: User) -> None:
    page = page_of(claim)
    assert poll_presence(checker, page) == ([], "")
    assert poll_presence(editor, page) == (["Chris is viewing this"], "")
    poll_presence(checker, page, writing=True)
    assert poll_presence(colleague, page)[0] == ["Chris is editing this", "Edith is viewing this"]
    assert poll_presence(checker, page)[0] == ["Edith is viewing this", "Kim is viewing this"]
    # There is no one on other pages.
    assert poll_presence(editor, page_of(make_claim("Trams are free."))) == ([], "")


def test_people_who_left_or_stopped_polling_are_removed(claim: Claim, checker: User, editor: User) -> None:
    page = page_of(claim)
    poll_presence(checker, page)
    pass_seconds(40)
    assert poll_presence(editor, page)[0] == ["Chris is viewing this"]
    pass_seconds(6)
    assert poll_presence(editor, page)[0] == []
    poll_presence(checker, page)
    asked(checker, page, leaves=True)
    assert poll_presence(editor, page)[0] == []
    pass_seconds(3601)
    delete_outdated_presence(0)
    assert not Presence.objects.exists()


def test_since_when_begins_again_after_an_absence(claim: Claim, checker: User) -> None:
    page = page_of(claim)
    poll_presence(checker, page, writing=True)
    first = Presence.objects.get()
    poll_presence(checker, page, writing=True)
    again = Presence.objects.get()
    assert (again.since, again.writing_since) == (first.since, first.writing_since)
    pass_seconds(60)
    poll_presence(checker, page, writing=True)
    later = Presence.objects.get()
    assert later.since > first.since
    assert later.writing_since == later.since


@pytest.mark.slow
def test_other_peoples_saves_are_reported(claim: Claim, checker: User, editor: User, desk: Desk) -> None:
    seen = compute_version(Claim.objects.get(), ClaimAdmin.versioned_relations)
    page = page_of(claim)
    assert poll_presence(editor, page, version=seen, open_for=60)[1] == ""
    desk.sign_in(checker).save(claim, context="Opened in 2024.")
    saved = poll_presence(editor, page, version=seen, open_for=60)[1]
    assert re.sub(r" at \d\d:\d\d", "", saved) == "Chris changed this: context."
    seen = compute_version(Claim.objects.get(), ClaimAdmin.versioned_relations)
    make_appearance(claim, make_source("Ferries ran late."), "Ferries ran late")
    assert poll_presence(editor, page, version=seen, open_for=0)[1] != ""


def test_presence_is_hidden_on_unreadable_pages(claim: Claim, checker: User, contributor: User) -> None:
    own = make_claim("Trams are free.", state="proposed", created_by=contributor)
    poll_presence(checker, page_of(claim), writing=True)
    poll_presence(checker, page_of(own), writing=True)
    assert asked(contributor, page_of(claim)).status_code == 404
    assert not Presence.objects.filter(person=contributor).exists()
    assert poll_presence(contributor, page_of(own))[0] == ["Chris is editing this"]


@pytest.mark.parametrize(
    ("page", "status"),
    [
        ("/admin/claims/claim/", 404),
        ("/admin/", 404),
        ("/admin/nothing/7/", 404),
        ("/admin/claims/claim/x/change/", 404),
        ("/admin/claims/claim/99999999999999999999/change/", 404),
        ("/claims/7/", 404),
        ("//[", 404),
        ("\0", 400),
        ("/" * 501, 400),
        (7, 400),
        (None, 400),
    ],
)
def test_garbage_is_no_page(checker: User, page: Any, status: int) -> None:
    assert asked(checker, page).status_code == status
    assert not Presence.objects.exists()


def test_it_needs_a_session(claim: Claim, checker: User, editor: User, client: Client) -> None:
    page = page_of(claim)
    assert client.post(reverse("desk-presence")).status_code == 401
    assert asked(checker, page, person=editor.pk).status_code == 409
    client.force_login(User.objects.create(username="reader"))
    assert client.post(reverse("desk-presence")).status_code == 401
    assert client.get(reverse("desk-presence")).status_code == 405
    assert not Presence.objects.exists()


def test_a_poll_costs_the_same_for_any_number_of_people(
    claim: Claim, checker: User, editor: User, colleague: User, django_assert_num_queries: Any
) -> None:
    page, seen = page_of(claim), compute_version(Claim.objects.get(), ClaimAdmin.versioned_relations)
    poll_presence(editor, page)
    for _round in range(2):
        client = Client()
        client.force_login(checker)
        body = {"person": checker.pk, "page": page, "version": seen}
        # The session, the person, permissions (2), the row, the people present; other rows edited on its page (5).
        with django_assert_num_queries(11):
            client.post(reverse("desk-presence"), body, content_type="application/json")
        poll_presence(colleague, page)


def test_presence_is_at_the_desk_and_once_per_page(checker: User) -> None:
    row = f"({checker.pk}, '{{}}', now(), now())"
    insert = "INSERT INTO teamwork_presence (person_id, page, since, seen_at) VALUES "
    refused(insert + row.format("/claims/7/"), match="presence_is_at_the_desk")
    refused(insert + f"{row.format('/admin/')}, {row.format('/admin/')}", match="presence_once_per_page")

"""Requests for correction to other publications: their steps, the desk, the feed and the table."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from claims.features.corrections import requests
from claims.features.corrections.models import Rectification
from claims.models import Claim
from claims.newsroom.refusals import NotAllowed, NotPossible
from tests.helpers.broken_rules import refused
from tests.helpers.newsroom import make_claim

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 1)
FEED, TABLE = "/feeds/correction-requests.atom", "/feeds/correction-requests.csv"


def make_request(claim: Claim, number: int = 1, **more: Any) -> Rectification:
    made = Rectification.objects.create(
        claim=claim, outlet="The Herald", url=f"https://herald.example/{number}", asked_on=DAY, **more
    )
    made.refresh_from_db()
    return made


def test_each_step_is_recorded(publish: Any, checker: User, editor: User) -> None:
    request = make_request(publish())
    with pytest.raises(NotAllowed):
        requests.add_step(request, "reminded", day=DAY, note="", by=checker)
    with pytest.raises(NotPossible, match="Describe the answer or correction"):
        requests.add_step(request, "corrected", day=DAY, note=" ", by=editor)
    requests.add_step(request, "reminded", day=DAY + timedelta(days=7), note="", by=editor)
    with pytest.raises(NotPossible, match="cannot be earlier than the previous one"):
        requests.add_step(request, "answered", day=DAY, note="No.", by=editor)
    requests.add_step(request, "refused", day=DAY + timedelta(days=8), note="They stand by it.", by=editor)
    assert not Rectification.objects.waiting().exists()
    requests.add_step(request, "corrected", day=DAY + timedelta(days=9), note="The number.", by=editor)
    request.refresh_from_db()
    assert (request.state, request.last_step_on) == ("corrected", DAY + timedelta(days=9))
    with pytest.raises(NotPossible):
        requests.add_step(request, "refused", day=DAY + timedelta(days=10), note="Again.", by=editor)


def test_rules_hold_even_by_sql(publish: Any, editor: User) -> None:
    request = make_request(publish())
    columns = "request_id, kind, on_day, note, by_id, by_name"
    step = f"INSERT INTO corrections_rectificationstep ({columns}) VALUES (%s, %s, %s, %s, {editor.pk:d}, '')"
    cases: list[tuple[str, tuple[Any, ...], str]] = [
        (
            "UPDATE corrections_rectification SET state = 'corrected'",
            (),
            "rectification_state_is_of_its_steps",
        ),
        ("UPDATE corrections_rectification SET asked_on = '2020-01-01'", (), "rectification_stays"),
        ("UPDATE corrections_rectification SET url = 'javascript:x'", (), "rectification_address_is_one"),
        ("UPDATE corrections_rectification SET outlet = ' '", (), "rectification_names_a_publication"),
        ("DELETE FROM corrections_rectification", (), "rectification_is_kept"),
        (step, (request.pk, "asked", DAY, "x"), "rectificationstep_kind_is_known"),
        (step, (request.pk, "refused", DAY, ""), "rectificationstep_says_what_was_fixed"),
        (step, (request.pk, "reminded", DAY - timedelta(days=1), ""), "rectificationstep_goes_on"),
    ]
    for statement, values, rule in cases:
        refused(statement, *values, match=rule)
    requests.add_step(request, "corrected", day=DAY, note="The number.", by=editor)
    refused("UPDATE corrections_rectificationstep SET note = 'x'", match="rectificationstep_append_only")
    refused("DELETE FROM corrections_rectificationstep", match="rectificationstep_append_only")
    refused(step, request.pk, "reminded", DAY, "", match="rectificationstep_goes_on")


@pytest.mark.parametrize("count", [1, 3])
def test_readers_see_public_ones_only(
    publish: Any, editor: User, client: Client, count: int, django_assert_num_queries: Any
) -> None:
    claim = publish()
    for number in range(count):
        shown = make_request(claim, number, is_public=True)
        requests.add_step(shown, "corrected", day=DAY, note="=The number.", by=editor)
    make_request(claim, 99)
    make_request(make_claim(), 98, is_public=True)
    with django_assert_num_queries(2):
        feed = client.get(FEED).content.decode()
    with django_assert_num_queries(2):
        table = b"".join(client.get(TABLE)).decode().splitlines()
    assert feed.count("<entry>") == count
    assert "Corrected: The Herald" in feed
    assert [line.split(",")[4] for line in table[1:]] == [f"https://herald.example/{n}" for n in range(count)]
    assert table[1].endswith(",2026-03-01,'=The number.,,")
    assert not [words for words in ("/98", "/99") if words in feed]


def test_the_desk_records_the_outcome(publish: Any, checker: User, editor: User) -> None:
    claim = publish()
    people = {}
    for person in (checker, editor):
        people[person.username] = Client()
        people[person.username].force_login(person)
    add = reverse("admin:corrections_rectification_add")
    said = {
        "claim": claim.pk,
        "outlet": "The Herald",
        "url": "https://herald.example/1",
        "asked_on": "2026-03-01",
    }
    assert people[checker.username].get(add).status_code == 403
    desk = people[editor.username]
    assert "only for a published claim" in desk.post(add, said | {"claim": make_claim().pk}).content.decode()
    assert desk.post(add, said).status_code == 302
    request = Rectification.objects.get()
    page = reverse("admin:corrections_rectification_change", args=[request.pk])
    step = reverse("admin:corrections_rectification_step", args=[request.pk])
    assert step in desk.get(page).content.decode()
    assert step not in people[checker.username].get(page).content.decode()
    sent = {"kind": "corrected", "on_day": "2026-03-04", "note": "The number."}
    assert people[checker.username].post(step, sent).status_code == 403
    assert "Recorded." in desk.post(step, sent, follow=True).content.decode()
    assert "The number." in desk.get(page).content.decode()
    request.refresh_from_db()
    assert (request.state, request.created_by) == ("corrected", editor)

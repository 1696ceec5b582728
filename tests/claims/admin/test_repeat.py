"""Checked claims that were seen again, at the desk: the queue, the decisions and recurring claims."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from lxml import html

from claims.models import Claim, Repeat
from claims.review import repeats
from tests.helpers.desk import Desk, said
from tests.helpers.newsroom import make_claim, make_source
from tests.helpers.reader_pages import words

pytestmark = pytest.mark.django_db

LIST = reverse("admin:claims_repeat_changelist")
QUEUE = LIST + "?queue=repeats"
RETURNING = reverse("admin:claims_repeat_returning")
TEXT = "It rains. Trams are free. Really."


@pytest.fixture
def checked(publish: Callable[..., Claim]) -> Claim:
    return publish(make_claim("Trams cost nothing."))


def in_article(claim: Claim, **fields: Any) -> Repeat:
    source = make_source(TEXT, title="A speech")
    place = {"snapshot": source.snapshots.get(), "exact": "Trams are free.", "start": 10, "end": 25}
    found = {"origin": "article", "confidence": 0.9, "reasons": ["the same words"]}
    return Repeat.objects.create(claim=claim, source=source, **place, **found, **fields)


def of_reader(claim: Claim, **fields: Any) -> Repeat:
    return Repeat.objects.create(
        claim=claim, exact="Trams are free!", origin="reader", confidence=0.9, **fields
    )


def press(desk: Desk, repeat: Repeat, button: str) -> list[str]:
    return said(desk.client.post(reverse(f"admin:claims_repeat_{button}", args=[repeat.pk]), follow=True))


def shown(desk: Desk) -> list[Repeat]:
    return list(desk.client.get(QUEUE).context["cl"].result_list)


def test_the_words_are_shown_beside_the_claim(desk: Desk, checked: Claim) -> None:
    repeat = in_article(checked)
    for text in (desk.client.get(QUEUE).content.decode(), desk.text(repeat)):
        flat = " ".join(text.split())
        for part in (
            "It rains. <mark>Trams are free.</mark> Really.",
            "A speech",
            "Trams cost nothing.",
            ">False<",
        ):
            assert part in flat
        assert ">the same words<" in flat


def test_a_place_is_confirmed(desk: Desk, checked: Claim) -> None:
    repeat = in_article(checked)
    (message,) = press(desk, repeat, "confirm")
    assert "Added to the appearances of" in message
    assert checked.appearances.get().source == repeat.source
    assert shown(desk) == []
    assert "Confirmed, according to Edith" in desk.text(repeat)
    (message,) = press(desk, repeat, "confirm")
    assert "Edith has already decided this" in message


def test_something_else_is_noted(desk: Desk, checked: Claim) -> None:
    repeat = in_article(checked)
    assert press(desk, repeat, "reject") == ["Marked as not a repeat."]
    assert (shown(desk), checked.appearances.count()) == ([], 0)


def test_several_at_once(desk: Desk, checked: Claim) -> None:
    first, second, third = in_article(checked), in_article(checked), of_reader(checked)
    asked = {"action": "confirm_selected", "_selected_action": [first.pk, second.pk, third.pk]}
    messages = said(desk.client.post(QUEUE, asked, follow=True))
    assert [message[:25] for message in messages] == [
        "“Trams are free!” was not",
        "2 repeats confirmed.",
    ]
    asked = {"action": "reject_selected", "_selected_action": [third.pk]}
    assert said(desk.client.post(QUEUE, asked, follow=True)) == ["1 sentence marked as not a repeat."]
    assert shown(desk) == []


def test_an_editor_enters_the_place_of_a_readers_words(desk: Desk, checked: Claim) -> None:
    repeat, source = of_reader(checked), make_source("Trams are free!")
    desk.save(repeat, source=source.pk)
    repeat.refresh_from_db()
    assert repeat.source == source
    press(desk, repeat, "confirm")
    assert checked.appearances.get().exact == "Trams are free!"


def test_where_an_article_has_them_is_known(desk: Desk, checked: Claim) -> None:
    assert 'name="source"' not in desk.text(in_article(checked))


def test_fact_checkers_look(client: Client, checker: User, checked: Claim) -> None:
    desk = Desk(client).sign_in(checker)
    repeat = in_article(checked)
    assert shown(desk) == [repeat]
    for button in ("confirm", "reject"):
        address = reverse(f"admin:claims_repeat_{button}", args=[repeat.pk])
        assert desk.client.post(address).status_code == 403
    assert Repeat.objects.open().get() == repeat


def test_contributors_see_none(client: Client, contributor: User, checked: Claim) -> None:
    in_article(checked)
    client.force_login(contributor)
    assert client.get(LIST).status_code == 403
    assert client.get(RETURNING).status_code == 404


def returning(client: Client) -> list[list[str]]:
    document = html.document_fromstring(client.get(RETURNING).content.decode())
    return [
        [words(cell) for cell in row.cssselect("td")] for row in document.cssselect(".desk-table tbody tr")
    ]


def test_recurring_claims_show_where_how_often_and_since_when(
    desk: Desk, checked: Claim, publish: Callable[..., Claim], editor: User
) -> None:
    in_article(publish(code="true"))  # true claims may go around
    gone = in_article(publish(make_claim("Rain is dry."), code="misleading"))
    repeats.reject([gone], by=editor)
    in_article(checked)
    in_article(checked)
    of_reader(checked, times=3)
    [[claim, times, since, last, where]] = returning(desk.client)
    assert (claim, times, where) == ("Trams cost nothing.False", "5 times", "A speechA speech")
    assert since == last != ""


def test_it_costs_the_same_however_much_comes_back(desk: Desk, publish: Callable[..., Claim]) -> None:
    costs = []
    desk.client.get(RETURNING)
    for more in (1, 2):
        for _number in range(more):
            in_article(publish())
        with CaptureQueriesContext(connection) as queries:
            assert desk.client.get(RETURNING).status_code == 200
        costs.append(len(queries))
    # The session, the person, two for permissions, the repeats, the claims, their verdicts, ratings, and sources.
    assert costs == [9, 9]


def test_the_queue_costs_the_same_whatever_its_length(desk: Desk, publish: Callable[..., Claim]) -> None:
    costs = []
    desk.client.get(QUEUE)
    for more in (1, 2):
        for _number in range(more):
            in_article(publish())
        with CaptureQueriesContext(connection) as queries:
            assert desk.client.get(QUEUE).status_code == 200
        costs.append(len(queries))
    # The session, the person, two for permissions, how many there are, the rows, their verdicts and ratings, and the
    # views that are kept of the list.
    assert costs == [9, 9]

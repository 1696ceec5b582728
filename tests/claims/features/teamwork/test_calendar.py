"""The calendar: what each day of a month brings."""

from datetime import date
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from claims.features.teamwork import assignments
from claims.features.teamwork.models import Assignment
from tests.helpers.newsroom import make_claim, make_draft
from tests.helpers.reader_pages import bring_out

CALENDAR = "admin:teamwork_assignment_calendar"


def entries(client: Client, asked: str) -> dict[str, list[tuple[str, str, bool]]]:
    """By day, the kind, the words and whether it is late."""
    page = client.get(f"{reverse(CALENDAR)}?{asked}")
    return {
        day["day"].isoformat(): [(entry["kind"], entry["text"], entry["is_late"]) for entry in day["entries"]]
        for day in page.context["days"]
        if day["entries"]
    }


@pytest.mark.slow
def test_due_dates_and_rechecks_are_listed(
    client: Client, checker: User, colleague: User, editor: User
) -> None:
    mine, other, done = make_claim("Mine."), make_claim("Other."), make_claim("Done.")
    assignments.assign_work(mine, checker, by=editor, due_on=date(2031, 5, 1))
    assignments.assign_work(other, colleague, by=editor, due_on=date(2031, 5, 1), priority=3)
    assignments.assign_work(done, colleague, by=editor, due_on=date(2031, 5, 1))
    Assignment.objects.filter(claim=done).update(done_at="2026-01-01T00:00Z")
    bring_out(make_draft(make_claim("Again."), colleague, recheck_on=date(2031, 5, 31)), colleague, editor)
    make_draft(make_claim("A draft."), colleague, recheck_on=date(2031, 5, 31))
    client.force_login(checker)
    assert entries(client, "month=2031-05") == {
        "2031-05-01": [("due", "Other.", False), ("due", "Mine.", False)],
        "2031-05-31": [("recheck", "Again.", False)],
    }
    assert entries(client, "month=2031-05&mine=1") == {"2031-05-01": [("due", "Mine.", False)]}
    # The days before and after that fill the weeks belong to it too.
    assert "2031-05-01" in entries(client, "month=2031-04")
    assert entries(client, "month=2031-07") == {}
    with time_machine.travel("2031-05-02 12:00", tick=False):
        client.force_login(checker)
        assert [late for _kind, _text, late in entries(client, "")["2031-05-01"]] == [True, True]


def test_weeks_begin_with_the_day_of_the_persons_region(client: Client, checker: User) -> None:
    client.force_login(checker)
    first = {}
    for accepted in ("en-US,en", "en", "en-GB,en", "de"):
        page = client.get(reverse(CALENDAR), headers={"Accept-Language": accepted})
        first[accepted] = page.context["days"][0]["day"].weekday()
    assert first == {"en-US,en": 6, "en": 0, "en-GB,en": 0, "de": 0}


@pytest.mark.slow
@pytest.mark.parametrize(
    "asked", ["month=2031-13", "month=x", "month=9999-12", "month=0001-01", "month=²", ""]
)
def test_no_month_is_the_present_one(asked: str, client: Client, checker: User) -> None:
    client.force_login(checker)
    page = client.get(f"{reverse(CALENDAR)}?{asked}")
    assert page.status_code == 200
    assert page.context["month"] == timezone.localdate().replace(day=1)


def test_the_months_beside_it(client: Client, checker: User) -> None:
    client.force_login(checker)
    context: Any = client.get(f"{reverse(CALENDAR)}?month=2031-01&mine=1").context
    assert [context[name].partition("?")[2] for name in ("before", "after")] == [
        "month=2030-12&mine=1",
        "month=2031-02&mine=1",
    ]
    assert client.get(f"{reverse(CALENDAR)}?list=1&mine=1").context["this_month"].endswith("?mine=1&list=1")


@pytest.mark.parametrize("number", [1, 5])
def test_it_costs_the_same_however_much_is_due(
    number: int,
    client: Client,
    checker: User,
    editor: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _number in range(number):
        assignments.assign_work(make_claim(), checker, by=editor, due_on=date(2031, 5, 1))
    client.force_login(editor)
    with django_assert_num_queries(7):
        page = client.get(f"{reverse(CALENDAR)}?month=2031-05").content.decode()
    assert ("2 more" in page) == (number == 5)
    assert len(page) < 120_000
    listed = client.get(reverse("admin:teamwork_assignment_changelist") + "?done=no&due=2031-05-01")
    assert listed.context["cl"].result_count == number

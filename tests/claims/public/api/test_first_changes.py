"""The feed of changes where little or nothing was published before."""

from collections.abc import Callable

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from claims.models import Claim
from tests.helpers.newsroom import make_claim, make_draft

Publish = Callable[..., Claim]

URL = "/api/v1/changes/"

pytestmark = pytest.mark.django_db


def test_empty_feed(client: Client) -> None:
    assert client.get(URL).json() == {
        "next": f"http://testserver{URL}?since=0",
        "more": False,
        "house": None,
        "checkpoint": None,
        "results": [],
    }


def test_moment_begins_at_its_first_entry_and_leaves_none_out(client: Client, publish: Publish) -> None:
    """Entries are numbered as they become visible, which can differ from the order of their times."""
    for moment in ("2026-05-02T12:00:01Z", "2026-05-02T12:00:00Z", "2026-05-02T12:00:02Z"):
        with time_machine.travel(moment, tick=False):
            publish()
    changes = client.get(URL, {"since": "2026-05-02T12:00:01Z"}).json()["results"]
    assert [change["published_at"][17:19] for change in changes] == ["01", "00", "02"]


@pytest.mark.parametrize("count", [1, 3])
def test_last_page_costs_two_queries_whatever_its_length(
    client: Client, publish: Publish, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for _ in range(count):
        publish()
    with django_assert_num_queries(2):  # the page, and the newest checkpoint
        response = client.get(URL)
    assert len(response.json()["results"]) == count
    with django_assert_num_queries(2):
        assert client.get(URL, headers={"if-none-match": response["ETag"]}).status_code == 304
    with django_assert_num_queries(3):
        client.get(response.json()["next"])


def test_draft_is_no_change(client: Client, publish: Publish, checker: User) -> None:
    claim = publish()
    make_draft(make_claim("Quillfeather did it."), checker)
    make_draft(claim, checker, summary="In truth Quillfeather did it.")
    response = client.get(URL)
    assert len(response.json()["results"]) == 1
    assert "Quillfeather" not in response.content.decode()

"""The change feed from replicas: no entries that may be lost, and never less than the reader has seen."""

from typing import Any

import pytest
from django.test import Client

from claims.models import Publication
from tests.helpers.stopped_replica import StoppedReplica, replica, stopped_replica

__all__ = ["replica", "stopped_replica"]  # fixtures

URL = "/api/v1/changes/"


pytestmark = pytest.mark.usefixtures("replica")


def read_changes(client: Client, since: int | str, **parameters: str) -> tuple[list[int], int]:
    """The numbers on a page, and where it says to read on."""
    page = client.get(URL, {"since": since, **parameters})
    assert page.status_code == 200
    following = page.json()["next"].partition("since=")[2].partition("&")[0]
    return [change["sequence"] for change in page.json()["results"]], int(following)


@pytest.mark.slow
def test_a_replica_returns_entries_that_the_primary_has_shown(client: Client) -> None:
    assert Publication.objects.using("replica-1").count() == 3
    assert read_changes(client, 0) == ([1, 2], 2)
    assert read_changes(client, 2) == ([], 2)
    assert read_changes(client, "2026-01-01") == ([1, 2], 2)
    assert read_changes(client, 0, page_size="1") == ([1], 1)


@pytest.mark.slow
def test_a_reader_that_saw_more_is_answered_by_the_primary(client: Client) -> None:
    assert read_changes(client, 3) == ([4], 4)
    assert read_changes(client, 4) == ([], 4)
    assert client.get(URL, {"since": 5}).status_code == 404
    etag = client.get(URL, {"since": 3})["ETag"]
    assert client.get(URL, {"since": 3}, headers={"If-None-Match": etag}).status_code == 304


def test_newest_entries_are_reported_by_the_primary(client: Client) -> None:
    """One that is not safe yet has overtaken another, which no replica would report."""
    assert read_changes(client, 0, entries="newest") == ([1, 2, 3, 4], 4)


def test_a_time_after_the_shown_entries_is_the_end_of_the_feed(
    client: Client, replica: StoppedReplica
) -> None:
    last = Publication.objects.get(sequence=3).published_at
    assert read_changes(client, last.isoformat()) == ([], 2)


def test_while_there_is_no_primary(client: Client, replica: StoppedReplica) -> None:
    def status(since: int, **parameters: Any) -> int:
        return client.get(URL, {"since": since, **parameters}).status_code

    client.raise_request_exception = False
    replica.is_known(primary=False)
    assert read_changes(client, 0) == ([1, 2], 2)
    assert read_changes(client, 3) == ([], 3)  # it has the entry, and nothing else that is safe
    assert status(4) == 503  # whether the ledger came so far is not for a replica to say
    assert status(0, entries="newest") == 503


def test_nothing_is_reported_while_nothing_is_known(client: Client, replica: StoppedReplica) -> None:
    replica.is_known(mark=None)
    replica.replicas.mark = None
    assert read_changes(client, 0) == ([1, 2, 3, 4], 4)

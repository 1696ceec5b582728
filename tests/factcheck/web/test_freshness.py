"""Which requests a replica may answer, and what happens if the primary is unavailable."""

import pytest
from django.conf import settings
from django.test import Client

from claims.public.pages.page_cache import page_cache
from tests.helpers.stopped_replica import StoppedReplica, replica, stopped_replica

__all__ = ["replica", "stopped_replica"]  # fixtures

pytestmark = pytest.mark.usefixtures("replica")

API, PAGE = "/api/v1/claims/", "/claims/{}/"
EDITOR, LONG_AGO = {"Authorization": "Bearer of-an-editor"}, {"If-None-Match": '"of long ago"'}


@pytest.fixture(autouse=True)
def no_page_is_kept() -> None:
    page_cache.clear()


def listed(client: Client, headers: dict[str, str] | None = None) -> list[int]:
    return [found["id"] for found in client.get(API, headers=headers or {}).json()["results"]]


@pytest.mark.slow
def test_anonymous_clients_read_from_a_replica(client: Client) -> None:
    assert listed(client) == [3, 2, 1]
    assert "/claims/4/" not in client.get("/claims/").content.decode()


@pytest.mark.slow
def test_people_who_may_have_published_read_from_the_primary(client: Client) -> None:
    assert listed(client, EDITOR) == [4, 3, 2, 1]
    client.cookies[settings.SESSION_COOKIE_NAME] = "of-an-editor"
    assert listed(client) == [4, 3, 2, 1]
    assert "/claims/4/" in client.get("/claims/").content.decode()


def test_clients_that_saw_more_are_not_shown_less(client: Client) -> None:
    older, newer = client.get(API), client.get(API, headers=EDITOR)
    assert older["ETag"] != newer["ETag"]
    assert client.get(API, headers={"If-None-Match": newer["ETag"]}).status_code == 304
    assert client.get(API, headers=LONG_AGO).content == newer.content
    # If a replica has the same, no other server is queried.
    assert client.get(API, headers={"If-None-Match": older["ETag"]}).status_code == 304


@pytest.mark.parametrize("path", [API + "{}/", API + "{}/versions/1/", PAGE])
def test_rows_missing_in_a_replica_are_found(client: Client, path: str) -> None:
    assert client.get(path.format(4), follow=True).status_code == 200
    assert client.get(path.format(5), follow=True).status_code == 404


@pytest.mark.parametrize("headers", [EDITOR, LONG_AGO])
def test_without_a_primary_all_that_it_had_is_fresh(
    client: Client, replica: StoppedReplica, headers: dict[str, str]
) -> None:
    replica.is_known(primary=False)
    assert listed(client, headers) == [3, 2, 1]
    replica.is_known(primary=False, position=9)  # it lacks something
    client.raise_request_exception = False
    away = client.get(API, headers=headers)
    assert (away.status_code, away["Retry-After"]) == (503, "5")
    # Who asks for nothing in particular gets an old answer rather than none.
    assert listed(client) == [3, 2, 1]

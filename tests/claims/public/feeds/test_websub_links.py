"""Feeds name the hubs that distribute their changes (W3C WebSub), in headers and in the document."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from lxml import etree

from claims.models import Claim
from tests.helpers.valid_feeds import atom, json_feed, rss

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]
HUBS = ["https://hub.example.org/", "https://hub.example.net/websub"]
FEEDS = ["claims.atom", "claims.rss", "claims.json", "corrections.atom"]
_ATOM = "{http://www.w3.org/2005/Atom}link"


@pytest.mark.parametrize("feed", FEEDS)
def test_hubs_and_the_feeds_own_address_are_in_the_link_field(
    client: Client, feed: str, settings: Any
) -> None:
    settings.WEBSUB_HUBS = HUBS
    answer = client.get(f"/feeds/{feed}")
    assert answer["Link"] == (
        f'<{HUBS[0]}>; rel="hub", <{HUBS[1]}>; rel="hub", <{settings.SITE_URL}/feeds/{feed}>; rel="self"'
    )
    again = client.get(f"/feeds/{feed}", headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again["Link"]) == (304, answer["Link"])


@pytest.mark.parametrize("feed", ["claims.atom", "claims.rss", "corrections.atom"])
def test_they_are_in_the_feed(client: Client, feed: str, settings: Any) -> None:
    settings.WEBSUB_HUBS = HUBS
    root = etree.fromstring(client.get(f"/feeds/{feed}").content)
    links = [(one.get("rel"), one.get("href")) for one in root.iter(_ATOM)]
    assert [address for relation, address in links if relation == "hub"] == HUBS
    assert [address for relation, address in links if relation == "self"] == [
        f"{settings.SITE_URL}/feeds/{feed}"
    ]


def test_json_feed_has_them_in_its_own_words(client: Client, settings: Any) -> None:
    settings.WEBSUB_HUBS = HUBS
    said = json.loads(client.get("/feeds/claims.json").content)
    assert said["hubs"] == [{"type": "WebSub", "url": hub} for hub in HUBS]


def test_feeds_with_hubs_are_valid(client: Client, publish: Publish, settings: Any) -> None:
    settings.WEBSUB_HUBS = HUBS[:1]
    publish()
    for read in (atom, rss, json_feed):
        read(client)


@pytest.mark.parametrize("feed", ["claims.atom?rating_class=false", "corrections.atom?by=all"])
def test_feeds_without_notifications_name_no_hub(client: Client, feed: str, settings: Any) -> None:
    settings.WEBSUB_HUBS = HUBS
    answer = client.get(f"/feeds/{feed}")
    assert not answer.has_header("Link")
    assert b"hub.example" not in answer.content


@pytest.mark.parametrize("feed", FEEDS)
def test_without_hubs_there_is_no_link(client: Client, feed: str) -> None:
    answer = client.get(f"/feeds/{feed}")
    assert not answer.has_header("Link")
    assert b'"hubs"' not in answer.content
    assert b"hub" not in answer.content

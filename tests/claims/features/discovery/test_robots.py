"""robots.txt as crawlers understand it, and IndexNow's key."""

from typing import Any

import pytest
from django.test import Client
from protego import Protego

KEY = "0123456789abcdef0123456789abcdef"


def rules(client: Client) -> Protego:
    response = client.get("/robots.txt")
    assert (response.status_code, response["Content-Type"]) == (200, "text/plain; charset=utf-8")
    return Protego.parse(response.content.decode())


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/claims/",
        "/claims/12/the-bridge/",
        "/de/claims/12/the-bridge/",
        "/claims/12/the-bridge/index.md",
        # Says noindex, which only who reads it can see.
        "/claims/?rating=false",
        "/claims/12/versions/1/",
        "/claims/12/card/",
        "/messages/sent/",
        "/claims/12/the-bridge/?utm_source=mail&utm_medium=letter",
        "/de/claims/12/the-bridge/?fbclid=abc&ref=x",
        "/about/funding/?language=de",
        "/corrections/?month=2026-05",
        "/sitemap.xml",
        "/llms.txt",
        "/static/site.css",
        "/media/0123.jpg",
        "/api/v1/claims/?cursor=abc",
        "/api/v1/claims/?q=bridge&rating_class=false",
        "/feeds/claims.atom?cursor=abc&by=all",
        "/oembed/?url=https://facts.example.org/claims/1/&format=json",
    ],
)
def test_public_pages_are_allowed(client: Client, path: str) -> None:
    assert rules(client).can_fetch(f"https://facts.example.org{path}", "anybot")


@pytest.mark.parametrize(
    "path",
    [
        "/claims/?cursor=abc",
        "/claims/?q=bridge&cursor=abc",
        "/claims/?topic=1&rating=false",
        "/de/claims/?topic=1&rating=false",
        "/standards/?since=2026-01-01&until=2026-02-01",
        "/corrections/?cursor=abc",
    ],
)
def test_endless_combinations_are_excluded(client: Client, path: str) -> None:
    assert not rules(client).can_fetch(f"https://facts.example.org{path}", "anybot")


def test_the_sitemap_is_named(client: Client, settings: Any) -> None:
    assert list(rules(client).sitemaps) == [f"{settings.SITE_URL}/sitemap.xml"]


def test_operators_can_add_rules(client: Client, settings: Any) -> None:
    settings.ROBOTS_RULES = ["User-agent: TrainingBot", "Disallow: /"]
    found = rules(client)
    assert not found.can_fetch("https://facts.example.org/claims/", "TrainingBot")
    assert found.can_fetch("https://facts.example.org/claims/", "anybot")
    assert len(list(found.sitemaps)) == 1


def test_the_key_is_served_and_no_other(client: Client, settings: Any) -> None:
    assert client.get(f"/{KEY}.txt").status_code == 404
    settings.INDEXNOW_KEY = KEY
    answer = client.get(f"/{KEY}.txt")
    assert (answer.status_code, answer.content.decode()) == (200, KEY)
    assert client.get(f"/{KEY[::-1]}.txt").status_code == 404


def test_it_needs_no_query(client: Client) -> None:
    """No database is there in this module."""
    assert client.get("/robots.txt").status_code == 200

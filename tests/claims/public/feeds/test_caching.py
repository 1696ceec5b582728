"""Caching of feeds: by readers with conditional requests, and by shared caches."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from time_machine import travel

from claims.models import Claim
from claims.review import workflow
from tests.helpers.reader_pages import correct

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]
FORMATS = ["atom", "rss", "json"]


@pytest.mark.parametrize("form", FORMATS)
def test_a_current_copy_of_the_feed_returns_304(
    client: Client,
    publish: Publish,
    form: str,
    django_assert_num_queries: DjangoAssertNumQueries,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    publish()
    first = client.get(f"/feeds/claims.{form}")
    assert first["Cache-Control"] == "public, max-age=60, stale-while-revalidate=30, stale-if-error=3600"
    monkeypatch.setattr("claims.public.feeds.views.build_entry", None)  # so that building the feed would fail
    with django_assert_num_queries(1) as queries:
        again = client.get(f"/feeds/claims.{form}", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert not any('"body"' in query["sql"] for query in queries)


def test_etag_is_another_for_each_format_page_and_filter(client: Client, publish: Publish) -> None:
    for _ in range(2):
        publish()
    addresses = [
        *(f"claims.{form}" for form in FORMATS),
        "claims.atom?page_size=1",
        "claims.atom?rating_class=false",
        "claims.atom?count=exact",
    ]
    tags = {client.get(f"/feeds/{address}")["ETag"] for address in addresses}
    assert len(tags) == len(addresses)


@pytest.mark.parametrize("change", ["publish", "correct", "retract"])
@pytest.mark.parametrize("header", ["ETag", "Last-Modified"])
def test_every_change_is_news(
    client: Client, publish: Publish, checker: User, editor: User, change: str, header: str
) -> None:
    """Also that a claim is gone, although the others are unchanged and older."""
    with travel("2026-05-01T12:00:00Z", tick=False):
        publish()
        claim = publish()
    first = client.get("/feeds/claims.atom")
    asking = {{"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}[header]: first[header]}
    assert client.get("/feeds/claims.atom", headers=asking).status_code == 304
    with travel("2026-05-01T12:00:20Z", tick=False):
        if change == "publish":
            publish()
        elif change == "correct":
            correct(claim, checker, editor)
        else:
            workflow.move(claim.verdicts.get(), "retract", by=editor, note="The audit was forged.")
    assert client.get("/feeds/claims.atom", headers=asking).status_code == 200


@pytest.mark.parametrize("form", FORMATS)
def test_the_feed_is_the_same_for_everyone(client: Client, publish: Publish, editor: User, form: str) -> None:
    publish()
    plain = client.get(f"/feeds/claims.{form}")
    client.force_login(editor)
    other = client.get(
        f"/feeds/claims.{form}",
        headers={"Accept-Language": "ko", "Accept": "text/html", "Host": "127.0.0.1"},
    )
    assert other.content == plain.content
    assert other["ETag"] == plain["ETag"]
    assert "Cookie" not in other.get("Vary", "")
    assert "Accept-Language" not in other.get("Vary", "")
    assert not other.cookies


@pytest.mark.parametrize("form", FORMATS)
def test_pages_of_other_sites_may_read_feeds(client: Client, form: str) -> None:
    response = client.get(f"/feeds/claims.{form}", headers={"Origin": "https://reader.example"})
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]


@pytest.mark.parametrize("form", FORMATS)
def test_feeds_are_only_read(client: Client, form: str) -> None:
    assert client.post(f"/feeds/claims.{form}").status_code == 405
    assert client.head(f"/feeds/claims.{form}").status_code == 200

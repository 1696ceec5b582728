"""Look-ups: published claims about the addresses of articles."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from claims.models import Claim
from claims.public.api import lookup
from claims.review import workflow
from sources.models import Source
from tests.helpers.article_lookup import (
    ARTICLE,
    TEXT,
    URL,
    Publish,
    article,
    bridge,
    look_up,
    post,
    publish_citing,
)
from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_source

__all__ = ["article", "bridge"]  # fixtures

pytestmark = pytest.mark.django_db


def test_claim_is_found_with_its_place_and_verdict(client: Client, bridge: Claim, article: Source) -> None:
    whole = client.get(f"/api/v1/claims/{bridge.pk}/").json()
    (appearance,) = whole["appearances"]
    (verdict,) = whole["verdicts"]
    assert look_up(client, ARTICLE) == [
        {
            "url": ARTICLE,
            "error": None,
            "source": {"id": article.pk, "title": "A speech at the harbour", "url": ARTICLE},
            "claims": [
                {
                    "id": bridge.pk,
                    "url": whole["url"],
                    "statement": "The bridge was dear.",
                    "language": "en",
                    "verdicts": [
                        {
                            "id": verdict["id"],
                            "publisher": verdict["publisher"],
                            "rating": verdict["rating"],
                            "summary": "It was cheap.",
                            "language": "en",
                            "reviewed_on": "2026-03-01",
                            "url": "",
                        }
                    ],
                    "appearances": [
                        {
                            "id": appearance["id"],
                            "is_first": False,
                            "anchor": "anchored",
                            "exact": "the bridge was dear",
                            "prefix": TEXT[8:40],
                            "suffix": ". Nobody laughed.",
                            "start": 40,
                            "end": 59,
                            "snapshot": appearance["snapshot"],
                        }
                    ],
                    "evidence": [],
                    "reviews": [],
                }
            ],
            "more": None,
        }
    ]
    assert appearance["snapshot"]["text_sha256"] == article.snapshots.get().text_sha256


def test_claim_that_cites_the_article_is_distinguished(
    client: Client, bridge: Claim, article: Source, checker: User, editor: User
) -> None:
    tunnel = publish_citing(make_claim("The tunnel leaks."), article, checker, editor)
    (found,) = look_up(client, ARTICLE)
    assert [claim["id"] for claim in found["claims"]] == [bridge.pk, tunnel.pk]
    cited = found["claims"][1]
    assert cited["appearances"] == []
    (evidence,) = cited["evidence"]
    assert evidence["verdict"] == cited["verdicts"][0]["id"]
    assert {key: evidence[key] for key in ("stance", "note", "exact", "start", "end")} == {
        "stance": "supports",
        "note": "He said so.",
        "exact": "Nobody laughed",
        "start": 61,
        "end": 75,
    }


def test_claims_are_in_the_order_of_the_text(
    client: Client, bridge: Claim, article: Source, publish: Publish
) -> None:
    ferry = make_claim("The ferry sank.")
    make_appearance(ferry, article, "The ferry sank")
    publish(ferry)
    assert [claim["id"] for claim in look_up(client, ARTICLE)[0]["claims"]] == [ferry.pk, bridge.pk]


@pytest.mark.parametrize(
    "spelling",
    [
        "http://news.example.net/story/1",
        "https://www.news.example.net/story/1/",
        "https://NEWS.example.net/story/1?utm_source=feed&fbclid=x",
        "https://news.example.net/amp/story/1",
        "https://news-example-net.cdn.ampproject.org/c/s/news.example.net/story/1",
        " https://news.example.net:443/story/1#top ",
    ],
)
def test_spelling_makes_no_difference(client: Client, bridge: Claim, spelling: str) -> None:
    (found,) = look_up(client, spelling)
    assert found["url"] == spelling
    assert [claim["id"] for claim in found["claims"]] == [bridge.pk]


def test_answers_come_in_the_order_of_the_questions(client: Client, bridge: Claim, publish: Publish) -> None:
    other = make_source("The tunnel leaks.", url="https://example.org/tunnel")
    tunnel = make_claim("The tunnel leaks.")
    make_appearance(tunnel, other, "The tunnel leaks.")
    publish(tunnel)
    urls = ["https://example.org/nothing", other.url, ARTICLE, "ferry", other.url]
    results = look_up(client, *urls)
    assert [result["url"] for result in results] == urls
    assert [[c["id"] for c in result["claims"]] for result in results] == [
        [],
        [tunnel.pk],
        [bridge.pk],
        [],
        [tunnel.pk],
    ]
    assert [bool(result["error"]) for result in results] == [False, False, False, True, False]


def test_nothing_known_looks_like_nothing_published(
    client: Client, article: Source, checker: User, publish: Publish
) -> None:
    """A source that only drafts know, with a claim that is only a draft."""
    claim = make_claim("The ferry sank.")
    make_appearance(claim, article, "The ferry sank")
    make_draft(claim, checker)
    unknown: Any = {"error": None, "source": None, "claims": [], "more": None}
    assert look_up(client, ARTICLE, "https://example.org/x") == [
        {"url": ARTICLE, **unknown},
        {"url": "https://example.org/x", **unknown},
    ]


def test_draft_of_another_appearance_is_not_shown(client: Client, bridge: Claim, article: Source) -> None:
    before = look_up(client, ARTICLE)
    make_appearance(bridge, article, "Nobody laughed")
    article.title = "Secret"
    article.save()
    assert look_up(client, ARTICLE) == before


def test_withdrawn_claim_is_not_found(client: Client, bridge: Claim, editor: User) -> None:
    workflow.move(bridge.verdicts.get(), "retract", by=editor, note="It was dear.")
    assert look_up(client, ARTICLE)[0]["claims"] == []


def test_more_claims_than_are_reported_are_in_the_list(
    client: Client,
    bridge: Claim,
    article: Source,
    checker: User,
    editor: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lookup, "CLAIM_LIMIT", 2)
    lookup._build_statement.cache_clear()
    try:
        publish_citing(make_claim("One."), article, checker, editor)
        assert look_up(client, ARTICLE)[0]["more"] is None
        newest = publish_citing(make_claim("Two."), article, checker, editor)
        (found,) = look_up(client, ARTICLE)
        assert [claim["id"] for claim in found["claims"]] == [bridge.pk, newest.pk]
        assert found["more"] == f"http://testserver/api/v1/claims/?source={article.pk}"
        assert len(client.get(found["more"]).json()["results"]) == 3
    finally:
        lookup._build_statement.cache_clear()


def test_lookup_by_get_answers_the_same(client: Client, bridge: Claim) -> None:
    urls = [ARTICLE, "https://example.org/a?b=1,2&c=3", "ferry"]
    response = client.get(f"{URL}?{urlencode({'url': urls}, doseq=True)}")
    assert response.json()["results"] == look_up(client, *urls)
    assert response["Cache-Control"] == "public, max-age=60, stale-while-revalidate=30, stale-if-error=3600"
    again = client.get(
        f"{URL}?{urlencode({'url': urls}, doseq=True)}", headers={"if-none-match": response["ETag"]}
    )
    assert (again.status_code, again.content) == (304, b"")
    assert post(client, {"urls": urls})["Cache-Control"] == "no-store"


@pytest.mark.parametrize("count", [1, 100])
def test_one_query_however_many_addresses(
    client: Client,
    bridge: Claim,
    publish: Publish,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    claim = publish(make_claim("Cites many."))
    for url in claim.verdicts.get().evidence.values_list("source__url", flat=True):
        assert look_up(client, url)[0]["claims"][0]["id"] == claim.pk
    urls = [ARTICLE, *(f"https://example.org/report/{number}" for number in range(count - 1))]
    with django_assert_num_queries(1):
        assert len(look_up(client, *urls)) == count

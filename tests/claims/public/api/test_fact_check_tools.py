"""The stand-in for Google's Fact Check Tools API: results and their format."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from claims.models import Claim, Claimant
from claims.review import workflow
from claims.search.word_frequencies import get_frequencies
from sources.models import Publisher
from tests.helpers.google_search import SEARCH, search
from tests.helpers.imported_reviews import bring
from tests.helpers.imported_reviews import review as record
from tests.helpers.newsroom import make_claim, make_draft, rating
from tests.helpers.sweeps import sweep

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]


def texts(client: Client, **parameters: Any) -> list[str]:
    return [claim["text"] for claim in search(client, **parameters).get("claims", [])]


@pytest.fixture
def desk(db: None) -> Publisher:
    """Another newsroom, with reviews on its own site."""
    return Publisher.objects.create(name="Harbour Desk", kind="news", url="https://harbour.example.org/")


@pytest.fixture
def bridge(publish: Publish, claimant: Claimant, desk: Publisher) -> Claim:
    """A claim reviewed by the house and by the other newsroom, in two languages."""
    claim = make_claim(
        "The harbour bridge cost 40 million euros.", claimant=claimant, claimed_on=date(2026, 1, 15)
    )
    publish(claim, code="false", reviewed_on=date(2026, 2, 1), language="en")
    publish(
        claim,
        publisher=desk,
        code="mixed",
        title="Halb so teuer.",
        summary="Die Bücher sagen es.",
        reviewed_on=date(2026, 2, 3),
        language="de-AT",
        url="https://www.facts.harbour.example.org/bruecke",
    )
    return claim


@pytest.fixture
def ferry(publish: Publish) -> Claim:
    """A claim of which as little is known as can be."""
    return publish(make_claim("The ferry sank."), reviewed_on=date(2026, 2, 2))


# Answers


def test_claim_reads_as_google_writes_it(client: Client, bridge: Claim, settings: Any) -> None:
    page = f"{settings.SITE_URL}{bridge.get_absolute_url()}"
    ours, theirs = bridge.verdicts.order_by("id")
    ours_label = rating("false").label
    assert search(client, query="bridge") == {
        "claims": [
            {
                "text": "The harbour bridge cost 40 million euros.",
                "claimant": "Mara Lindqvist",
                "claimDate": "2026-01-15T00:00:00Z",
                "claimReview": [
                    {
                        "publisher": {"name": ours.publisher.name, "site": "localhost"},
                        "url": f"{page}#verdict-{ours.pk}",
                        "title": f"{ours_label}: The harbour bridge cost 40 million euros.",
                        "reviewDate": "2026-02-01T00:00:00Z",
                        "textualRating": ours_label,
                        "languageCode": "en",
                    },
                    {
                        "publisher": {"name": "Harbour Desk", "site": "facts.harbour.example.org"},
                        "url": "https://www.facts.harbour.example.org/bruecke",
                        "title": "Halb so teuer.",
                        "reviewDate": "2026-02-03T00:00:00Z",
                        "textualRating": rating("mixed").labels["de"],
                        "languageCode": "de-AT",
                    },
                ],
            }
        ]
    }
    assert theirs.publisher.domain == "example.org"


def test_unknown_values_are_left_out(client: Client, ferry: Claim) -> None:
    (claim,) = search(client, query="ferry")["claims"]
    assert claim.keys() == {"text", "claimReview"}
    assert "#" not in claim["claimReview"][0]["url"]


def test_a_missing_headline_or_date_is_left_out(client: Client, desk: Publisher) -> None:
    bring(
        record(
            publisher="Harbour Desk",
            publisher_url="https://harbour.example.org",
            reviewed_on=None,
            title=None,
        )
    )
    (claim,) = search(client, query="harbour bridge")["claims"]
    (shown,) = claim["claimReview"]
    assert shown.keys() == {"publisher", "url", "textualRating", "languageCode"}


def test_nothing_found_is_an_empty_message(client: Client, ferry: Claim) -> None:
    response = client.get(SEARCH, {"query": "volcano"})
    assert (response.status_code, response.content) == (200, b"{}\n")


def test_drafts_and_withdrawn_claims_are_not_found(
    client: Client, ferry: Claim, checker: User, editor: User
) -> None:
    make_draft(make_claim("The ferry is a secret submarine."), checker)
    make_draft(
        ferry, checker, summary="A secret ferry after all.", correction_kind="update", correction_note="n"
    )
    assert texts(client, query="ferry") == ["The ferry sank."]
    assert texts(client, query="secret") == []
    workflow.move(ferry.verdicts.get(state="published"), "retract", by=editor, note="It did not.")
    assert search(client, query="ferry") == {}


# Filters


def test_site_finds_a_publishers_claims_with_its_reviews_alone(
    client: Client, bridge: Claim, ferry: Claim
) -> None:
    for site in ("harbour.example.org", "www.facts.harbour.example.org", "EXAMPLE.org"):
        (claim,) = search(client, reviewPublisherSiteFilter=site)["claims"]
        assert [review["publisher"]["name"] for review in claim["claimReview"]] == ["Harbour Desk"]
    assert search(client, reviewPublisherSiteFilter="nowhere.example.net") == {}
    assert texts(client, reviewPublisherSiteFilter="localhost", query="ferry") == ["The ferry sank."]
    assert texts(client, reviewPublisherSiteFilter="example.org", query="ferry") == []


def test_every_site_that_is_shown_is_found_by_it(client: Client, bridge: Claim) -> None:
    for review in search(client, query="bridge")["claims"][0]["claimReview"]:
        (claim,) = search(client, reviewPublisherSiteFilter=review["publisher"]["site"])["claims"]
        assert claim["claimReview"] == [review]


@sweep(
    "code, found",
    [
        ("de", ["de-AT"]),
        ("de-CH", ["de-AT"]),
        ("DE", ["de-AT"]),
        ("en-US", ["en"]),
        ("de-Latn-AT", []),
        ("d", None),
        ("fr", []),
    ],
    undone=True,
)
def test_language_is_that_of_reviews_and_its_region_makes_no_difference(
    client: Client, bridge: Claim, code: str, found: list[str] | None
) -> None:
    if found is None:
        assert client.get(SEARCH, {"query": "bridge", "languageCode": code}).status_code == 400
        return
    claims = search(client, query="bridge", languageCode=code).get("claims", [])
    assert [review["languageCode"] for claim in claims for review in claim["claimReview"]] == found


def test_site_and_language_must_hold_for_one_review(client: Client, bridge: Claim) -> None:
    assert texts(client, reviewPublisherSiteFilter="localhost", languageCode="de") == []
    assert len(texts(client, reviewPublisherSiteFilter="localhost", languageCode="en")) == 1


@sweep(
    "now, reviews", [("2026-02-11", 2), ("2026-02-12", 1), ("2026-02-13", 1), ("2026-02-14", 0)], undone=True
)
def test_age_is_that_of_claim_or_review_whichever_is_newer(
    client: Client, bridge: Claim, now: str, reviews: int
) -> None:
    with time_machine.travel(now):
        claims = search(client, query="bridge", maxAgeDays=10).get("claims", [])
        assert sum(len(claim["claimReview"]) for claim in claims) == reviews
        assert len(texts(client, query="bridge", maxAgeDays=0)) == 1
        assert len(texts(client, query="bridge", maxAgeDays=2**31 - 1)) == 1


def test_day_of_the_claim_counts_for_its_age(client: Client, publish: Publish) -> None:
    publish(make_claim("The tunnel leaks.", claimed_on=date(2026, 3, 1)), reviewed_on=date(2026, 1, 1))
    with time_machine.travel("2026-03-05"):
        assert len(search(client, query="tunnel", maxAgeDays=4)["claims"][0]["claimReview"]) == 1
        assert texts(client, query="tunnel", maxAgeDays=3) == []


# Pages


@pytest.fixture
def ferries(publish: Publish) -> list[str]:
    """Twelve claims, those reviewed last first."""
    claims = [publish(make_claim(f"Ferry {n} sank."), reviewed_on=date(2026, 1, n)) for n in range(1, 13)]
    return [claim.statement for claim in reversed(claims)]


@sweep("query", [{"query": "ferry"}, {"reviewPublisherSiteFilter": "localhost"}], undone=True)
def test_pages_follow_each_other(client: Client, ferries: list[str], query: dict[str, str]) -> None:
    found, token = [], ""
    while True:
        page = search(client, **query, pageSize=5, pageToken=token)
        found += [claim["text"] for claim in page["claims"]]
        token = page.get("nextPageToken", "")
        if not token:
            break
    assert sorted(found) == sorted(ferries)
    if "query" not in query:
        assert found == ferries


def test_size_of_a_page(client: Client, ferries: list[str]) -> None:
    def size(**parameters: Any) -> int:
        return len(texts(client, query="ferry", **parameters))

    assert (size(), size(pageSize=0), size(pageSize=3), size(pageSize=2**31 - 1)) == (10, 10, 3, 12)


def test_offset_skips_results_and_yields_to_a_token(client: Client, ferries: list[str]) -> None:
    site = {"reviewPublisherSiteFilter": "localhost"}
    page = search(client, **site, offset=4, pageSize=3)
    assert [claim["text"] for claim in page["claims"]] == ferries[4:7]
    after = texts(client, **site, offset=1, pageSize=3, pageToken=page["nextPageToken"])
    assert after == ferries[7:10]
    assert texts(client, **site, offset=0) == ferries[:10]
    assert texts(client, **site, offset=11) == ferries[11:]
    assert search(client, **site, offset=12) == search(client, **site, offset=1000) == {}


@sweep("claims", [1, 3], undone=True)
def test_search_asks_thrice_at_most(
    client: Client, publish: Publish, django_assert_num_queries: DjangoAssertNumQueries, claims: int
) -> None:
    for number in range(claims):
        publish(make_claim(f"Ferry {number} sank."))
    get_frequencies()  # which a process knows
    with django_assert_num_queries(2):  # how the words are read, and the page
        search(client, query="ferry")
    with django_assert_num_queries(3):  # the site's publisher first
        search(
            client, query="ferry", reviewPublisherSiteFilter="localhost", languageCode="en", maxAgeDays=9999
        )

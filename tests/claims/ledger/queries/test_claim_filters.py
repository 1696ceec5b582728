"""The API's list of claims, narrowed down, searched and sorted."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from claims.models import Claim, Claimant, Topic
from sources.models import Publisher
from tests.helpers.newsroom import make_appearance, make_claim, make_source
from tests.helpers.public_lists import CLAIMS, ids
from tests.helpers.shared_newsroom import checker, claimant, editor, publish, shared_rows, topic
from tests.helpers.sweeps import sweep

__all__ = ["checker", "claimant", "editor", "publish", "shared_rows", "topic"]  # fixtures

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]


# Filters


@pytest.fixture(scope="module")
def bridge(publish: Publish, claimant: Claimant, topic: Topic) -> Claim:
    """A claim of which everything is known."""
    claim = make_claim(
        "The bridge over the Ill cost 40 million euros.",
        claimant=claimant,
        topics=[topic],
        claimed_on=date(2026, 1, 15),
        language="pt-BR",
    )
    article = make_source(
        "She said the bridge was dear.", url="https://news.example.net/story/1?id=7", kind="video"
    )
    make_appearance(claim, article, "the bridge was dear")
    verdict = {"code": "mostly_true", "reviewed_on": date(2026, 2, 1)}
    publish(claim, **verdict)
    return publish(claim, **verdict, correction_kind="correction", correction_note="A digit was wrong.")


@pytest.fixture(scope="module")
def other(publish: Publish) -> Claim:
    """A claim that shares nothing with it."""
    claim = make_claim("The tunnel is closed.", language="en", claimed_on=date(2025, 6, 1))
    return publish(
        claim,
        publisher=Publisher.objects.create(name="Checkers", kind="civil_society", domain="checkers.example"),
    )


def values(claim: Claim) -> dict[str, Any]:
    source = claim.appearances.get().source
    return {
        "claimant": claim.claimant_id,
        "topic": claim.topics.get().pk,
        "source": source.pk,
        "rating": claim.verdicts.get(state="published").rating_id,
        "publisher": claim.verdicts.first().publisher_id,  # type: ignore[union-attr]  # there is one
    }


@pytest.mark.slow
@sweep(
    "query",
    [
        "language=pt",
        "language=pt-BR",
        "language=PT-br",
        "language=fr,pt",
        "claimant={claimant}",
        "topic={topic}",
        "topic=transport",
        "topic=nowhere&topic=transport",
        "topic=nowhere,{topic}",
        "source={source}",
        "appears_in={source}",
        "source_domain=example.net",
        "source_domain=www.Example.net",
        "source_url=http://www.news.example.net/story/1/?id=7%26utm_source=feed",
        "claimed_after=2026-01-15",
        "claimed_after=2026-01-15&claimed_before=2026-01-15",
        "rating={rating}",
        "rating=mostly_true",
        "rating_class=mostly_true,satire",
        "publisher={publisher}",
        "publisher=localhost",
        "publisher_kind=fact_checker",
        "reviewed_before=2026-02-01",
        "has=correction",
        "has=media",
        "has=media&has=correction&has=evidence",
        "q=bridge",
        "q=BRÍDGE&language=pt",
        'q="over the ill"',
        "q=bridge -tunnel",
        "q=Lindqvist",
    ],
    undone=True,
)
def test_filter_finds_the_one_and_not_the_other(
    client: Client, bridge: Claim, other: Claim, query: str
) -> None:
    assert ids(client, query.format(**values(bridge))) == [bridge.pk]


@sweep(
    "query",
    [
        "language=en",
        "claimed_before=2025-06-01",
        "rating=false",
        "rating_class=false",
        "publisher=checkers.example",
        "publisher_kind=civil_society",
        "reviewed_after=2026-02-02",
        "q=tunnels&language=en",
        "q=closing",
    ],
    undone=True,
)
def test_filter_finds_the_other_and_not_the_one(
    client: Client, bridge: Claim, other: Claim, query: str
) -> None:
    assert ids(client, query) == [other.pk]


@sweep(
    "query",
    [
        "language=de",
        "language=ptx",
        "claimant=999999",
        "topic=nowhere",
        "source=999999",
        "source_domain=net.example",
        "source_url=https://news.example.net/story/1?id=8",
        "rating=satire",
        "publisher=example.org",
        "has=correction&language=en",
        "q=bridge -million",
        "q=submarine",
        "published_before=2001-01-01",
        "updated_after=2099-01-01",
    ],
    undone=True,
)
def test_filter_that_nothing_meets_finds_nothing(
    client: Client, bridge: Claim, other: Claim, query: str
) -> None:
    assert ids(client, query) == []


# Orders


@sweep(
    "query, parameter",
    [
        ("publisher=a/b", "publisher"),
        ("source_url=story", "source_url"),
        ("source_domain=story", "source_domain"),
        ("source=99999999999999999999", "source"),
        ("claimant=-1", "claimant"),
        ("ratign=false", "ratign"),
        ("q=%00", "q"),
    ],
    undone=True,
)
def test_refusal_names_the_parameter(client: Client, query: str, parameter: str) -> None:
    response = client.get(f"{CLAIMS}?{query}")
    assert response.status_code == 400
    assert [error["parameter"] for error in response.json()["errors"]] == [parameter]


def test_source_that_is_only_known_inside_is_not_found_by_its_address(client: Client, bridge: Claim) -> None:
    make_source(url="https://inside.example.org/memo")
    assert ids(client, "source_url=https://inside.example.org/memo") == []

"""The API's list of claims, narrowed down, searched and sorted."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from claims.models import Claim, Claimant, Topic
from sources.models import Publisher
from tests.helpers.newsroom import make_appearance, make_claim, make_source, rating

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]
URL = "/api/v1/claims/"


def get(client: Client, query: str = "", path: str = URL) -> Any:
    response = client.get(f"{path}?{query}" if query else path)
    assert response.status_code == 200, response.content
    return response.json()


def ids(client: Client, query: str = "") -> list[int]:
    return [claim["id"] for claim in get(client, query)["results"]]


# Filters


@pytest.fixture
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


@pytest.fixture
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


@pytest.mark.parametrize(
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
)
def test_filter_finds_the_one_and_not_the_other(
    client: Client, bridge: Claim, other: Claim, query: str
) -> None:
    assert ids(client, query.format(**values(bridge))) == [bridge.pk]


@pytest.mark.parametrize(
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
)
def test_filter_finds_the_other_and_not_the_one(
    client: Client, bridge: Claim, other: Claim, query: str
) -> None:
    assert ids(client, query) == [other.pk]


@pytest.mark.parametrize(
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
        "updated_since=2099-01-01",
    ],
)
def test_filter_that_nothing_meets_finds_nothing(
    client: Client, bridge: Claim, other: Claim, query: str
) -> None:
    assert ids(client, query) == []


def test_conditions_on_the_verdict_hold_for_one_verdict(client: Client, publish: Publish) -> None:
    checkers = Publisher.objects.create(name="Checkers", kind="civil_society", domain="checkers.example")
    both = make_claim()
    publish(both, code="true", reviewed_on=date(2026, 1, 1))
    publish(both, code="false", reviewed_on=date(2026, 3, 1), publisher=checkers)
    assert ids(client, "publisher=checkers.example&rating=false") == [both.pk]
    assert ids(client, "publisher=checkers.example&rating=true") == []
    assert ids(client, "publisher=checkers.example&reviewed_before=2026-02-01") == []
    assert ids(client, "publisher_kind=fact_checker&rating_class=false") == []
    assert ids(client, "rating=true,false&reviewed_after=2026-02-01&publisher=checkers.example") == [both.pk]


def test_only_verdicts_of_the_current_version_count(client: Client, publish: Publish) -> None:
    claim = publish(code="true")
    publish(
        claim, code="false", rating=rating("false"), correction_kind="correction", correction_note="We erred."
    )
    assert (ids(client, "rating=true"), ids(client, "rating=false")) == ([], [claim.pk])


def test_ranges_of_publication_and_change(client: Client, publish: Publish) -> None:
    with time_machine.travel("2026-05-01T12:00:00Z", tick=False):
        old = publish()
    with time_machine.travel("2026-05-02T12:00:00Z", tick=False):
        new = publish()
        publish(old, correction_kind="update", correction_note="New accounts.")
    assert ids(client, "published_after=2026-05-02") == [new.pk]
    assert ids(client, "published_before=2026-05-01") == [old.pk]
    assert ids(client, "published_before=2026-05-01T11:59:59Z") == []
    assert ids(client, "published_after=2026-05-01&published_before=2026-05-02&ordering=published") == [
        old.pk,
        new.pk,
    ]
    assert ids(client, "updated_since=2026-05-02T12:00:00Z&ordering=-published") == [new.pk, old.pk]
    assert ids(client, "updated_since=2026-05-02T12:00:01Z") == []


# Orders


def test_orders(client: Client, publish: Publish) -> None:
    start = timezone.now() - timedelta(days=10)
    days = [
        (date(2026, 1, 3), date(2026, 2, 1)),
        (None, date(2026, 2, 3)),
        (date(2026, 1, 5), date(2026, 2, 2)),
    ]
    claims = []
    for number, (claimed, reviewed) in enumerate(days):
        with time_machine.travel(start + timedelta(hours=number), tick=False):
            claims.append(publish(make_claim(claimed_on=claimed), reviewed_on=reviewed))
    with time_machine.travel(start + timedelta(days=1), tick=False):
        publish(claims[0], reviewed_on=days[0][1], correction_kind="update", correction_note="New accounts.")
    a, b, c = (claim.pk for claim in claims)
    expected = {
        "": [a, c, b],
        "-updated": [a, c, b],
        "updated": [b, c, a],
        "-published": [c, b, a],
        "published": [a, b, c],
        "-claimed": [c, a, b],
        "claimed": [b, a, c],
        "-reviewed": [b, c, a],
        "reviewed": [a, c, b],
    }
    assert {order: ids(client, f"ordering={order}" if order else "") for order in expected} == expected


def test_relevance_puts_the_statement_before_its_surroundings(client: Client, publish: Publish) -> None:
    aside = publish(make_claim("The tunnel is closed.", context="A ferry runs instead."))
    about = publish(make_claim("The ferry sank."))
    publish(make_claim("The road is closed."))
    assert ids(client, "q=ferry") == ids(client, "q=ferry&ordering=relevance") == [about.pk, aside.pk]
    assert ids(client, "q=ferry&ordering=updated") == [aside.pk, about.pk]


def test_relevance_to_nothing_is_the_order_of_change(client: Client, publish: Publish) -> None:
    first, second = publish(), publish()
    publish(first, correction_kind="update", correction_note="New accounts.")
    assert ids(client, "ordering=relevance") == [first.pk, second.pk]
    following = get(client, "ordering=relevance&page_size=1")["next"]
    assert [claim["id"] for claim in client.get(following).json()["results"]] == [second.pk]


def test_relevance_is_paged_without_gaps_where_claims_rank_the_same(client: Client, publish: Publish) -> None:
    for _ in range(3):
        publish(make_claim("The ferry sank."))
    publish(make_claim("The tunnel is closed.", context="A ferry runs instead."))
    expected = ids(client, "q=ferry")
    found, page = [], get(client, "q=ferry&page_size=1")
    while page["next"]:
        found += page["results"]
        page = client.get(page["next"]).json()
    found += page["results"]
    assert [claim["id"] for claim in found] == expected
    assert len(expected) == 4


@pytest.mark.parametrize(
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
)
def test_refusal_names_the_parameter(client: Client, query: str, parameter: str) -> None:
    response = client.get(f"{URL}?{query}")
    assert response.status_code == 400
    assert [error["parameter"] for error in response.json()["errors"]] == [parameter]


def test_source_that_is_only_known_inside_is_not_found_by_its_address(client: Client, bridge: Claim) -> None:
    make_source(url="https://inside.example.org/memo")
    assert ids(client, "source_url=https://inside.example.org/memo") == []

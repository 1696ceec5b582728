"""The API's list of claims: ranges of time, orders and relevance."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from claims.models import Claim
from sources.models import Publisher
from tests.helpers.newsroom import make_claim, rating
from tests.helpers.public_lists import get, ids

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]


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
    assert ids(client, "updated_after=2026-05-02T12:00:00Z&ordering=-published") == [new.pk, old.pk]
    assert ids(client, "updated_after=2026-05-02T12:00:01Z") == []


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


def test_equally_relevant_claims_are_paged_without_gaps(client: Client, publish: Publish) -> None:
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

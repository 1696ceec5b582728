"""Fact checks counted over time: by month for short periods, otherwise by year, and only current ones."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User

from claims.ledger.queries.review_timeline import Timeline, count_reviews
from claims.models import Claim, Topic
from claims.review import workflow
from sources.models import Publisher
from tests.helpers.imported_reviews import bring, review
from tests.helpers.newsroom import make_claim

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]


def reviewed(publish: Publish, *days: date, **content: Any) -> list[Claim]:
    """A claim for each day, rated false."""
    topics = content.pop("topics", [])
    return [
        publish(make_claim(f"Wharf {number} burns.", topics=topics), reviewed_on=day, **content)
        for number, day in enumerate(days)
    ]


def of(publisher: Publisher) -> Timeline:
    return count_reviews({"publisher_id": publisher.pk})


def test_months_of_two_years_are_distinguished(publish: Publish, house: Publisher) -> None:
    reviewed(publish, date(2024, 3, 31), date(2024, 3, 1), date(2026, 2, 28))
    assert of(house) == {("2024-03", "false"): 2, ("2026-02", "false"): 1}


def test_years_for_longer_periods(publish: Publish, house: Publisher) -> None:
    reviewed(publish, date(2024, 3, 31), date(2024, 12, 1), date(2026, 3, 1))
    reviewed(publish, date(2024, 5, 1), code="true")
    assert of(house) == {("2024", "false"): 2, ("2024", "true"): 1, ("2026", "false"): 1}


def test_unknown_days_are_not_counted() -> None:
    tunnel, quay = (f"https://checks.example/{name}" for name in ("tunnel", "quay"))
    bring(
        review(reviewed_on=None),
        review(statement="The tunnel is closed.", reviewed_on=None, review_url=tunnel),
    )
    publisher = Publisher.objects.get(name="Example Checks")
    assert of(publisher) == {("", "false"): 2}
    bring(review(statement="The quay burns.", reviewed_on="2026-03-01", review_url=quay))
    assert of(publisher) == {("", "false"): 2, ("2026-03", "false"): 1}


def test_only_current_claims_that_meet_the_conditions(
    publish: Publish, editor: User, topic: Topic, house: Publisher
) -> None:
    one, gone = reviewed(publish, date(2026, 1, 1), date(2010, 1, 1), topics=[topic])
    other = Publisher.objects.create(name="Checkers", domain="checkers.example")
    reviewed(publish, date(2026, 2, 1), publisher=other)
    publish(
        one,
        reviewed_on=date(2026, 3, 1),
        code="mostly_false",
        correction_kind="correction",
        correction_note="A digit was wrong.",
    )
    workflow.move(gone.verdicts.get(state="published"), "retract", by=editor, note="It does not.")
    expected = {("2026-03", "mostly_false"): 1}
    assert of(house) == expected
    assert count_reviews({"publication__topic_ids__contains": [topic.pk]}) == expected
    assert of(other) == {("2026-02", "false"): 1}

"""A sweep fails with every case that fails."""

import pytest
from django.db import IntegrityError

from claims.models import Claim, Topic
from tests.helpers.sweeps import sweep


@sweep("number, word", [(1, "one"), pytest.param(2, "two", id="second"), (3, "three")])
def is_two(limit: int, number: int, word: str) -> None:
    if number > limit:
        pytest.fail(f"{number} is past the limit")
    assert word == "two"


def test_every_failing_case_is_reported() -> None:
    with pytest.raises(ExceptionGroup, match="2 of 3 cases failed") as failed:
        is_two(limit=2)
    assert [str(one).splitlines()[0] for one in failed.value.exceptions] == [
        "assert 'one' == 'two'",
        "3 is past the limit",
    ]
    assert [one.__notes__ for one in failed.value.exceptions] == [
        ["In this case: {'number': 1, 'word': 'one'}"],
        ["In this case: {'number': 3, 'word': 'three'}"],
    ]


def test_a_table_without_cases_is_refused() -> None:
    with pytest.raises(AssertionError, match="no case"):
        sweep("number", [])


@sweep("name", ["Rain", "Snow"], undone=True)
def stores_one(name: str) -> None:
    Topic.objects.create(name=name, slug="weather")
    assert Topic.objects.count() == 1


@sweep("name", ["Rain", "Snow"], undone=True)
def stores_what_no_claim_has(name: str) -> None:
    topic = Topic.objects.create(name=name, slug="weather")
    Claim.topics.through.objects.create(topic=topic, claim_id=999_999)


@pytest.mark.django_db
def test_cases_are_rolled_back_after_deferred_checks() -> None:
    stores_one()
    with pytest.raises(ExceptionGroup, match="2 of 2 cases failed") as failed:
        stores_what_no_claim_has()
    assert [type(one) for one in failed.value.exceptions] == [IntegrityError] * 2
    assert not Topic.objects.exists()

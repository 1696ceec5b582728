"""What a verdict judges is named once (`JUDGED_FIELDS`): the ledger, the desk and the database go by that."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries

from claims.ledger.publishing import have_reviewed_parts_changed
from claims.models import Claim, Claimant, Verdict
from claims.models.claim import build_claim_path
from claims.models.claim_rules import JUDGED_FIELDS
from claims.newsroom.refusals import NotPossible
from claims.review import claim_edits, workflow
from factcheck.web.language_addresses import build_permanent_path
from tests.helpers.broken_rules import refused
from tests.helpers.newsroom import make_claim, make_draft

pytestmark = pytest.mark.django_db

CHANGES: dict[str, Any] = {
    "statement": "The harbour tunnel cost 40 million euros.",
    "language": "de",
    "claimed_on": date(2020, 1, 1),
    "context": "Said on the radio.",
}


@pytest.fixture
def change(request: pytest.FixtureRequest, claimant: Claimant) -> tuple[str, Any]:
    return request.param, CHANGES.get(request.param, claimant)


@pytest.fixture
def in_review(checker: User) -> Verdict:
    return workflow.move(make_draft(make_claim(), checker), "submit", by=checker)


each_judged = pytest.mark.parametrize("change", JUDGED_FIELDS, indirect=True)


def test_every_judged_part_is_tried_here() -> None:
    assert {*JUDGED_FIELDS} == {*CHANGES, "claimant"}


@each_judged
def test_ledger_notices_a_change(publish: Callable[..., Claim], change: tuple[str, Any]) -> None:
    claim = publish()
    published = claim.publications.current().get()
    assert not have_reviewed_parts_changed(claim, published)
    setattr(claim, *change)
    assert have_reviewed_parts_changed(claim, published)


@pytest.mark.parametrize(
    ("name", "value"),
    [("reason", "For the record."), ("score", 0.5), ("topics", None)],
)
def test_ledger_leaves_the_rest_to_be_republished(
    publish: Callable[..., Claim], topic: Any, name: str, value: Any
) -> None:
    claim = publish()
    if name == "topics":
        claim.topics.add(topic)
    else:
        setattr(claim, name, value)
    assert not have_reviewed_parts_changed(claim, claim.publications.current().get())


def test_ledger_is_compared_without_a_query(
    publish: Callable[..., Claim], claimant: Claimant, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    claim = publish(make_claim(claimant=claimant))
    claim, published = Claim.objects.get(pk=claim.pk), claim.publications.current().get()
    with django_assert_num_queries(0):
        assert not have_reviewed_parts_changed(claim, published)


@each_judged
def test_desk_changes_nothing_in_review(in_review: Verdict, editor: User, change: tuple[str, Any]) -> None:
    with pytest.raises(NotPossible, match="A verdict on this claim is in review"):
        claim_edits.edit(in_review.claim, by=editor, **dict([change]))


@each_judged
def test_database_changes_nothing_in_review(in_review: Verdict, change: tuple[str, Any]) -> None:
    name, value = change
    [field] = [each for each in Claim._meta.concrete_fields if each.name == name]
    refused(
        f"UPDATE claims_claim SET {field.column} = %s WHERE id = %s",
        value.pk if isinstance(value, Claimant) else value,
        in_review.claim_id,
        match="claim_words_are_fixed_in_review",
    )


@pytest.mark.parametrize("slug", ["bridge", "alte-brücke", "다리", "a_b-1"])
def test_path_of_a_claim_is_that_of_its_route_and_loads_no_routes(slug: str, settings: Any) -> None:
    path = build_permanent_path("claim", 7, slug)
    settings.ROOT_URLCONF = "without.routes"
    assert build_claim_path(7, slug) == path

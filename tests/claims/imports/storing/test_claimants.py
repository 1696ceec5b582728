"""The claimant of an imported claim, if several people have the same name."""

from typing import Any

import pytest

from claims.models import Claim, Claimant
from tests.helpers.imported_reviews import bring, counts, review

pytestmark = pytest.mark.django_db

MINISTER = "https://www.wikidata.org/wiki/Q900000001"
PAINTER = "https://www.wikidata.org/wiki/Q900000002"
PARTY = "https://party.example/people"


def said(number: int, **fields: Any) -> dict[str, Any]:
    said = {
        "statement": f"The ferry to island number {number} never sails on Sundays in winter.",
        "review_url": f"https://checks.example/{number}",
        "claimant": "Ingrid Solheim",
    }
    return review(**said | fields)


def claimants() -> list[tuple[str, list[str]]]:
    """Of each claim in its order: who made it."""
    rows = Claim.objects.order_by("statement").select_related("claimant")
    return [(row.claimant.name, row.claimant.same_as) if row.claimant else ("", []) for row in rows]


@pytest.mark.parametrize("at_once", [True, False])
def test_two_people_of_one_name_are_distinguished(at_once: bool) -> None:
    records = [
        said(1, claimant_same_as=[MINISTER]),
        said(2, claimant_same_as=["http://www.wikidata.org/entity/Q900000002"]),
        said(3, claimant="I. Solheim", claimant_same_as=[MINISTER, PARTY]),
        said(4, claimant_same_as=[PARTY]),
    ]
    for batch in [records] if at_once else [[record] for record in records]:
        bring(*batch)
    # A name without an identifier is certainly neither of the two.
    assert claimants() == [
        ("Ingrid Solheim", [MINISTER]),
        ("Ingrid Solheim", [PAINTER]),
        ("Ingrid Solheim", [MINISTER]),
        ("Ingrid Solheim", [PARTY]),
    ]
    assert Claimant.objects.count() == 3


def test_distinguished_claimants_stay_distinct() -> None:
    records = [said(1, claimant_same_as=[MINISTER]), said(2, claimant_same_as=[PAINTER]), said(3)]
    assert counts(bring(*records)) == {"created": 3}
    assert counts(bring(*records)) == {"unchanged": 3}
    assert Claimant.objects.count() == 3


def test_one_statement_of_two_people_is_two_claims() -> None:
    one = said(1, claimant_same_as=[MINISTER], review_url="https://checks.example/a")
    other = said(
        1, claimant_same_as=[PAINTER], review_url="https://checks.example/b", publisher="Others Check"
    )
    bring(one)
    bring(other)
    assert counts(bring(one, other)) == {"unchanged": 2}
    assert Claim.objects.count() == 2


def test_one_person_of_two_names_makes_one_claim() -> None:
    one = said(1, claimant_same_as=[MINISTER])
    other = said(
        1,
        claimant="I. Solheim",
        claimant_same_as=[MINISTER],
        publisher="Others Check",
        publisher_url="https://b.example",
        review_url="https://b.example/1",
    )
    bring(one, other)
    assert Claim.objects.count() == 1


def test_a_name_alone_is_still_the_same_person() -> None:
    Claimant.objects.create(name="Ingrid Solheim")
    bring(said(1), said(2, claimant_same_as=[MINISTER]))
    assert Claimant.objects.count() == 1
    # Stored claimants stay as they are: an import only creates missing ones.
    assert Claimant.objects.get().same_as == []

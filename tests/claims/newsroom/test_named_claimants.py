"""The claimant that a name in a text means: the one with the name, unless an authority distinguishes two people."""

import pytest

from claims.models import Claimant
from claims.newsroom.named_claimants import ClaimantIndex, get_or_create_claimants

pytestmark = pytest.mark.django_db

MINISTER, PAINTER, THIRD = (f"https://www.wikidata.org/wiki/Q90000000{number}" for number in (1, 2, 3))


def made(*same_as: str, name: str = "Ingrid Solheim", job_title: str = "") -> Claimant:
    return Claimant.objects.create(name=name, same_as=list(same_as), job_title=job_title)


def meant(name: str = "Ingrid Solheim", *same_as: str, job_title: str = "") -> Claimant | None:
    return ClaimantIndex([name], same_as).find(name, job_title, same_as)


def test_the_same_name_is_the_same_person() -> None:
    known = made()
    assert meant("INGRID solheim") == known
    assert meant("Ingrid Solheim", MINISTER) == known
    assert meant("Astrid Solheim") is None


def test_the_oldest_row_of_a_name_while_nothing_distinguishes_them() -> None:
    eldest, _identified = made(), made(MINISTER)
    assert meant() == eldest


def test_an_identifier_says_more_than_a_name() -> None:
    minister, painter = made(MINISTER), made(PAINTER)
    assert meant("Ingrid Solheim", PAINTER) == painter
    assert meant("I. Solheim", "http://www.wikidata.org/entity/Q900000001") == minister
    assert meant("Ingrid Solheim", THIRD) is None


def test_distinguished_namesakes_are_not_guessed() -> None:
    made(MINISTER, job_title="Minister of Transport")
    painter = made(PAINTER, job_title="Painter")
    assert meant() is None
    assert meant(job_title="Painter") == painter
    assert meant(job_title="Sculptor") is None
    unknown = made()
    assert meant() == unknown


def test_other_addresses_prove_nothing() -> None:
    party = "https://party.example"
    known = made(party)
    assert meant("Somebody Else", party) is None
    assert meant("Ingrid Solheim", "https://another.example") == known


def test_an_article_that_names_one_of_two_gets_an_unidentified_claimant() -> None:
    made(MINISTER), made(PAINTER)
    found = get_or_create_claimants({"Ingrid Solheim": "", "ingrid solheim": ""})
    assert {claimant.pk for claimant in found.values()} == {Claimant.objects.latest("pk").pk}
    assert Claimant.objects.latest("pk").same_as == []
    assert get_or_create_claimants({"Ingrid Solheim": ""}) == {
        "Ingrid Solheim": Claimant.objects.latest("pk")
    }
    assert Claimant.objects.count() == 3

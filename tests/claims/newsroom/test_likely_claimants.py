"""Suggestions of other claimants for a name; two people with one surname stay separate."""

import pytest
from django.urls import reverse

from claims.models import Claim, Claimant
from claims.newsroom.likely_claimants import find_likely_claimants, may_refer_to
from tests.helpers.sweeps import sweep

WIKIDATA = "https://www.wikidata.org/wiki/Q1"


@sweep(
    "name, other",
    [
        ("Reeves", "Rachel Reeves"),
        ("Rachel Reeves", "Rachel Jane Reeves"),
        ("R. Reeves", "Rachel Reeves"),
        ("Pena", "Ana Peña"),
        ("Ana Pena", "Ana Peña"),
        ("Peña", "Ana Pena"),
        ("NAB", "National Audit Bureau"),
        ("World Health Organization", "WHO"),
        ("Bureau of National Audit", "BNA"),
    ],
)
def test_a_short_form_may_mean_the_full_name(name, other):
    assert may_refer_to(name, other)


@sweep(
    "name, other",
    [
        ("Rachel Reeves", "Martha Reeves"),
        ("Rachel Reeves", "Rachel Reeve"),
        ("Rachel", "Rachel Reeves"),
        ("Rachel Reeves", "Reeves"),
        ("T. Reeves", "Rachel Reeves"),
        ("NAB", "National Audit Office"),
        ("NAB", "NAB"),
        ("", "Rachel Reeves"),
    ],
)
def test_another_name_does_not(name, other):
    assert not may_refer_to(name, other)


@pytest.mark.django_db
def test_known_claimants_are_found_in_one_query_the_identified_first(django_assert_num_queries):
    plain = Claimant.objects.create(name="Martha Reeves")
    known = Claimant.objects.create(name="Rachel Reeves", same_as=[WIKIDATA])
    bureau = Claimant.objects.create(name="National Audit Bureau", kind="organization")
    Claimant.objects.create(name="Reevesby Council")
    Claimant.objects.create(name="Rachel Breeves")
    asked = [Claimant(name="Reeves"), Claimant(name="NAB"), Claimant(name="Nobody Else")]
    with django_assert_num_queries(1):
        assert find_likely_claimants(asked) == {"Reeves": [known, plain], "NAB": [bureau]}


@pytest.mark.django_db
def test_a_claimant_is_not_suggested_for_itself_and_no_claimants_need_no_query(django_assert_num_queries):
    known = Claimant.objects.create(name="Rachel Reeves")
    assert find_likely_claimants([known]) == {}
    with django_assert_num_queries(0):
        assert find_likely_claimants([Claimant(name="")]) == {}


@pytest.mark.django_db
def test_a_surname_that_many_share_has_no_suggestion():
    for first in ("Ada", "Ben", "Cleo", "Dan", "Eva", "Finn"):
        Claimant.objects.create(name=f"{first} Smith")
    assert find_likely_claimants([Claimant(name="Smith")]) == {}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["(", "a.*b", "[Holt", "Holt\\\\", "%", "وزير المياه", "中村恵子", "x" * 200]
)
def test_no_name_breaks_the_search(name):
    Claimant.objects.create(name="Jane Holt")
    assert find_likely_claimants([Claimant(name=name)]) == {}


@pytest.mark.django_db
def test_the_claims_page_suggests_and_changes_nothing(admin_client):
    known = Claimant.objects.create(name="Rachel Reeves", job_title="Chancellor", same_as=[WIKIDATA])
    short = Claimant.objects.create(name="Reeves", kind="unknown")
    claim = Claim.objects.create(statement="Taxes rose by nine percent.", claimant=short, language="en")
    page = admin_client.get(reverse("admin:claims_claim_change", args=[claim.pk])).content.decode()
    assert (
        page.count(f'href="/admin/claims/claimant/{known.pk}/change/" dir="auto">Rachel Reeves, Chancellor<')
        == 1
    )
    assert page.count(f'href="{WIKIDATA}"') == 1
    claim.refresh_from_db()
    assert claim.claimant == short

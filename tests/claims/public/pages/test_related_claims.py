"""Other claims beside a claim, and why they are there."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from claims.matching.embedding import choice, maintenance
from claims.models import Claim, Claimant, Cluster, Publication, Topic
from claims.public.pages.related_claims import RELATED_LIMIT, find_related_claims
from claims.review import clusters, workflow
from tests.helpers.embedders import TINY
from tests.helpers.newsroom import make_claim
from tests.helpers.reader_pages import page, words

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]


@pytest.fixture
def near(settings: Any) -> Callable[[], None]:
    """Make the vectors that are outstanding, by a model for which texts are near that share their words."""
    settings.EMBEDDER = TINY

    def bring() -> None:
        embedder = choice.get_embedder()
        assert embedder is not None
        assert maintenance.bring_up_to_date(embedder)
        choice.forget_query_model()

    return bring


def beside(claim: Claim) -> list[tuple[str, str]]:
    """Return the claims related to a claim, each with the reason."""
    document = Publication.objects.current().get(claim=claim).document
    return [(each.claim["statement"], each.reason_code) for each in find_related_claims(document)]


def gathered(title: str, claims: list[Claim], editor: User, state: str = "published") -> Cluster:
    made = Cluster.objects.create(title=title, language="en")
    clusters.add(made, claims, by=editor)
    return clusters.move(made, state, by=editor) if state != "draft" else made


def test_claims_of_the_same_rumour_come_first_then_those_of_the_claimant_on_the_topic(
    publish: Publish, editor: User, claimant: Claimant, topic: Topic
) -> None:
    other_topic = Topic.objects.create(name="Health", slug="health")
    claim = publish(make_claim("Trams are free.", claimant=claimant, topics=[topic]))
    rumour = publish(make_claim("Bahnen sind gratis.", language="de"))
    same = publish(make_claim("Buses are late.", claimant=claimant, topics=[topic, other_topic]))
    publish(make_claim("Clinics are closed.", claimant=claimant, topics=[other_topic]))
    publish(make_claim("Ferries are slow.", topics=[topic]))
    gathered("Free trams", [claim, rumour], editor)
    assert beside(claim) == [("Bahnen sind gratis.", "cluster"), ("Buses are late.", "claimant")]
    assert beside(rumour) == [("Trams are free.", "cluster")]
    assert beside(same) == [("Clinics are closed.", "claimant"), ("Trams are free.", "claimant")]


def test_a_rumour_that_readers_do_not_see_relates_nothing(publish: Publish, editor: User) -> None:
    claim, other = publish(), publish()
    gathered("Not yet", [claim, other], editor, state="draft")
    assert beside(claim) == []


def test_only_current_publications(publish: Publish, editor: User, claimant: Claimant, topic: Topic) -> None:
    def by_claimant(statement: str) -> Claim:
        return make_claim(statement, claimant=claimant, topics=[topic])

    claim, gone = publish(by_claimant("Trams are free.")), publish(by_claimant("Trams are yellow."))
    by_claimant("Trams fly.")
    assert beside(claim) == [("Trams are yellow.", "claimant")]
    workflow.move(gone.verdicts.get(), "retract", by=editor, note="It was wrong.")
    assert beside(claim) == []


def test_claims_near_in_meaning_come_last_and_others_are_omitted(
    publish: Publish, near: Callable[[], None]
) -> None:
    claim = publish(make_claim("The harbour bridge cost forty million euros."))
    close = publish(make_claim("The harbour bridge cost ninety million euros."))
    for statement in ("Nurses sleep badly.", "Vaccines contain chalk.", "It rained in May."):
        publish(make_claim(statement))
    near()
    assert beside(claim) == [(close.statement, "meaning")]


def test_without_vectors_nothing_is_near(publish: Publish) -> None:
    claim = publish(make_claim("The bridge cost forty million euros."))
    publish(make_claim("The bridge cost ninety million euros."))
    assert beside(claim) == []


def test_no_more_than_fit_and_none_twice(
    publish: Publish, editor: User, claimant: Claimant, topic: Topic, near: Callable[[], None]
) -> None:
    every = [
        publish(make_claim(f"The bridge cost {number} million euros.", claimant=claimant, topics=[topic]))
        for number in range(RELATED_LIMIT + 2)
    ]
    gathered("The bridge", every[:3], editor)
    near()
    found = beside(every[0])
    assert len(found) == RELATED_LIMIT == len({statement for statement, _ in found})
    assert [why for _, why in found] == ["cluster", "cluster", "claimant", "claimant", "claimant"]
    assert every[0].statement not in {statement for statement, _ in found}


@pytest.mark.parametrize("count", [1, 3])
def test_costs_five_queries_whatever_is_found(
    publish: Publish,
    claimant: Claimant,
    topic: Topic,
    near: Callable[[], None],
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    claim = publish(make_claim("The bridge cost 1 million euros.", claimant=claimant, topics=[topic]))
    for number in range(count):
        publish(make_claim(f"Trams cost {number} euros.", claimant=claimant, topics=[topic]))
        publish(make_claim(f"The bridge cost {number} million euros."))
    near()
    document = Publication.objects.current().get(claim=claim).document
    choice.get_embedder()
    choice.get_query_model()
    with django_assert_num_queries(5):
        found = find_related_claims(document)
    assert len(found) == min(2 * count, RELATED_LIMIT)


def test_the_page_says_why_and_how_each_is_rated(
    client: Client, publish: Publish, claimant: Claimant, topic: Topic
) -> None:
    claim = publish(make_claim("Trams are free.", claimant=claimant, topics=[topic]))
    first = page(client, claim.get_absolute_url())
    assert first.cssselect(".related") == []
    other = publish(make_claim("Buses <b>are</b> late.", claimant=claimant, topics=[topic]), code="true")
    (item,) = page(client, claim.get_absolute_url()).cssselect(".related li")
    assert words(item) == (
        "The same claimant on the same topic Buses <b>are</b> late. Rated True by Factcheck Newsroom Mara Lindqvist"
    )
    assert [link.get("href") for link in item.cssselect("a")] == [other.get_absolute_url()]


def test_a_past_version_shows_none(
    client: Client, publish: Publish, claimant: Claimant, topic: Topic
) -> None:
    claim = publish(make_claim("Trams are free.", claimant=claimant, topics=[topic]))
    publish(make_claim("Buses are late.", claimant=claimant, topics=[topic]))
    publish(claim, correction_kind="correction", correction_note="A new audit.")
    assert page(client, f"/claims/{claim.pk}/versions/1/").cssselect(".related, .sharing") == []

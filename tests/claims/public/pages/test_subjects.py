"""Pages of claimants, topics, publishers and ratings: counts and claims, and nothing that was not published."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from lxml import html
from pytest_django import DjangoAssertNumQueries

from claims.models import Claim, Claimant, Topic
from claims.models.rating import RatingClass
from claims.public.pages.rating_meanings import MEANINGS
from claims.review import workflow
from sources.models import Publisher
from tests.helpers.imported_reviews import bring, review
from tests.helpers.newsroom import make_claim
from tests.helpers.reader_pages import page, statements, words
from tests.helpers.shared_newsroom import checker, claimant, editor, publish, shared_rows, topic

__all__ = ["checker", "claimant", "editor", "publish", "shared_rows", "topic"]  # fixtures

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]


@pytest.fixture(scope="module")
def world(publish: Publish, claimant: Claimant, topic: Topic) -> Claimant:
    """Claims of one claimant in three months, one on a topic and one by another paper; and one without a claimant."""
    claimant.same_as = ["https://www.wikidata.org/wiki/Q64"]
    claimant.affiliation = "Harbour Party"
    claimant.save()
    for number, code, month in ((1, "false", 1), (2, "false", 3), (3, "true", 3)):
        claim = make_claim(
            f"Tunnel {number} is closed.", claimant=claimant, topics=[topic] if number == 1 else []
        )
        publish(claim, code=code, reviewed_on=date(2026, month, 2))
    publish(make_claim("The ferry is late.", topics=[topic]), code="mixed", reviewed_on=date(2024, 5, 1))
    bring(review(statement="The crane fell."))
    return claimant


def tally(document: html.HtmlElement) -> list[str]:
    return [words(one) for one in document.cssselect(".tally li")]


def path_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 301
    assert answer["Cache-Control"] == "public, max-age=0, s-maxage=60"
    return answer["Location"]


@pytest.mark.slow
def test_claimant(client: Client, world: Claimant) -> None:
    document = page(client, f"/claimants/{world.pk}/mara-lindqvist/")
    assert words(document.cssselect("h1")[0]) == "Mara Lindqvist"
    assert words(document.cssselect(".subject .subtitle")[0]) == "Minister of Transport, Harbour Party"
    assert words(document.cssselect(".big-number")[0]) == "4 claims checked"
    assert tally(document) == ["True 1", "False 3"]
    assert statements(document) == [
        "The crane fell.",
        *(f"Tunnel {number} is closed." for number in (3, 2, 1)),
    ]
    assert [one.get("href") for one in document.cssselect(".subject a")] == [
        "/claimants/",
        "https://www.wikidata.org/wiki/Q64",
    ]
    assert "a selection, not a sample" in words(document)
    feed = document.cssselect(".result-count a[href*=feeds]")[0].get("href")
    assert feed == f"/feeds/claims.atom?claimant={world.pk}&by=all"


def test_numbers_move_with_the_ledger(
    client: Client, world: Claimant, publish: Publish, editor: User
) -> None:
    path = f"/claimants/{world.pk}/mara-lindqvist/"
    assert tally(page(client, path)) == ["True 1", "False 3"]
    claim = publish(make_claim("The dock is dry.", claimant=world), code="satire")
    assert tally(page(client, path)) == ["True 1", "False 3", "Satire 1"]
    workflow.move(claim.verdicts.get(state="published"), "retract", by=editor, note="It is wet.")
    assert tally(page(client, path)) == ["True 1", "False 3"]


def test_no_page_computes_a_score(client: Client, world: Claimant) -> None:
    text = words(page(client, f"/claimants/{world.pk}/mara-lindqvist/"))
    assert "%" not in text
    assert not {"score", "ranking", "average", "trustworthy"} & set(text.lower().split())


def test_topic_has_its_claims_of_all_publishers(client: Client, world: Claimant, topic: Topic) -> None:
    document = page(client, f"/topics/{topic.pk}/transport/")
    assert words(document.cssselect("h1")[0]) == "Transport"
    assert words(document.cssselect(".big-number")[0]) == "2 claims checked"
    assert statements(document) == ["The ferry is late.", "Tunnel 1 is closed."]
    narrowed = page(client, f"/topics/{topic.pk}/transport/?rating=mixed")
    assert statements(narrowed) == ["The ferry is late."]
    assert tally(narrowed) == tally(document) == ["Mixed 1", "False 1"]


def test_the_publisher_page_distinguishes_the_newsroom_from_others(client: Client, world: Claimant) -> None:
    other = Publisher.objects.get(domain="checks.example")
    document = page(client, path_of(client, f"/publishers/{other.pk}/"))
    assert statements(document) == ["The crane fell."]
    assert "has not checked them again" in words(document.cssselect(".notice")[0])
    house = Publisher.objects.get_house()
    ours = page(client, path_of(client, f"/publishers/{house.pk}/"))
    assert len(statements(ours)) == 4
    assert ours.cssselect(".subject .notice") == []
    assert "This is our newsroom." in words(ours.cssselect(".subject")[0])
    assert [one.get("href") for one in ours.cssselect(".subject a[rel=external]")] == [
        "http://localhost:8000"
    ]


def test_a_rating_has_its_meaning_in_each_scale(client: Client, world: Claimant) -> None:
    document = page(client, "/ratings/false/")
    assert words(document.cssselect(".subject .subtitle")[0]) == "The claim is wrong."
    assert words(document.cssselect(".labels dt")[0]) == Publisher.objects.get_house().name
    assert {"Tunnel 1 is closed.", "Tunnel 2 is closed."} <= set(statements(document))
    assert client.get("/ratings/wrong/").status_code == 404
    links = [a.get("href") for a in page(client, "/ratings/").cssselect(".scale a")]
    assert (
        links
        == [f"/ratings/{value}/" for value in RatingClass.values]
        == [f"/ratings/{v}/" for v in MEANINGS]
    )


@pytest.mark.parametrize("slug", ["", "somebody-else/", "MARA-LINDQVIST/", "%3Cb%3E/"])
def test_other_addresses_lead_to_the_present_one(client: Client, world: Claimant, slug: str) -> None:
    there = f"/claimants/{world.pk}/mara-lindqvist/"
    assert path_of(client, f"/claimants/{world.pk}/{slug}") == there
    assert (
        path_of(client, f"/claimants/{world.pk}/{slug}?rating=false&q=a+b") == f"{there}?rating=false&q=a+b"
    )


def test_a_topic_that_was_renamed_leads_on(client: Client, world: Claimant, topic: Topic) -> None:
    Topic.objects.filter(pk=topic.pk).update(name="Traffic and ports")
    assert path_of(client, f"/topics/{topic.pk}/transport/") == f"/topics/{topic.pk}/traffic-and-ports/"


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "\u202eesrever", "أحمد الفيتوري", "…", "x" * 200, "김정은"]
)
def test_names_of_any_kind(client: Client, publish: Publish, name: str) -> None:
    hostile = Claimant.objects.create(name=name, job_title=name, affiliation=name)
    subject = Topic.objects.create(name=name[:100], slug="any")
    publish(make_claim("The quay sank.", claimant=hostile, topics=[subject]))
    for path in (f"/claimants/{hostile.pk}/", f"/topics/{subject.pk}/"):
        document = page(client, path_of(client, path))
        assert (
            words(document.cssselect("h1")[0]) == " ".join(name.split())[: 100 if "topics" in path else 200]
        )
        assert document.cssselect("h1")[0].get("dir") == "auto"
    for path in ("/claims/", "/", "/topics/", f"/claims/?claimant={hostile.pk}"):
        assert "<script>alert" not in client.get(path).content.decode()


@pytest.mark.parametrize("kind", ["claimants", "topics", "publishers"])
def test_subjects_without_published_claims_have_no_page(client: Client, world: Claimant, kind: str) -> None:
    for number in (0, 999_999, 10**30):
        assert client.get(f"/{kind}/{number}/x/").status_code == 404


def test_claimants_only_in_drafts_have_no_page(client: Client, publish: Publish, editor: User) -> None:
    hidden, subject = (
        Claimant.objects.create(name="Ida Holm"),
        Topic.objects.create(name="Wharf", slug="wharf"),
    )
    claim = make_claim("The wharf burns.", claimant=hidden, topics=[subject])
    paths = f"/claimants/{hidden.pk}/ida-holm/", f"/topics/{subject.pk}/wharf/"
    assert [client.get(path).status_code for path in paths] == [404, 404]
    publish(claim)
    assert [client.get(path).status_code for path in paths] == [200, 200]
    assert "Wharf" in words(page(client, "/topics/"))
    workflow.move(claim.verdicts.get(state="published"), "retract", by=editor, note="It does not.")
    assert [client.get(path).status_code for path in paths] == [404, 404]
    assert "Wharf" not in words(page(client, "/topics/"))


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    "kind, queries", [("claimants", 8), ("topics", 8), ("publishers", 8), ("ratings", 8)]
)
def test_costs_the_same_whatever_its_length(
    client: Client,
    publish: Publish,
    django_assert_num_queries: DjangoAssertNumQueries,
    kind: str,
    queries: int,
    count: int,
) -> None:
    somebody = Claimant.objects.create(name="Ida Holm")
    subject = Topic.objects.create(name="Wharf", slug="wharf")
    for number in range(count):
        publish(make_claim(f"Wharf {number} burns.", claimant=somebody, topics=[subject]), code="satire")
    path = {
        "claimants": f"/claimants/{somebody.pk}/ida-holm/",
        "topics": f"/topics/{subject.pk}/wharf/",
        "publishers": f"/publishers/{Publisher.objects.get_house().pk}/factcheck-newsroom/",
        "ratings": "/ratings/satire/",
    }[kind]
    with django_assert_num_queries(queries):
        document = page(client, path)
    assert len(statements(document)) >= count


@pytest.mark.parametrize(
    "query", ["rating=nonsense", "language=%00", "reviewed=2026-13", "reviewed=26", "publisher=x"]
)
def test_impossible_pages_return_404(client: Client, world: Any, query: str) -> None:
    for path in (f"/claimants/{world.pk}/mara-lindqvist/", "/claims/"):
        assert client.get(f"{path}?{query}").status_code == 404


def test_the_newsroom_has_the_present_address_of_the_site(
    client: Client, publish: Callable[..., Claim]
) -> None:
    publish()
    shown = page(client, f"/publishers/{Publisher.objects.get_house().pk}/factcheck-newsroom/")
    assert [link.get("href") for link in shown.cssselect("a[rel=external]")] == ["http://localhost:8000"]

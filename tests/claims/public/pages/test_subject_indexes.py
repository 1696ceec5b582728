"""The indexes of claimants, topics and publishers: found by letter and by words; never ranked."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from claims.models import Claim, Claimant, Topic
from claims.review import workflow
from sources.models import Publisher
from tests.helpers.imported_reviews import bring, review
from tests.helpers.newsroom import make_claim, rating
from tests.helpers.reader_pages import correct, page, words
from tests.helpers.sweeps import sweep

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]


def names(client: Client, path: str) -> list[str]:
    return [words(one) for one in page(client, path).cssselect(".choice")]


def letters(client: Client, path: str) -> list[str]:
    return [words(one) for one in page(client, path).cssselect('nav[aria-label="First letters"] bdi')]


@pytest.fixture
def somebody(publish: Publish) -> Callable[..., Claim]:
    def said(name: str, **fields: str) -> Claim:
        return publish(
            make_claim(f"{name} spoke.", claimant=Claimant.objects.create(name=name, **fields)), code="false"
        )

    return said


def test_claimants_are_sorted_as_in_dictionaries_with_their_numbers(
    client: Client, somebody: Callable[..., Claim], publish: Publish
) -> None:
    somebody("Zoe Quay")
    first = somebody("mara lind")
    somebody("Ärztekammer")
    somebody("Bo Berg")
    publish(make_claim("The dock is dry.", claimant=first.claimant), code="true")
    Claimant.objects.create(name="Ida Holm")  # without published claims
    assert names(client, "/claimants/") == [
        "Ärztekammer 1",
        "Bo Berg 1",
        "mara lind 2",
        "Zoe Quay 1",
    ]
    assert letters(client, "/claimants/") == ["A", "B", "M", "Z"]
    (link,) = page(client, "/claimants/?letter=M").cssselect(".choice")
    assert link.get("href") == f"/claimants/{first.claimant_id}/mara-lind/"
    assert client.get(link.get("href")).status_code == 200


@sweep(
    "query, expected",
    [
        ("letter=A", ["Ärztekammer 1", "Azra Lee 1"]),
        ("letter=%EA%B0%80", []),
        ("letter=%E3%84%B1", ["김정은 1"]),
        ("letter=Q", []),
        ("q=arzte", ["Ärztekammer 1"]),
        ("q=LEE", ["Azra Lee 1"]),
        ("q=az+le", ["Azra Lee 1"]),
        ("q=mayor", []),  # what they are may have been changed and not published yet
        ("q=holm", []),
        ("q=%25", []),
    ],
    undone=True,
)
def test_claimants_are_found_by_letter_and_by_words(
    client: Client, somebody: Callable[..., Claim], query: str, expected: list[str]
) -> None:
    for name in ("Azra Lee", "Ärztekammer", "김정은"):
        somebody(name, job_title="Mayor")
    Claimant.objects.create(name="Ida Holm")
    document = page(client, f"/claimants/?{query}")
    assert [words(one) for one in document.cssselect(".choice")] == expected
    assert [words(one) for one in document.cssselect(".empty")] == (
        [] if expected else ["Nothing was found. Show all"]
    )


def test_publishers_have_verdicts_and_a_correction_counts_once(
    client: Client, publish: Publish, checker: User, editor: User
) -> None:
    claim = publish(make_claim("The dock is dry."))
    corrected = publish(make_claim("The quay is long."), code="true")
    correct(corrected, checker, editor, rating=rating("false"))
    bring(review(statement="The crane fell."))
    Publisher.objects.create(name="Silent Paper", domain="silent.example")
    house = Publisher.objects.get_house().name
    other = Publisher.objects.get(domain="checks.example").name
    assert sorted(names(client, "/publishers/")) == sorted([f"{house} 2", f"{other} 1"])
    for link in page(client, "/publishers/").cssselect(".choice"):
        assert client.get(link.get("href")).status_code == 200
    for one in (claim, corrected):
        workflow.move(one.verdicts.get(state="published"), "retract", by=editor, note="It is wet.")
    assert names(client, "/publishers/") == [f"{other} 1"]


def test_topics_are_searched(client: Client, publish: Publish, topic: Topic) -> None:
    publish(make_claim("The ferry is late.", topics=[topic]))
    publish(make_claim("The wharf burns.", topics=[Topic.objects.create(name="Wharf", slug="wharf")]))
    Topic.objects.create(name="Whales", slug="whales")
    assert names(client, "/topics/") == ["Transport 1", "Wharf 1"]
    assert names(client, "/topics/?q=whar") == names(client, "/topics/?letter=W") == ["Wharf 1"]


@pytest.mark.parametrize("route", ["claimants", "topics"])
def test_indexes_are_paged_within_the_search(
    client: Client, publish: Publish, monkeypatch: pytest.MonkeyPatch, route: str
) -> None:
    monkeypatch.setattr("claims.public.pages.subject_indexes.NAMES_PER_PAGE", 1)
    for name in ("Wharf", "Water", "Quay"):
        subject = Topic.objects.create(name=name, slug=name.lower())
        publish(make_claim(f"{name} burns.", topics=[subject], claimant=Claimant.objects.create(name=name)))
    seen, path = [], f"/{route}/?letter=W"
    while path:
        seen += names(client, path)
        path = next((one.get("href") for one in page(client, path).cssselect("a[rel=next]")), "")
    assert seen == ["Water 1", "Wharf 1"]
    last = page(client, page(client, f"/{route}/").cssselect("a[rel=next]")[0].get("href"))
    assert [one.get("rel") for one in last.cssselect(".pager a")] == ["prev", "next"]


@sweep("query", ["cursor=x", "q=%00", "letter=%00", f"q={'a' * 600}"], undone=True)
@sweep("route", ["claimants", "topics", "publishers"], undone=True)
def test_impossible_pages_return_404(client: Client, route: str, query: str) -> None:
    assert client.get(f"/{route}/?{query}").status_code == 404


@sweep("route", ["claimants", "topics", "publishers"], undone=True)
def test_an_empty_site_says_so(client: Client, route: str) -> None:
    assert words(page(client, f"/{route}/").cssselect(".empty")[0]) == "Nothing has been published yet."
    assert letters(client, f"/{route}/") == []


@sweep("count", [1, 3], undone=True)
@sweep("route, queries", [("claimants", 3), ("topics", 3), ("publishers", 4)], undone=True)
def test_costs_the_same_whatever_its_length(
    client: Client,
    publish: Publish,
    django_assert_num_queries: DjangoAssertNumQueries,
    route: str,
    queries: int,
    count: int,
) -> None:
    for number in range(count):
        subject = Topic.objects.create(name=f"Wharf {number}", slug=f"wharf-{number}")
        claim = make_claim(f"Wharf {number} burns.", topics=[subject])
        claim.claimant = Claimant.objects.create(name=f"Ida {number}")
        claim.save()
        publish(claim)
        bring(review(statement=f"The crane {number} fell.", publisher=f"Paper {number}"))
    with django_assert_num_queries(queries):
        document = page(client, f"/{route}/")
    assert len(document.cssselect(".choice")) >= count


def test_indexes_are_led_to_from_everywhere(client: Client) -> None:
    links = {a.get("href") for a in page(client, "/de/check/").cssselect("header nav a")}
    assert {"/de/claimants/", "/de/topics/", "/de/publishers/"} <= links


def test_search_leads_nowhere_but_to_its_index(client: Client, publish: Publish) -> None:
    publish()
    for route in ("claimants", "topics", "publishers"):
        form = page(client, f"/ar/{route}/").cssselect("form.search")[0]
        assert form.get("action") == f"/ar/{route}/"

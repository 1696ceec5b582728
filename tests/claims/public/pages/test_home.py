"""The front page: new, repeated and corrected claims, read from publications; empty sections are omitted."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from claims.models import Claim, Cluster, NewsroomPage, Topic
from claims.public.pages.page_cache import page_cache
from claims.review import clusters
from tests.helpers.imported_reviews import bring, review
from tests.helpers.newsroom import make_appearance, make_claim, make_source
from tests.helpers.reader_pages import correct, page, words

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]


def sections(client: Client, path: str = "/") -> dict[str, str]:
    """The parts of the front page by their ids, as words."""
    return {
        one.get("aria-labelledby"): words(one)
        for one in page(client, path).cssselect("section[aria-labelledby]")
    }


def test_an_empty_newsroom_claims_nothing(client: Client) -> None:
    shown = sections(client)
    assert list(shown) == ["new", "corrected", "us"]
    assert shown["new"] == "New Nothing has been published yet. See what others have checked"
    assert shown["corrected"] == "Recent corrections Nothing in the last 30 days. All corrections"
    assert shown["us"] == "Who we are Published by Factcheck Newsroom. How we rate and correct"


def test_search_comes_first(client: Client) -> None:
    document = page(client, "/")
    assert words(document.cssselect("h1")[0]) == "Is it true that…?"
    (form,) = document.cssselect("main form")
    assert (form.get("action"), form.get("method"), form.cssselect("input")[0].name) == (
        "/claims/",
        "get",
        "q",
    )


def test_the_newest_of_our_own(client: Client, publish: Publish) -> None:
    for number in range(7):
        publish(make_claim(f"Tunnel {number} is closed."))
    bring(review(statement="The crane fell."))
    assert [words(one) for one in page(client, "/").cssselect(".card h3")] == [
        f"Tunnel {number} is closed." for number in range(6, 0, -1)
    ]


def test_repeated_claims(client: Client, publish: Publish, editor: User) -> None:
    said, once = make_claim("The quay sank."), make_claim("The quay burns.")
    for claim, days in ((said, (3, 9)), (once, (5,))):
        for day in days:
            source = make_source(claim.statement, published_on=date(2026, 5, day))
            make_appearance(claim, source, claim.statement)
        publish(claim)
    assert (
        sections(client)["repeated"]
        == "Spreading again Rated False The quay sank. found in 2 placesmost recently on 9 May 2026"
    )
    rumour = Cluster.objects.create(title="The quay", language="en")
    clusters.add(rumour, [said, once], by=editor)
    assert "Rumour" not in sections(client)["repeated"]
    clusters.move(rumour, "published", by=editor)
    assert "Rumour The quay 2 checked claimsEnglish" in sections(client)["repeated"]


def test_topics_of_most_claims_first(client: Client, publish: Publish) -> None:
    sea, land = (Topic.objects.create(name=name, slug=name.lower()) for name in ("Sea", "Land"))
    publish(make_claim(topics=[land]))
    publish(make_claim(topics=[sea]))
    publish(make_claim(topics=[sea]))
    make_claim(topics=[Topic.objects.create(name="Xylograph", slug="x")])
    (topics,) = page(client, "/").cssselect(".topic-list")
    assert [(words(one), one.get("href")) for one in topics.cssselect("a")] == [
        ("Sea 2", f"/topics/{sea.pk}/sea/"),
        ("Land 1", f"/topics/{land.pk}/land/"),
    ]


def test_corrections_of_the_last_days(client: Client, publish: Publish, checker: User, editor: User) -> None:
    with time_machine.travel(timezone.now() - timedelta(days=40)):
        correct(publish(make_claim("Long ago.")), checker, editor, correction_note="Long told.")
    assert "Nothing in the last 30 days." in sections(client)["corrected"]
    claim = publish(make_claim("The quay is <b>safe</b>."))
    correct(claim, checker, editor, correction_note="A new <i>audit</i>.")
    shown = sections(client)["corrected"]
    assert "The quay is <b>safe</b>. A new <i>audit</i>." in shown
    assert "Long ago." not in shown


def test_our_description_in_the_readers_language(client: Client) -> None:
    write = NewsroomPage.objects.create
    write(kind="organisation", language="en", title="Us", text="# Us\n\nWe are **four** people.\n\nMore.")
    write(kind="organisation", language="de", title="Wir", text="Wir sind vier Leute.")
    write(kind="funding", language="de", title="Geld", text="Niemand zahlt.")
    assert "We are four people." in sections(client)["us"]
    german = page(client, "/", **{"Accept-Language": "de"})
    assert "Wir sind vier Leute." in words(german.cssselect("section[aria-labelledby=us]")[0])
    (opening,) = german.cssselect("section[aria-labelledby=us] > p:first-of-type")
    assert opening.get("lang") == "de"
    links = [one.get("href") for one in page(client, "/").cssselect("section[aria-labelledby=us] li a")]
    assert links == ["/about/organisation/", "/about/funding/"]


@pytest.mark.parametrize("count", [1, 3])
def test_costs_nine_queries_whatever_its_length(
    client: Client,
    publish: Publish,
    checker: User,
    editor: User,
    topic: Topic,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    for number in range(count):
        claim = make_claim(f"Tunnel {number} is closed.", topics=[topic])
        for _place in range(2):
            make_appearance(claim, make_source(claim.statement), claim.statement)
        publish(claim)
        correct(claim, checker, editor)
    # Who we are, the newest, said again, clusters, corrections and their words, topics and
    # their names, what we say of ourselves.
    with django_assert_num_queries(9):
        document = page(client, "/")
    assert len(document.cssselect("section[aria-labelledby=new] .card")) == count


@pytest.mark.parametrize(
    "query",
    [
        "q=tunnel",
        "q=a+b&rating=false",
        "topic=3",
        "claimant=4",
        "by=all",
        "cursor=x",
        "q=%C3%A9&utm_source=letter",
    ],
)
def test_old_addresses_of_the_list_redirect(client: Client, query: str) -> None:
    answer = client.get(f"/?{query}")
    assert (answer.status_code, answer["Location"]) == (301, f"/claims/?{query}")


def test_other_parameters_do_no_harm(client: Client, publish: Publish) -> None:
    claim = publish()
    assert claim.statement in words(page(client, "/?utm_source=letter"))


def test_a_cached_front_page_expires_when_its_content_changes(
    client: Client, publish: Publish, editor: User, settings: Any
) -> None:
    settings.PAGE_CACHE_BYTES = 1_000_000
    page_cache.clear()
    both = [publish(make_claim("The quay sank.")), publish(make_claim("The quay burns."))]
    rumour = Cluster.objects.create(title="Harbour rumour", language="en")
    clusters.add(rumour, both, by=editor)
    assert "Harbour rumour" not in client.get("/").content.decode()
    rumour = clusters.move(rumour, "published", by=editor)
    assert "Harbour rumour" in client.get("/").content.decode()
    clusters.move(rumour, "draft", by=editor)
    assert "Harbour rumour" not in client.get("/").content.decode()
    NewsroomPage.objects.create(kind="organisation", language="en", title="Us", text="We are four people.")
    assert "We are four people." in client.get("/").content.decode()
    page_cache.clear()

"""The list of claims that other sites show in a frame."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings as project
from django.contrib.auth.models import User
from django.test import Client
from lxml import html
from pytest_django import DjangoAssertNumQueries

from claims.features.embeds.claim_list_frame import ClaimFrameQuery
from claims.features.embeds.embed_themes import THEME_PARAMETERS
from claims.models import Claim, Claimant, Rating, RatingScale, Topic
from claims.public.pages.page_cache import page_cache
from claims.review import workflow
from sources.models import Publisher
from tests.helpers.newsroom import make_claim, make_draft
from tests.helpers.reader_pages import bring_out, correct, page, words

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]


@pytest.fixture(autouse=True)
def no_kept_pages() -> Iterator[None]:
    page_cache.clear()
    yield
    page_cache.clear()


def listed(client: Client, query: str = "", **headers: str) -> html.HtmlElement:
    return page(client, f"/widgets/list/{query}", **headers)


def statements(document: html.HtmlElement) -> list[str]:
    return [words(item) for item in document.cssselect("h2")]


@pytest.fixture
def topic() -> Topic:
    return Topic.objects.create(name="Transport", slug="transport")


@pytest.mark.parametrize("count", [1, 3])
def test_newest_claims_come_first_with_one_query(
    client: Client,
    publish: Publish,
    claimant: Claimant,
    count: int,
    settings: Any,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    settings.PAGE_CACHE_BYTES = 0
    for number in range(count):
        publish(make_claim(f"Bridge {number} is closed.", claimant=claimant))
    with django_assert_num_queries(1):
        document = listed(client)
    assert statements(document) == [f"Bridge {number} is closed." for number in reversed(range(count))]
    assert words(document.cssselect("li")[0]).startswith("Rated False Bridge")
    assert words(document.cssselect("li")[0]).endswith("Mara Lindqvist, Minister of Transport")
    assert {(a.get("target"), a.get("rel")) for a in document.cssselect("a")} == {("_blank", "noopener")}
    assert document.cssselect("meta[name=robots]")[0].get("content") == "noindex"
    assert document.cssselect("script, form, input, button") == []


def test_filters_are_those_of_the_api(client: Client, publish: Publish, topic: Topic) -> None:
    publish(make_claim("The bridge is closed.", topics=[topic]))
    publish(make_claim("The ferry is late."), code="true")
    for query, found in {
        "?topic=transport": ["The bridge is closed."],
        f"?topic={topic.pk}": ["The bridge is closed."],
        "?rating_class=true": ["The ferry is late."],
        "?rating=false": ["The bridge is closed."],
        "?q=ferry": ["The ferry is late."],
        "?q=volcano": [],
        "?limit=1": ["The ferry is late."],
        "?limit=20&theme=dark&accent=a03&font=serif&border=none": [
            "The ferry is late.",
            "The bridge is closed.",
        ],
    }.items():
        document = listed(client, query)
        assert statements(document) == found, query
    assert "No published claim matches." in words(listed(client, "?q=volcano"))


@pytest.mark.parametrize(
    "query, parameter",
    [
        ("?limit=0", "limit"),
        ("?limit=21", "limit"),
        ("?limit=x", "limit"),
        ("?topc=1", "topc"),
        ("?as_of=2026-01-01", "as_of"),
        ("?cursor=x", "cursor"),
        ("?page_size=100", "page_size"),
        ("?rating_class=wrong", "rating_class"),
    ],
)
def test_invalid_parameters_are_refused(client: Client, query: str, parameter: str) -> None:
    response = client.get(f"/widgets/list/{query}")
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert [error["parameter"] for error in response.json()["errors"]] == [parameter]


def test_it_may_be_framed_and_sets_nothing(client: Client, publish: Publish) -> None:
    publish()
    response = client.get("/widgets/list/?accent=a03")
    assert "X-Frame-Options" not in response
    policy = dict(part.strip().partition(" ")[::2] for part in response["Content-Security-Policy"].split(";"))
    assert policy["frame-ancestors"] == "*"
    assert policy["default-src"] == "'self'"
    assert policy["style-src"].startswith("'self' 'sha256-")
    assert "--edge:#aa0033" in response.content.decode()
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")


def test_it_is_kept_until_something_is_published(
    client: Client, publish: Publish, settings: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.PAGE_CACHE_BYTES = 1_000_000
    publish(make_claim("The bridge is closed."))
    first = client.get("/widgets/list/")
    with django_assert_num_queries(1):
        again = client.get("/widgets/list/")
    assert again.content == first.content
    assert again["Content-Security-Policy"] == first["Content-Security-Policy"]
    assert "X-Frame-Options" not in again
    publish(make_claim("The ferry is late."))
    assert statements(listed(client)) == ["The ferry is late.", "The bridge is closed."]


def test_corrections_and_retractions_show(
    client: Client, publish: Publish, checker: User, editor: User
) -> None:
    corrected, retracted = (
        publish(make_claim("The bridge is closed.")),
        publish(make_claim("The ferry is late.")),
    )
    true = Rating.objects.get(code="true", scale__publisher__is_house=True)
    correct(corrected, checker, editor, rating=true, correction_note="We read the wrong report.")
    workflow.move(retracted.verdicts.get(), "retract", by=editor, note="The audit was forged.")
    document = listed(client)
    assert statements(document) == ["The bridge is closed."]
    assert words(document.cssselect(".corrected")[0]).startswith("Correction, ")
    withdrawn = listed(client, "?status=retracted")
    assert statements(withdrawn) == ["The ferry is late."]
    assert [words(badge) for badge in withdrawn.cssselect(".badge")] == ["Retracted"]


def test_others_fact_checks_are_listed_on_request_with_their_publisher(
    client: Client, publish: Publish, checker: User, editor: User
) -> None:
    publish(make_claim("The bridge is closed."))
    other = Publisher.objects.create(name="Gazette")
    scale = RatingScale.objects.create(publisher=other, name="Stars", version="1", language="en")
    rating = Rating.objects.create(scale=scale, code="half", label="Half so", rating_class="mixed")
    bring_out(
        make_draft(make_claim("The ferry is late."), checker, publisher=other, rating=rating), checker, editor
    )
    assert statements(listed(client)) == ["The bridge is closed."]
    document = listed(client, "?by=all")
    assert statements(document) == ["The ferry is late.", "The bridge is closed."]
    assert [words(item.cssselect(".badges")[0]) for item in document.cssselect("li")] == [
        "Rated Half so Gazette",
        "Rated False Factcheck Newsroom",
    ]
    assert words(document.cssselect("h1")[0]) == "Fact checks collected by Factcheck Newsroom"


def test_drafts_are_in_no_list(client: Client, publish: Publish, checker: User) -> None:
    publish()
    make_draft(make_claim("Quillfeather did it."), checker, summary="Quillfeather")
    for query in ("", "?by=all", "?q=quillfeather", "?by=all&limit=20"):
        assert b"quillfeather" not in client.get(f"/widgets/list/{query}").content.lower().replace(
            b"?q=quillfeather", b""
        )


def test_words_of_claims_are_text(client: Client, publish: Publish, claimant: Claimant) -> None:
    attack = '"><img src=x onerror=alert(1)>'
    claimant.name = attack
    claimant.save()
    publish(make_claim(f"{attack} is so.", claimant=claimant))
    document = listed(client)
    assert [img.get("src") for img in document.cssselect("img")] == ["/static/logo.svg"]
    assert words(document.cssselect("h2")[0]) == f"{attack} is so."


def test_each_statement_has_its_own_language_and_direction(client: Client, publish: Publish) -> None:
    publish(make_claim("الجسر مغلق", language="ar"))
    (statement,) = listed(client).cssselect("h2")
    assert (statement.get("lang"), statement.get("dir")) == ("ar", "auto")


def test_docs_name_all_that_can_be_asked() -> None:
    text = (project.BASE_DIR / "docs" / "widgets.md").read_text()
    listed, both = text.split("## A list")[1].split("## Both")[0], text.split("## Both")[1].split("\n## ")[0]
    assert set(ClaimFrameQuery.base_filters) - set(re.findall(r"`(\w+)`", listed)) == set()
    assert {*THEME_PARAMETERS} - {"report"} - set(re.findall(r"`(\w+)`", both)) == set()

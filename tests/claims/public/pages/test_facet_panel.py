"""What lists of claims can be narrowed down by: each number is the API's, and that of the list it leads to."""

from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import User
from django.test import Client
from lxml import html

from claims.models import Claim, Claimant, Topic
from claims.public.pages import facet_panel
from claims.review import workflow
from sources.models import Publisher
from tests.helpers.newsroom import make_claim
from tests.helpers.reader_pages import page, words
from tests.helpers.shared_newsroom import checker, claimant, editor, publish, shared_rows, topic

__all__ = ["checker", "claimant", "editor", "publish", "shared_rows", "topic"]  # fixtures

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]

#: What readers' addresses call what the API calls otherwise.
API = {"rating": "rating_class", "reviewed": "reviewed_year"}


@pytest.fixture(scope="module")
def world(publish: Publish, claimant: Claimant, topic: Topic, editor: User) -> Publisher:
    """Claims that differ in all that lists are narrowed down by, one of two publishers, and one withdrawn."""
    desk = Publisher.objects.create(name="Harbour Desk", kind="news", domain="harbour.example.org")
    sea = Topic.objects.create(name="Sea", slug="sea")
    bridge = make_claim(
        "The bridge cost 40 million.", claimant=claimant, topics=[topic, sea], language="pt-BR"
    )
    publish(bridge, code="false", reviewed_on=date(2026, 2, 1))
    publish(bridge, publisher=desk, code="mixed", reviewed_on=date(2025, 2, 1))
    publish(
        make_claim("The ferry cost 40 million.", claimant=claimant, topics=[sea], language="pt"),
        publisher=desk,
        code="false",
        reviewed_on=date(2025, 7, 1),
    )
    publish(make_claim("The tunnel leaks.", topics=[topic]), code="true", reviewed_on=date(2026, 3, 1))
    publish(make_claim("The crane fell."), code="false", reviewed_on=date(2026, 2, 8))
    gone = publish(make_claim("The buoy burns.", topics=[sea]), code="satire")
    workflow.move(gone.verdicts.get(state="published"), "retract", by=editor, note="It does not.")
    return desk


def counts(document: html.HtmlElement) -> dict[str, dict[str, int]]:
    """The numbers of a page by facet and value, as its links have them."""
    found: dict[str, dict[str, int]] = {}
    for section in document.cssselect(".facet"):
        name = section.get("aria-labelledby").removeprefix("facet-")
        values = {}
        for link in section.cssselect("li:not(.part) .choice"):
            asked = parse_qs(urlsplit(link.get("href")).query)
            if name in asked and not link.get("aria-current"):
                values[asked[name][0]] = int(link.cssselect(".count")[0].text)
        found[name] = values
    return found


QUERIES = [
    ("by=house", "publisher={house}"),
    ("by=all", ""),
    ("by=all&rating=false", "rating_class=false"),
    ("rating=false", "rating_class=false&publisher={house}"),
    ("by=all&topic={topic}", "topic={topic}"),
    ("by=all&language=pt", "language=pt"),
    ("publisher={desk}", "publisher={desk}"),
    ("publisher={desk}&rating=mixed", "publisher={desk}&rating_class=mixed"),
    ("by=all&reviewed=2025", "reviewed_after=2025-01-01&reviewed_before=2025-12-31"),
    ("by=all&reviewed=2026-02", "reviewed_after=2026-02-01&reviewed_before=2026-02-28"),
    ("by=all&claimant={claimant}&topic={topic}", "claimant={claimant}&topic={topic}"),
    ("q=million", "q=million"),
]


@pytest.mark.slow
@pytest.mark.parametrize("asked, api", QUERIES)
def test_numbers_are_those_of_the_api_and_of_the_lists_that_they_lead_to(
    client: Client, world: Publisher, topic: Topic, claimant: Claimant, asked: str, api: str
) -> None:
    numbers = {
        "house": Publisher.objects.get_house().pk,
        "desk": world.pk,
        "topic": topic.pk,
        "claimant": claimant.pk,
    }
    document = page(client, f"/claims/?{asked.format(**numbers)}")
    shown = counts(document)
    body = client.get(f"/api/v1/claims/facets/?page_size=20&{api.format(**numbers)}").json()
    total = int(words(document.cssselect(".result-count strong")[0]).split()[0])
    assert total == body["count"]
    for name, values in shown.items():
        if name == "publisher":
            continue  # counted for any publisher: below
        told = {one["value"].lower(): one["count"] for one in body["facets"][API.get(name, name)]["values"]}
        chosen = parse_qs(asked.format(**numbers)).get(name, [""])[0]
        assert values == {value: number for value, number in told.items() if value != chosen}, name
    for link in document.cssselect(".facet .choice:not([aria-current])"):
        target = page(client, link.get("href"))
        assert (
            words(target.cssselect(".result-count strong")[0]).split()[0] == link.cssselect(".count")[0].text
        )


@pytest.mark.slow
def test_publishers_are_counted_whosever_list_it_is(client: Client, world: Publisher) -> None:
    house = Publisher.objects.get_house()
    for asked in ("by=house", "by=all"):
        assert counts(page(client, f"/claims/?{asked}"))["publisher"] == {str(house.pk): 3, str(world.pk): 2}


def test_a_year_that_is_chosen_has_its_months(client: Client, world: Publisher) -> None:
    document = page(client, "/claims/?by=all&reviewed=2026")
    months = [(words(one), one.get("href")) for one in document.cssselect(".part a")]
    assert months == [
        ("March 2026 1", "/claims/?reviewed=2026-03&by=all"),
        ("February 2026 2", "/claims/?reviewed=2026-02&by=all"),
    ]
    month = page(client, "/claims/?by=all&reviewed=2026-02")
    (chosen,) = month.cssselect(".part a[aria-current]")
    assert (words(chosen), chosen.get("href")) == ("February 2026 2", "/claims/?reviewed=2026&by=all")
    assert words(month.cssselect(".active-filters")[0]) == "Remove: Date February 2026"


def test_robots_are_kept_from_combinations(client: Client, world: Publisher, topic: Topic) -> None:
    def robots(path: str) -> tuple[list[str], set[str | None]]:
        document = page(client, path)
        told = [one.get("content") for one in document.cssselect("meta[name=robots]")]
        return told, {one.get("rel") for one in document.cssselect(".facet .choice")}

    listed = ["max-image-preview:large"]
    assert robots("/claims/") == (listed, {None})
    assert robots("/claims/?rating=false") == (["noindex, follow"], {"nofollow"})
    assert robots(f"/topics/{topic.pk}/transport/") == (listed, {"nofollow"})
    assert robots(f"/topics/{topic.pk}/transport/?rating=false") == (["noindex, follow"], {"nofollow"})


@pytest.fixture
def dear(monkeypatch: pytest.MonkeyPatch) -> None:
    """To count one claim is too much, and a page has one."""
    monkeypatch.setattr(facet_panel, "EXPENSIVE_LIST", 0)
    monkeypatch.setattr("claims.public.pages.listed_claims.CLAIMS_PER_PAGE", 1)


@pytest.mark.slow
@pytest.mark.parametrize(
    "path", ["/claims/?by=all", "/claims/?by=all&language=pt", "/topics/{topic}/transport/?by=all"]
)
def test_expensive_counts_follow_the_page(
    client: Client, world: Publisher, topic: Topic, dear: None, path: str
) -> None:
    path = path.format(topic=topic.pk)
    first = page(client, path)
    assert first.cssselect(".facet") == []
    (place,) = first.cssselect("[data-counts]")
    (link,) = place.cssselect("a")
    whole = page(client, link.get("href"))
    part = html.fragment_fromstring(client.get(place.get("data-counts")).content.decode())
    # Now it is known, and the page has it at once.
    again = page(client, path)
    assert counts(again) == counts(part)
    assert counts(part) != {}
    plain = [(one.get("href").removeprefix(path.partition("?")[0])) for one in again.cssselect(".facet a")]
    assert [one.get("href") for one in part.cssselect("a")] == plain
    for one in whole.cssselect(".facet .choice:not([aria-current])"):
        target = page(client, one.get("href"))
        assert target.cssselect(".card")


def test_the_script_loads_it_only_if_it_is_missing(client: Client, world: Publisher, dear: None) -> None:
    assert len(page(client, "/claims/").cssselect("script[src$='facets.js']")) == 1
    client.get(page(client, "/claims/").cssselect("[data-counts]")[0].get("data-counts"))
    assert page(client, "/claims/").cssselect("script[src$='facets.js']") == []


@pytest.mark.parametrize("query", ["rating=x", "of=topic&part=1", "of=nothing&topic=x&part=1", "cursor=x"])
def test_counts_of_impossible_filters(client: Client, query: str) -> None:
    assert client.get(f"/claims/facets/?{query}").status_code in (200, 404)


def test_to_count_costs_more_of_a_budget(settings: Any) -> None:
    from factcheck.web.throttling.costs import Costs  # noqa: PLC0415  reads the settings

    assert Costs().compute_cost("/claims/facets/", "") == 5

"""An address in a search finds what the look-up finds there: in the API, Google's form of it, and on reader pages."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings as project
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from claims.ledger.queries.address_search import find_claim_at, read_search
from claims.models import Claim
from claims.review import workflow
from sources.addresses import build_url_key
from sources.models import Publisher, Source
from tests.helpers.article_lookup import publish_citing
from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_source
from tests.helpers.sweeps import sweep

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]
ARTICLE = "https://news.example.net/story/1"
REVIEW = "https://desk.example.org/checks/ferry"
TEXT = "The ferry sank, he said. Later he said: the bridge was dear. Nobody laughed."


@pytest.fixture
def article(db: None) -> Source:
    return make_source(TEXT, url=ARTICLE, title="A speech at the harbour")


@pytest.fixture
def world(publish: Publish, article: Source, checker: User, editor: User) -> dict[str, Claim]:
    """A claim seen in the article, one whose verdict cites it, one that names it, and one reviewed elsewhere."""
    seen = make_claim("The bridge was dear.")
    make_appearance(seen, article, "the bridge was dear")
    desk = Publisher.objects.create(name="Harbour Desk", kind="news", domain="desk.example.org")
    return {
        "seen": publish(seen),
        "citing": publish_citing(make_claim("He laughed."), article, checker, editor),
        "naming": publish(make_claim("Tunnels leak."), explanation=f"See {ARTICLE} for more."),
        "reviewed": publish(make_claim("The ferry sank."), publisher=desk, url=REVIEW),
    }


def listed(client: Client, address: str, more: str = "", at: str = "/api/v1/claims/") -> list[int]:
    response = client.get(f"{at}?q={quote(address, safe='')}{more}")
    assert response.status_code == 200, response.content
    return [claim["id"] for claim in response.json()["results"]]


def looked_up(client: Client, address: str) -> list[int]:
    [result] = client.get("/api/v1/lookup/", {"url": address}).json()["results"]
    return [claim["id"] for claim in result["claims"]]


@sweep("address", [ARTICLE, "http://www.news.example.net/story/1/?utm_source=x#top"], undone=True)
def test_an_article_lists_its_appearances_and_citations_before_mentions(
    client: Client, world: dict[str, Claim], address: str
) -> None:
    there = {world["seen"].pk, world["citing"].pk}
    assert set(looked_up(client, address)) == there
    found = listed(client, address, "&count=exact")
    assert set(found[:2]) == there
    # The words of the other spelling are no words of the text.
    assert found[2:] == ([world["naming"].pk] if address == ARTICLE else [])
    assert set(listed(client, f" {address} ")) == set(found)


def test_review_is_found_by_its_address(client: Client, world: dict[str, Claim]) -> None:
    reviewed = [world["reviewed"].pk]
    assert looked_up(client, REVIEW) == listed(client, REVIEW) == reviewed
    answer = client.get("/v1alpha1/claims:search", {"query": REVIEW}).json()
    assert [claim["text"] for claim in answer["claims"]] == ["The ferry sank."]
    verdicts = client.get("/api/v1/verdicts/", {"q": REVIEW}).json()["results"]
    assert [verdict["claim"]["id"] for verdict in verdicts] == reviewed
    facets = client.get("/api/v1/claims/facets/", {"q": REVIEW}).json()
    assert facets["count"] == 1


def test_reader_finds_the_same(client: Client, world: dict[str, Claim]) -> None:
    page = client.get("/claims/", {"q": REVIEW, "by": "all"}).content.decode()
    assert "The ferry sank." in page
    assert "The bridge was dear." not in page


@sweep(
    "path",
    [
        "/claims/{id}/",
        "/claims/{id}/{slug}/",
        "/claims/{id}/any",
        "/api/v1/claims/{id}/",
        "/api/v1/claims/{id}.jsonld",
    ],
    undone=True,
)
def test_our_own_page_finds_its_claim(client: Client, world: dict[str, Claim], path: str) -> None:
    claim = world["seen"]
    slug = client.get(f"/api/v1/claims/{claim.pk}/").json()["slug"]
    address = project.SITE_URL + path.format(id=claim.pk, slug=slug)
    assert looked_up(client, address) == listed(client, address) == [claim.pk]
    [result] = client.get("/api/v1/lookup/", {"url": address}).json()["results"]
    [found] = result["claims"]
    # The newsroom's verdict has no other page: it is published here.
    assert found["reviews"] == [{"verdict": found["verdicts"][0]["id"]}]
    assert (found["appearances"], found["evidence"], result["source"]) == ([], [], None)


def test_page_of_a_merged_claim_finds_the_one_that_it_was_merged_into(
    client: Client, world: dict[str, Claim], editor: User
) -> None:
    gone, kept = world["naming"], world["seen"]
    address = f"{project.SITE_URL}/claims/{gone.pk}/"
    workflow.move(gone, "merge", by=editor, into=kept)
    assert looked_up(client, address) == listed(client, address) == [kept.pk]
    assert listed(client, address, "&status=merged") == [gone.pk]


@sweep(
    "address",
    ["https://elsewhere.example.org/claims/1/", "{site}/sources/1/", "{site}/claims/x/", "{site}/claimss/1/"],
    undone=True,
)
def test_other_pages_are_of_no_claim(address: str) -> None:
    assert find_claim_at(build_url_key(address.format(site=project.SITE_URL))) is None


def test_site_below_a_path(settings: Any) -> None:
    settings.SITE_URL = "https://facts.example.org/checks"
    assert find_claim_at(build_url_key("https://facts.example.org/checks/claims/7/bridge/")) == 7
    assert find_claim_at(build_url_key("https://facts.example.org/claims/7/bridge/")) is None


def test_unpublished_claims_are_not_found(
    client: Client, world: dict[str, Claim], checker: User, editor: User
) -> None:
    """Neither drafts, nor the newsroom's work on an address, nor withdrawn claims, unless these are requested."""
    secret = make_source("Nobody knows.", url="https://news.example.net/secret")
    draft = make_claim("Nobody knows this.")
    make_appearance(draft, secret, "Nobody knows")
    make_draft(draft, checker, url="https://desk.example.org/checks/secret")
    for address in (
        secret.url,
        "https://desk.example.org/checks/secret",
        f"{project.SITE_URL}/claims/{draft.pk}/",
    ):
        assert looked_up(client, address) == listed(client, address) == []
    known, unknown = (
        client.get("/api/v1/claims/", {"q": address}).json()
        for address in (secret.url, "https://news.example.net/secre")
    )
    assert (known["results"], known["search"]["ordering"]) == (
        unknown["results"],
        unknown["search"]["ordering"],
    )
    workflow.move(world["reviewed"].verdicts.get(), "retract", by=editor, note="It does not.")
    assert listed(client, REVIEW) == []


def test_the_past_is_found_as_it_was(client: Client, world: dict[str, Claim], editor: User) -> None:
    then = client.get(f"/api/v1/claims/{world['reviewed'].pk}/").json()["updated_at"]
    workflow.move(world["reviewed"].verdicts.get(), "retract", by=editor, note="It does not.")
    assert listed(client, REVIEW, f"&as_of={then}") == [world["reviewed"].pk]


def test_address_narrows_as_words_do_and_is_highlighted(client: Client, world: dict[str, Claim]) -> None:
    assert listed(client, ARTICLE, "&language=de") == []
    answer = client.get(f"/api/v1/claims/?q={ARTICLE}&page_size=1&highlight=true").json()
    following = client.get(answer["next"]).json()
    assert answer["search"] == {
        "asked": ARTICLE,
        "answered": ARTICLE,
        "is_corrected": False,
        "is_matched": False,
        "ordering": "relevance",
    }
    assert {answer["results"][0]["id"], following["results"][0]["id"]} == {
        world["seen"].pk,
        world["citing"].pk,
    }


def test_number_of_queries(
    client: Client, world: dict[str, Claim], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.get("/api/v1/claims/", {"q": "warm"})
    with django_assert_num_queries(3):  # how the words are read, where the address leads, the page
        listed(client, ARTICLE)
    with django_assert_num_queries(2):
        listed(client, "ferry")


@sweep(
    "text",
    ["https://", "http://[", "https://a b", "ftp://example.org/x", "see https://a.example"],
    undone=True,
)
def test_text_that_is_not_an_address_is_searched_as_words(db: None, text: str) -> None:
    assert read_search(text).targets is None

"""The newsroom's own checks are distinguished from imported ones."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from lxml import html

from claims.admin.dashboard import _build_last_published_card
from claims.models import Claim
from claims.models.publication import Publication
from claims.review import workflow
from sources.models import Publisher
from tests.helpers.imported_reviews import bring, review
from tests.helpers.newsroom import make_claim
from tests.helpers.shared_newsroom import checker, editor, publish, shared_rows

__all__ = ["checker", "editor", "publish", "shared_rows"]  # fixtures

pytestmark = pytest.mark.django_db

OURS, THEIRS = "The bridge cost 40 million euros.", "The tunnel is closed."


@pytest.fixture(scope="module")
def published(publish: Callable[..., Claim]) -> None:
    """One verdict of the house, and after it the archive of another publisher."""
    publish(make_claim(OURS))
    bring(review(statement=THEIRS))


def shown(client: Client, address: str) -> list[bool]:
    """Whether the page has the newsroom's claim, and the other's."""
    text = client.get(address).content.decode()
    return [statement in text for statement in (OURS, THEIRS)]


@pytest.mark.slow
@pytest.mark.parametrize(
    "query, found",
    [
        ("", [True, False]),
        ("?by=house", [True, False]),
        ("?by=all", [True, True]),
        ("?rating=false", [True, False]),
        ("?q=tunnel", [False, True]),
        ("?q=tunnel&by=house", [False, False]),
        ("?by=nobody", [False, False]),
    ],
)
def test_the_front_page_has_our_own_and_search_has_all(
    client: Client, published: None, query: str, found: list[bool]
) -> None:
    assert shown(client, f"/claims/{query}") == found


@pytest.mark.slow
def test_the_newest_of_ours_are_found_behind_all_that_others_published_since(
    client: Client, published: None, publish: Callable[..., Claim]
) -> None:
    newer = [f"The quay is {number} m long." for number in range(21)]
    for statement in newer:
        publish(make_claim(statement), code="true")
    for number in range(3):
        bring(review(statement=f"Tunnel {number} is closed."))
    own = f"/publishers/{Publisher.objects.get_house().pk}/factcheck-newsroom/"
    for address, last in (("/claims/", [OURS]), (own, [OURS]), ("/claims/?rating=true", [])):
        first = html.fromstring(client.get(address).content)
        assert statements(first) == newer[:0:-1]
        (onwards,) = first.cssselect("a[rel=next]")
        second = html.fromstring(client.get(onwards.get("href")).content)
        assert statements(second) == [newer[0], *last]
    assert statements(html.fromstring(client.get("/").content)) == newer[:-7:-1]
    assert statements(html.fromstring(client.get("/claims/?rating=false").content)) == [OURS]


def statements(page: html.HtmlElement) -> list[str]:
    return [" ".join(heading.text_content().split()) for heading in page.cssselect(".card h2, .card h3")]


@pytest.mark.parametrize("form", ["atom", "rss", "json"])
@pytest.mark.parametrize(
    "query, found",
    [
        ("", [True, False]),
        ("?by=house", [True, False]),
        ("?by=all", [True, True]),
        ("?publisher=checks.example", [False, True]),
        ("?publisher=checks.example&by=house", [False, False]),
        ("?status=published", [True, True]),
        ("?status=published&by=house", [True, False]),
        ("?language=en", [True, False]),
        ("?as_of=2020-01-01", [False, False]),
    ],
)
def test_feeds_have_our_own_claims_unless_others_are_requested(
    client: Client, published: None, form: str, query: str, found: list[bool]
) -> None:
    assert shown(client, f"/feeds/claims.{form}{query}") == found


def test_feeds_name_the_publishers_of_their_fact_checks(client: Client, published: None) -> None:
    titles = [client.get(f"/feeds/claims.json{query}").json()["title"] for query in ("", "?by=all")]
    assert titles == ["Fact checks by Factcheck Newsroom", "Fact checks by all publishers: by=all"]
    assert client.get("/feeds/claims.json?by=nobody").status_code == 400


def test_the_page_of_all_leads_to_the_feed_of_all(client: Client, published: None) -> None:
    assert "/feeds/claims.atom?by=all" in client.get("/claims/?by=all").content.decode()
    assert "by=all" not in client.get("/methodology/").content.decode()


def test_the_api_lists_all(client: Client, published: None) -> None:
    found = client.get("/api/v1/claims/").json()["results"]
    assert {claim["statement"] for claim in found} == {OURS, THEIRS}


def test_a_verdict_of_ours_on_a_claim_of_others_makes_it_ours(
    client: Client, published: None, publish: Callable[..., Claim]
) -> None:
    publish(Claim.objects.get(statement=THEIRS))
    assert shown(client, "/claims/") == [True, True]


def test_last_published_on_the_desk_is_our_own(published: None, editor: User) -> None:
    card: Any = _build_last_published_card()
    assert [line.text for line in card.lines] == [OURS]
    workflow.move(
        Publication.objects.by_newsroom().get().claim.verdicts.get(), "retract", by=editor, note="Wrong."
    )
    assert [line.text for line in _build_last_published_card().lines] == [OURS]

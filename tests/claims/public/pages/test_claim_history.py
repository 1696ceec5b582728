"""The history of a claim: its versions, two of them side by side, and the version on a day."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from lxml import html
from pytest_django import DjangoAssertNumQueries
from time_machine import travel

from claims.models import Claim, Publication
from claims.review import workflow
from tests.helpers.newsroom import make_claim, make_draft, rating
from tests.helpers.reader_pages import bring_out, correct, page, words
from tests.helpers.sweeps import sweep

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]


@pytest.fixture
def thrice(publish: Publish, checker: User, editor: User) -> Claim:
    """A claim that was rated false, then true, then true in other words."""
    claim = publish(make_claim("The bridge is closed."), code="false")
    correct(
        claim,
        checker,
        editor,
        correction_note="We had read the wrong year.",
        rating=rating("true"),
        summary="The accounts show the same sum.",
    )
    correct(
        claim,
        checker,
        editor,
        kind="clarification",
        correction_note="Said more plainly.",
        rating=rating("true"),
        summary="The accounts show the very same sum.",
    )
    return claim


def address(claim: Claim, query: str = "") -> str:
    slug = Publication.objects.newest().get(claim=claim).slug
    return f"/claims/{claim.pk}/{slug}/history/{query}"


def read_history(client: Client, claim: Claim, query: str = "") -> html.HtmlElement:
    return page(client, address(claim, query)).get_element_by_id("shown-version")


def sides(found: html.HtmlElement) -> dict[str, list[str]]:
    """The texts side by side, by part."""
    return {
        words(change.cssselect(".changed-part")[0]): [
            words(side) for side in change.cssselect(".sides > div")
        ]
        for change in found.cssselect(".change")
    }


@sweep("count", [1, 3], undone=True)
def test_history_costs_one_query_whatever_its_length(
    client: Client,
    publish: Publish,
    checker: User,
    editor: User,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    claim = publish()
    for _ in range(count - 1):
        correct(claim, checker, editor)
    path = address(claim)
    with django_assert_num_queries(1):
        document = page(client, path)
    assert len(document.cssselect(".timeline li")) == count
    assert len(document.cssselect(".slider")) == (count > 1)


def test_the_newest_version_is_beside_the_previous_one(client: Client, thrice: Claim) -> None:
    document = page(client, address(thrice))
    assert [words(item) for item in document.cssselect(".timeline a")] == [
        "Version 3",
        "Version 2",
        "Version 1",
    ]
    assert [words(item) for item in document.cssselect(".timeline .badge")] == ["True", "True", "False"]
    assert words(document.cssselect(".timeline [aria-current]")[0]) == "Version 3"
    found = document.get_element_by_id("shown-version")
    assert words(found.cssselect("#shown")[0]) == "Version 3"
    assert words(found.cssselect(".context")[0]) == "Said more plainly."
    assert words(found.cssselect(".verdict h3")[0]) == "Rated True by Factcheck Newsroom"
    assert words(found.cssselect(".summary")[0]) == "The accounts show the very same sum."
    assert found.cssselect(".prose strong")[0].text == "audited"
    assert words(found.cssselect("#changed")[0]) == "Differences between version 2 and version 3"
    assert sides(found) == {
        "Summary Factcheck Newsroom": [
            "Version 2The accounts show the same sum.",
            "Version 3The accounts show the very same sum.",
        ]
    }
    assert [words(mark) for mark in found.iter("ins")] == ["very"]


def test_any_two_versions_are_side_by_side_in_order(client: Client, thrice: Claim) -> None:
    expected = {
        "Rating Factcheck Newsroom": ["Version 1False", "Version 3True"],
        "Summary Factcheck Newsroom": [
            "Version 1The accounts show a different sum.",
            "Version 3The accounts show the very same sum.",
        ],
    }
    for query in ("?from=1&to=3", "?from=3&to=1", "?from=1"):
        found = read_history(client, thrice, query)
        assert sides(found) == expected
        assert [words(mark) for mark in found.iter("del")] == ["a different"]
        assert [words(mark) for mark in found.iter("ins")] == ["the very same"]
    same = read_history(client, thrice, "?from=2&to=2")
    assert sides(same) == {}
    assert "The wording of the original is unchanged." in words(same)


def test_first_version_has_nothing_beside_it(client: Client, thrice: Claim) -> None:
    found = read_history(client, thrice, "?to=1")
    assert words(found.cssselect("#shown")[0]) == "Version 1"
    assert "Replaced" in words(found.cssselect(".facts")[0])
    assert found.cssselect("#changed") == []


def test_the_version_on_a_day(client: Client, thrice: Claim) -> None:
    today = timezone.localdate()
    now = read_history(client, thrice, f"?on={today:%Y-%m-%d}")
    assert words(now.cssselect("#shown")[0]) == "Version 3"
    assert "the current version was 3" in words(now.cssselect(".notice")[0])
    assert words(read_history(client, thrice, "?on=9999-12-31").cssselect("#shown")[0]) == "Version 3"
    before = read_history(client, thrice, f"?on={today - timedelta(days=1):%Y-%m-%d}")
    assert before.cssselect("#shown") == []
    assert "nothing had been published about this claim" in words(before)
    assert before.cssselect(".badge") == []


@sweep(
    "query",
    ["?to=0", "?to=4", "?from=9", "?to=x", "?on=yesterday", "?on=2025-13-01", "?to=99999999999999999999"],
    undone=True,
)
def test_impossible_versions_return_404(client: Client, thrice: Claim, query: str) -> None:
    assert client.get(address(thrice, query)).status_code == 404


def test_it_includes_a_retraction_without_a_verdict(client: Client, thrice: Claim, editor: User) -> None:
    workflow.move(thrice.verdicts.get(state="published"), "retract", by=editor, note="The audit was forged.")
    document = page(client, address(thrice))
    assert [words(item) for item in document.cssselect(".timeline .badge")] == [
        "Retracted",
        "True",
        "True",
        "False",
    ]
    found = document.get_element_by_id("shown-version")
    assert "From this version on, we no longer stood by our verdict." in words(found)
    assert "The audit was forged." in words(found)
    assert found.cssselect(".verdict") == []


def test_it_includes_a_merge_with_a_link_to_the_target(
    client: Client, publish: Publish, editor: User
) -> None:
    kept, gone = publish(make_claim("The bridge is closed.")), publish(make_claim("The bridge is shut."))
    workflow.move(gone, "merge", by=editor, into=kept)
    found = read_history(client, gone)
    assert "From this version on, the claim was merged into another one." in words(found)
    assert f"/claims/{kept.pk}/" in [link.get("href") for link in found.cssselect(".notice a")]
    # And from there back.
    links = [link.get("href") for link in page(client, kept.get_absolute_url()).cssselect(".section a")]
    assert f"/claims/{gone.pk}/-/history/" in links
    assert client.get(f"/claims/{gone.pk}/-/history/", follow=True).redirect_chain == [(address(gone), 301)]


def test_a_wrong_slug_redirects_and_keeps_the_query(client: Client, thrice: Claim) -> None:
    response = client.get(f"/claims/{thrice.pk}/other/history/?from=1&to=3")
    assert (response.status_code, response["Location"]) == (301, address(thrice, "?from=1&to=3"))


def test_drafts_and_unpublished_claims_have_no_history(client: Client, thrice: Claim, checker: User) -> None:
    make_draft(
        thrice, checker, summary="Not yet for readers.", correction_kind="update", correction_note="No."
    )
    assert "Not yet for readers." not in client.get(address(thrice)).content.decode()
    assert client.get(f"/claims/{make_claim().pk}/x/history/").status_code == 404


def test_only_the_plain_address_is_for_search_engines(client: Client, thrice: Claim) -> None:
    def robots(query: str = "") -> list[Any]:
        return [
            meta.get("content")
            for meta in page(client, address(thrice, query)).cssselect("meta[name=robots]")
        ]

    assert robots() == ["max-image-preview:large"]
    assert robots("?to=1") == robots("?on=2026-01-01") == ["noindex, follow"]

    def canonical(query: str = "") -> list[Any]:
        return [
            link.get("href") for link in page(client, address(thrice, query)).cssselect("link[rel=canonical]")
        ]

    assert canonical() == [f"http://localhost:8000{address(thrice)}"]
    assert canonical("?to=1") == []


def test_claim_page_leads_to_it(client: Client, thrice: Claim) -> None:
    links = [link.get("href") for link in page(client, thrice.get_absolute_url()).cssselect("a")]
    assert address(thrice) in links


def test_hostile_words_stay_words(client: Client, publish: Publish, checker: User, editor: User) -> None:
    claim = publish(make_claim("<script>alert(1)</script> is closed."))
    draft = make_draft(
        claim, checker, summary="<del>x</del> & <b>", correction_kind="correction", correction_note="<i>n</i>"
    )
    bring_out(draft, checker, editor)
    shown = read_history(client, claim)
    assert shown.cssselect("script, b, i") == []
    assert "<del>x</del> & <b>" in words(shown.cssselect(".summary")[0])


def test_the_version_of_a_day_links_to_later_changes(
    client: Client, publish: Publish, checker: User, editor: User
) -> None:
    with travel("2026-05-01T12:00:00Z", tick=False):
        claim = publish(make_claim("The bridge is closed."), code="false")
    with travel("2026-06-01T12:00:00Z", tick=False):
        correct(claim, checker, editor, rating=rating("true"))
    (link,) = read_history(client, claim, "?on=2026-05-20").cssselect(".notice a")
    assert (link.get("href"), words(link)) == (
        "?from=1&to=2#changed",
        "Differences between version 1 and version 2",
    )
    assert "Rating" in " ".join(sides(read_history(client, claim, "?from=1&to=2")))
    assert read_history(client, claim, "?on=2026-06-20").cssselect(".notice a") == []

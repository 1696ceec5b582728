"""The page of corrections and its feed: both wordings side by side, by kind and by month."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from lxml import etree, html

from claims.models import Claim
from claims.public.pages.page_cache import page_cache
from claims.public.pages.shown_changes import highlight_differences
from claims.review import workflow
from tests.helpers.newsroom import make_claim, rating

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]
FEED = "/feeds/corrections.atom"
ATOM = {"a": "http://www.w3.org/2005/Atom"}


@pytest.fixture
def corrected(publish: Publish) -> Claim:
    claim = publish(make_claim("The <b>bridge</b> cost ninety million euros."))
    return publish(
        claim,
        correction_kind="correction",
        correction_note="We had read the wrong year.",
        rating=rating("true"),
        summary="The accounts show the same sum.",
    )


def page(client: Client, query: str = "") -> html.HtmlElement:
    response = client.get(f"/corrections/{query}")
    assert response.status_code == 200
    found: html.HtmlElement = html.fromstring(response.content.decode())
    return found


def words(element: Any) -> str:
    return " ".join(element.text_content().split())


def test_both_wordings_with_the_words_that_differ(client: Client, corrected: Claim) -> None:
    found = page(client)
    (entry,) = found.find_class("correction")
    assert "We had read the wrong year." in words(entry)
    assert "The <b>bridge</b> cost ninety million euros." in words(entry)
    rated, summary = entry.find_class("change")
    assert [words(side) for side in rated.cssselect(".sides > div")] == ["BeforeFalse", "AfterTrue"]
    assert [words(side) for side in summary.cssselect(".wording")] == [
        "The accounts show a different sum.",
        "The accounts show the same sum.",
    ]
    assert [words(mark) for mark in summary.iter("del")] == ["a different"]
    assert [words(mark) for mark in summary.iter("ins")] == ["the same"]


def test_days_are_reported_in_words_and_not_as_markup(
    client: Client, checker: User, editor: User, publish: Publish
) -> None:
    claim = publish(valid_as_of=date(2026, 1, 14))
    publish(claim, valid_as_of=date(2026, 2, 3), correction_kind="update", correction_note="Checked again.")
    (change,) = page(client).find_class("change")
    assert [words(side) for side in change.cssselect(".wording")] == ["14 January 2026", "3 February 2026"]


def test_filters_narrow_and_others_words_are_passed_over(
    client: Client, corrected: Claim, editor: User
) -> None:
    workflow.move(corrected.verdicts.get(state="published"), "retract", by=editor, note="Another bridge.")
    assert len(page(client).find_class("correction")) == 2
    assert len(page(client, "?kind=retraction&utm_source=x").find_class("correction")) == 1
    assert len(page(client, "?month=2001-01").find_class("correction")) == 0
    assert "There are no corrections here." in words(page(client, "?month=2001-01"))
    for wrong in ("?kind=merge", "?month=x", "?cursor=x", "?claim=-1"):
        assert client.get(f"/corrections/{wrong}").status_code == 404


def test_nothing_was_corrected_yet(client: Client, publish: Publish) -> None:
    publish()
    assert "Nothing has been corrected yet." in words(page(client))


@pytest.mark.parametrize("count", [1, 3])
def test_page_costs_the_same_whatever_its_length(
    client: Client, publish: Publish, count: int, django_assert_num_queries: Any, settings: Any
) -> None:
    settings.PAGE_CACHE_BYTES = 0
    for _ in range(count):
        publish(publish(), correction_kind="update", correction_note="New figures.", summary="New.")
    with django_assert_num_queries(4):  # entries, those before them, the position of the ledger, the counts
        assert len(page(client).find_class("correction")) == count


def test_page_is_kept_and_conditional(
    client: Client, corrected: Claim, django_assert_num_queries: Any, settings: Any
) -> None:
    settings.PAGE_CACHE_BYTES = 1_000_000
    page_cache.clear()
    etag = client.get("/corrections/")["ETag"]
    with django_assert_num_queries(1):
        assert client.get("/corrections/", headers={"If-None-Match": etag}).status_code == 304
    page_cache.clear()


def test_it_is_linked_from_every_page_and_the_methodology(client: Client) -> None:
    assert b'href="/corrections/"' in client.get("/").content
    assert client.get("/methodology/").content.count(b'href="/corrections/"') == 2


def test_only_the_changed_paragraphs_of_long_texts_are_shown() -> None:
    same = "This paragraph is the same in both. " * 20
    before, after = highlight_differences(
        f"{same}\nIt cost 90 million.\n{same}", f"{same}\nIt cost 120 million.\n{same}"
    )
    assert before == "[…]\nIt cost <del>90</del> million.[…]\n"
    assert after == "[…]\nIt cost <ins>120</ins> million.[…]\n"
    assert highlight_differences("", "<i>New</i>")[1] == "<ins>&lt;i&gt;New&lt;/i&gt;</ins>"


# The feed -------------------------------------------------------------------------------------------------------------


def test_the_feed_describes_the_change(client: Client, corrected: Claim) -> None:
    response = client.get(FEED)
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = etree.fromstring(response.content)
    (entry,) = feed.findall("a:entry", ATOM)
    assert (
        entry.findtext("a:title", namespaces=ATOM)
        == "Correction: The <b>bridge</b> cost ninety million euros."
    )
    assert str(entry.findtext("a:id", namespaces=ATOM)).endswith(f"/claims/{corrected.pk}/versions/2/")
    assert entry.findtext("a:summary", namespaces=ATOM) == "We had read the wrong year."
    content = str(entry.findtext("a:content", namespaces=ATOM))
    assert "The accounts show <del>a different</del><ins>the same</ins> sum." in content
    assert "The &lt;b&gt;bridge&lt;/b&gt; cost" in content


def test_feed_is_narrowed_conditional_and_strict(client: Client, corrected: Claim) -> None:
    assert b"<entry" not in client.get(f"{FEED}?kind=retraction").content
    assert b"<entry" in client.get(f"{FEED}?claim={corrected.pk}").content
    etag = client.get(FEED)["ETag"]
    assert client.get(FEED, headers={"If-None-Match": etag}).status_code == 304
    assert client.get(f"{FEED}?kinds=x").status_code == 400

"""Find the feeds and pages that can be followed at a pasted address."""

from datetime import UTC, datetime

import pytest

from claims.features.watches import visits
from claims.features.watches.discovered_feeds import MAX_OFFERED_LISTS, FollowableList, find_followable_lists
from sources.http.fetch_errors import FetchError
from sources.http.polite_visits import InMemorySites, PoliteVisitor
from sources.page_lists import ListedPage
from tests.helpers.followed_site import Paper

pytestmark = pytest.mark.django_db


def found(address: str) -> list[FollowableList]:
    return find_followable_lists(address, visits.build_visitor())


def offered(paper: Paper, address: str) -> list[tuple[str, str, str]]:
    """Return path, kind and name of each suggestion."""
    return [(one.url.removeprefix(paper.address), one.kind, one.name) for one in found(address)]


def refusal(address: str) -> str:
    with pytest.raises(FetchError) as caught:
        found(address)
    return caught.value.sentence


def test_a_feed_is_shown_with_its_newest_entries(paper: Paper) -> None:
    days = [datetime(2024, 5, day, tzinfo=UTC) for day in range(1, 8)]
    start = paper.feed(*((f"/{day.day}", day) for day in days))
    newest = tuple(ListedPage(f"{paper.address}/{day.day}", day, f"On /{day.day}") for day in days[:1:-1])
    assert found(f" {start} ") == [FollowableList(start, "rss", "Sundvik Post", 7, newest)]


def test_the_feeds_of_a_page_come_before_itself(paper: Paper) -> None:
    page = (
        b"<html><head><title>Sundvik\n Post</title><base href='/news/'>"
        b"<link rel=alternate type='application/rss+xml' title='All news' href=feed>"
        b"<link rel='alternate home' type='application/atom+xml; charset=utf-8' href='/sport.atom'>"
        b"<link rel=alternate type=application/feed+json href='/feed.json'>"
        b"<link rel=alternate type=application/json href='/wp-json/posts/7'>"
        b"<link rel=alternate hreflang=de href='/de'><link rel=stylesheet href='/feed.css'>"
        b"<link rel=alternate type='application/rss+xml' href=feed>"
        b"<link rel=alternate type='application/rss+xml' href='//['>"
        b"</head><body><h1>News</h1></body></html>"
    )
    paper.page(
        "/robots.txt", f"Sitemap: {paper.address}/all.xml\nSitemap: {paper.address}/news.xml\n".encode()
    )
    assert offered(paper, paper.page("/", page)) == [
        ("/news/feed", "rss", "All news"),
        ("/sport.atom", "atom", ""),
        ("/feed.json", "json", ""),
        ("/news.xml", "sitemap", ""),
        ("/all.xml", "sitemap", ""),
        ("/", "page", "Sundvik Post"),
    ]


def test_the_number_of_suggestions_is_limited(paper: Paper) -> None:
    links = "".join(f"<link rel=alternate type=application/rss+xml href=/{number}>" for number in range(99))
    start = paper.page("/", f"<html><head>{links}</head></html>".encode())
    assert len(found(start)) == MAX_OFFERED_LISTS + 1


@pytest.mark.parametrize("content", [b"", b"\0\xff\xfe", b"<" * 9999, b"<div>" * 50_000, b"Rain."])
def test_a_page_that_is_none_is_offered_itself_at_most(content: bytes, paper: Paper) -> None:
    assert offered(paper, paper.page("/", content)) == [("/", "page", "")]


def test_an_address_without_a_scheme_means_https() -> None:
    with pytest.raises(FetchError) as caught:
        find_followable_lists("post.example:1/feed", PoliteVisitor(InMemorySites()))
    assert caught.value.sentence.startswith("https://post.example:1/robots.txt uses port 1;")


def test_an_address_that_cannot_be_followed_is_reported(paper: Paper) -> None:
    start = paper.page("/cat", b"\x89PNG", Content_Type="image/png")
    assert refusal(start) == (
        f"{start} has the type image/png, which cannot be followed. Enter the address of a feed, a sitemap or a page."
    )
    assert "does not exist, or no longer" in refusal(paper.page("/gone", status=404))
    assert "not an address on the public internet" in refusal("http://10.0.0.1/feed")
    assert "is not a web address" in refusal("ftp://post.example/feed")

"""A sitemap, a feed or a page → its pages, politely. All servers here are on this machine."""

import gzip
from typing import Any

import pytest

from claims.imports.reading.inputs import crawler
from claims.imports.reading.inputs.file import File
from claims.imports.reading.raw_record import Refusal
from sources.http.fetched_documents import USER_AGENT
from tests.helpers.site import Site


class Notes(dict[str, tuple[str, str]]):
    """A memory that is kept nowhere."""

    def put(self, url: str, etag: str, last_modified: str) -> None:
        self[url] = (etag, last_modified)


def crawled(address: str, **named: Any) -> list[tuple[str, bytes] | tuple[str, str]]:
    """Path and content of each page, path and code of each refusal."""
    options: dict[str, Any] = {"memory": Notes(), "pause": 0.0, "allow_loopback": True} | named
    return [
        ("/" + one.url.split("/", 3)[3], one.stream.read())
        if isinstance(one, File)
        else ("/" + one.location.file.split("/", 3)[3], one.code)
        for one in crawler.crawl_files(address, **options)
    ]


def sitemap(site: Site, *paths: str, kind: str = "url") -> bytes:
    outer = {"url": "urlset", "sitemap": "sitemapindex"}[kind]
    inside = "".join(f"<{kind}><loc> {site.address}{path} </loc></{kind}>" for path in paths)
    return f'<?xml version="1.0"?><{outer} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{inside}</{outer}>'.encode()


@pytest.fixture
def pages(site: Site) -> Site:
    site.page("/robots.txt", status=404)
    for number in range(4):
        site.page(f"/{number}", f"<p>{number}</p>".encode())
    return site


def paths(site: Site) -> list[str]:
    return [path for path, _headers in site.requests]


class TestLists:
    def test_a_sitemap(self, pages: Site) -> None:
        start = pages.page("/sitemap.xml", sitemap(pages, "/1", "/0", "/1"), Content_Type="application/xml")
        assert crawled(start) == [("/1", b"<p>1</p>"), ("/0", b"<p>0</p>")]
        assert paths(pages) == ["/robots.txt", "/sitemap.xml", "/1", "/0"]

    def test_an_index_of_packed_sitemaps(self, pages: Site) -> None:
        pages.page("/a.gz", gzip.compress(sitemap(pages, "/0")), Content_Type="application/gzip")
        pages.page("/b.gz", gzip.compress(sitemap(pages, "/1", "/0")), Content_Type="application/gzip")
        start = pages.page(
            "/index.xml", sitemap(pages, "/a.gz", "/b.gz", "/a.gz", "/index.xml", kind="sitemap")
        )
        assert [path for path, _content in crawled(start)] == ["/0", "/1"]

    def test_a_page_is_its_own_list(self, pages: Site) -> None:
        assert crawled(pages.address + "/2") == [("/2", b"<p>2</p>")]


class TestPoliteness:
    def test_robots_txt_is_obeyed(self, pages: Site) -> None:
        pages.page("/robots.txt", b"User-agent: factcheck\nDisallow: /1\n", Content_Type="text/plain")
        assert crawled(pages.page("/s.xml", sitemap(pages, "/0", "/1", "/2"))) == [
            ("/0", b"<p>0</p>"),
            ("/1", "robots forbidden"),
            ("/2", b"<p>2</p>"),
        ]
        assert "/1" not in paths(pages)

    @pytest.mark.parametrize(
        ("status", "allowed"), [(404, True), (403, True), (410, True), (500, False), (429, False)]
    )
    def test_a_robots_txt_that_is_not_there(self, pages: Site, status: int, allowed: bool) -> None:
        pages.page("/robots.txt", status=status)
        expected = ("/0", b"<p>0</p>") if allowed else ("/0", "robots unknown")
        assert crawled(pages.address + "/0") == [expected]

    def test_identifies_itself(self, pages: Site) -> None:
        crawled(pages.address + "/0")
        crawled(pages.address + "/0", user_agent="Nordblick/1.0")
        assert [headers["user-agent"] for _path, headers in pages.requests] == [USER_AGENT] * 2 + [
            "Nordblick/1.0"
        ] * 2

    @pytest.mark.parametrize(("robots", "least"), [(b"", 5.0), (b"User-agent: *\nCrawl-delay: 7\n", 7.0)])
    def test_pauses_before_each_request(self, pages: Site, robots: bytes, least: float) -> None:
        pages.page("/robots.txt", robots, Content_Type="text/plain")
        slept: list[float] = []
        crawled(pages.page("/s.xml", sitemap(pages, "/0", "/1")), pause=5.0, sleep=slept.append)
        assert [round(seconds) for seconds in slept] == [least] * 3

    def test_goes_slower_when_asked_to(self, pages: Site) -> None:
        pages.page("/0", status=429)
        slept: list[float] = []
        read = crawled(pages.page("/s.xml", sitemap(pages, "/0", "/1")), pause=1.0, sleep=slept.append)
        assert read == [("/0", "too many requests"), ("/1", b"<p>1</p>")]
        assert [round(seconds) for seconds in slept] == [1, 1, 30]

    def test_the_number_of_pages_is_limited(self, pages: Site) -> None:
        start = pages.page("/s.xml", sitemap(pages, "/0", "/1", "/2", "/3"))
        *read, refusal = list(
            crawler.crawl_files(start, memory=Notes(), max_pages=2, pause=0.0, allow_loopback=True)
        )
        assert len(read) == 2
        assert isinstance(refusal, Refusal)
        assert (refusal.code, refusal.reason) == (
            "too many pages",
            "At least 2 more pages are listed; the limit is 2. Raise the limit to read them.",
        )
        assert paths(pages) == ["/robots.txt", "/s.xml", "/0", "/1"]


class TestMemory:
    def test_unchanged_pages_are_not_read_again(self, pages: Site) -> None:
        pages.page("/0", b"<p>0</p>", ETag='"v1"', Last_Modified="Tue, 08 Jan 2019 10:00:00 GMT")
        start, notes = pages.page("/s.xml", sitemap(pages, "/0", "/1")), Notes()
        assert len(crawled(start, memory=notes)) == 2
        url = pages.address + "/0"
        assert notes == {url: ('"v1"', "Tue, 08 Jan 2019 10:00:00 GMT"), pages.address + "/1": ("", "")}
        pages.page("/0", b"", 304)
        assert crawled(start, memory=notes) == [("/1", b"<p>1</p>")]
        asked = [headers for path, headers in pages.requests if path == "/0"][-1]
        assert (asked["if-none-match"], asked["if-modified-since"]) == (
            '"v1"',
            "Tue, 08 Jan 2019 10:00:00 GMT",
        )

    def test_pages_not_read_completely_are_not_remembered(self, pages: Site) -> None:
        notes = Notes()
        start = pages.page("/s.xml", sitemap(pages, "/0", "/1"))
        crawl = crawler.crawl_files(start, memory=notes, pause=0.0, allow_loopback=True)
        next(crawl)
        assert notes == {}
        next(crawl)
        assert list(notes) == [pages.address + "/0"]


def test_a_failed_page_is_reported_and_the_crawl_continues(pages: Site) -> None:
    pages.page("/1", status=500)
    pages.page("/9", status=410)
    pages.page("/2", Content_Type="application/pdf")
    assert crawled(pages.page("/s.xml", sitemap(pages, "/0", "/1", "/9", "/2", "/3"))) == [
        ("/0", b"<p>0</p>"),
        ("/1", "server error"),
        ("/9", "not found"),
        ("/2", "media type not accepted"),
        ("/3", b"<p>3</p>"),
    ]

"""Read the pages listed by sitemaps and feeds, even malicious ones."""

import gzip
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources import page_lists
from sources.page_lists import MAX_TITLE_LENGTH, ListedPage, PageList, read_page_list
from tests.helpers.sweeps import sweep

ATOM = "http://www.w3.org/2005/Atom"
HERE = "https://a.example/feed"


def listed(content: str | bytes) -> PageList | None:
    return read_page_list(content.encode() if isinstance(content, str) else content, HERE)


def addresses(content: str | bytes) -> list[str]:
    found = listed(content)
    assert found is not None
    return [page.url for page in found.pages]


def pages(*urls: str) -> tuple[ListedPage, ...]:
    return tuple(map(ListedPage, urls))


@sweep(
    ("content", "found"),
    [
        (
            (
                "<rss><channel><title>News</title><link>https://a.example/</link>"
                "<item><link> https://a.example/1 </link></item>"
                "<item><guid>https://a.example/2</guid></item><item><guid isPermaLink='false'>https://a.example/3</guid>"
                f"</item><link xmlns='{ATOM}' rel='next' href='/feed?2'/></channel></rss>"
            ),
            PageList(
                "rss",
                pages("https://a.example/1", "https://a.example/2"),
                pages("https://a.example/feed?2"),
                "News",
            ),
        ),
        (
            (
                f"<feed xmlns='{ATOM}'><link rel='next' href='?2'/><link href='/'/>"
                "<entry><link rel='edit' href='/e'/><link rel='alternate' href='/1'/></entry>"
                "<entry><link href='2'/></entry><entry/></feed>"
            ),
            PageList(
                "atom",
                pages("https://a.example/1", "https://a.example/2"),
                pages("https://a.example/feed?2"),
            ),
        ),
        (
            '{"version": "https://jsonfeed.org/version/1.1", "next_url": "/2", "items": [{"url": "/1"}, {}, 7]}',
            PageList("json", pages("https://a.example/1"), pages("https://a.example/2")),
        ),
        (
            "https://a.example/1\nhttps://a.example/2\n",
            PageList("addresses", pages("https://a.example/1", "https://a.example/2")),
        ),
        (
            "<urlset><url><loc>javascript:x</loc></url><url><loc>/1</loc></url></urlset>",
            PageList("sitemap", pages("https://a.example/1")),
        ),
        (
            "<sitemapindex><sitemap><loc>/a.xml</loc><lastmod>2024-05-07</lastmod></sitemap></sitemapindex>",
            PageList(
                "sitemap",
                (),
                (ListedPage("https://a.example/a.xml", datetime(2024, 5, 7, tzinfo=UTC)),),
            ),
        ),
        ("<html><body><a href='/1'>1</a></body></html>", None),
        ('{"items": [{"url": "/1"}]}', None),
        ("Rain.", None),
        ("", None),
        ("<", None),
    ],
)
def test_listed_pages(content: str, found: PageList | None) -> None:
    assert listed(content) == found


@sweep(
    ("entry", "moment"),
    [
        ("<pubDate>Tue, 07 May 2024 16:00:00 +0200</pubDate>", datetime(2024, 5, 7, 14, tzinfo=UTC)),
        ("<dc:date>2024-05-07T14:00:00Z</dc:date>", datetime(2024, 5, 7, 14, tzinfo=UTC)),
        ("<dc:date>2024-05-07</dc:date>", datetime(2024, 5, 7, tzinfo=UTC)),
        (
            (
                "<pubDate>Tue, 07 May 2024 14:00:00 GMT</pubDate>"
                "<atom:updated>2024-05-08T09:00:00+00:00</atom:updated>"
            ),
            datetime(2024, 5, 8, 9, tzinfo=UTC),
        ),
        ("<pubDate>yesterday</pubDate>", None),
        ("<pubDate>Tue, 99 May 2024 14:00:00 GMT</pubDate>", None),
        ("<dc:date>0001-01-01T00:00:00+14:00</dc:date>", None),
        ("<pubDate/>", None),
    ],
)
def test_when_an_entry_changed_last(entry: str, moment: datetime | None) -> None:
    found = listed(
        f"<rss xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:atom='{ATOM}'><channel>"
        f"<item><link>/1</link>{entry}</item></channel></rss>"
    )
    assert found is not None
    assert found.pages == (ListedPage("https://a.example/1", moment),)


def test_a_sitemap_for_news() -> None:
    found = listed(
        "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'>"
        "<url><loc>/1</loc><n:news><n:publication_date>2024-05-07T08:00:00Z</n:publication_date>"
        "<n:title>A &amp;amp; B</n:title></n:news></url></urlset>"
    )
    assert found is not None
    assert found.pages == (ListedPage("https://a.example/1", datetime(2024, 5, 7, 8, tzinfo=UTC), "A & B"),)


def test_an_atom_entry_from_elsewhere() -> None:
    found = listed(
        f"<feed xmlns='{ATOM}' xml:base='https://b.example/news/'><entry>"
        "<source><link rel='alternate' href='https://c.example/'/><title>Elsewhere</title></source>"
        "<link rel='alternate' href='1'/><title>Here</title></entry>"
        "<entry xml:base='/deep/'><link href='2'/></entry><entry xml:base='//['><link href='/3'/></entry></feed>"
    )
    assert found is not None
    assert [(page.url, page.title) for page in found.pages] == [
        ("https://b.example/news/1", "Here"),
        ("https://b.example/deep/2", ""),
        ("https://a.example/3", ""),
    ]


def test_titles_are_one_plain_line() -> None:
    content = (
        "<rss><channel><item><link>/1</link><title>\n The &lt;b&gt;bridge&lt;/b&gt;\n is closed </title></item>"
        f"<item><link>/2</link><title>{'long ' * 1000}</title></item></channel></rss>"
    )
    found = listed(content)
    assert found is not None
    assert found.pages[0].title == "The bridge is closed"
    assert len(found.pages[1].title) <= MAX_TITLE_LENGTH
    assert found.pages[1].title.endswith(" …")


def test_halves_of_characters_are_replaced() -> None:
    found = listed(
        '{"version": "https://jsonfeed.org/version/1.1", "items": ['
        '{"url": "/1", "title": "A\\ud83d B\\u0000"}]}'
    )
    assert found is not None
    assert found.pages == (ListedPage("https://a.example/1", None, "A? B"),)


class TestForgiven:
    def test_white_space_before_the_declaration(self) -> None:
        start = "\n\ufeff <?xml version='1.0'?><rss><channel><item><link>/1</link></item></channel></rss>"
        assert addresses(start) == ["https://a.example/1"]

    def test_other_encodings(self) -> None:
        text = "<?xml version='1.0' encoding='{}'?><rss><channel><item><link>/é</link></item></channel></rss>"
        for encoding in ("utf-16", "iso-8859-1"):
            assert addresses(text.format(encoding).encode(encoding)) == ["https://a.example/é"]

    def test_unknown_entities(self) -> None:
        found = listed("<rss><channel><item><title>A&nbsp;B</title><link>/1</link></item></channel></rss>")
        assert found is not None
        assert ([page.url for page in found.pages], found.is_whole) == (["https://a.example/1"], True)

    def test_entries_before_an_error(self) -> None:
        found = listed(
            "<rss><channel><item><link>/1</link></item><item><link>/2</link></item><item><title>Th"
        )
        assert found is not None
        assert found.pages[:2] == pages("https://a.example/1", "https://a.example/2")
        assert not found.is_whole


class TestMeaningIll:
    def test_no_file_of_ours_gets_into_a_list(self) -> None:
        evil = '<!DOCTYPE u [<!ENTITY x SYSTEM "file:///etc/hostname">]><urlset><url><loc>https://a.example/&x;</loc></url></urlset>'
        assert addresses(evil) == ["https://a.example/"]

    def test_entities_are_not_multiplied(self) -> None:
        more = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
        bomb = (
            f'<!DOCTYPE rss [<!ENTITY e0 "ha">{more}]><rss><channel><title>&e11;</title>'
            "<item><link>/1</link><title>&e11;</title></item></channel></rss>"
        )
        found = listed(bomb)
        assert found is not None
        assert not found.is_whole
        assert len(found.title) + sum(len(page.title) for page in found.pages) <= 2 * MAX_TITLE_LENGTH

    def test_compressed_lists_are_limited_in_size(self) -> None:
        content = b"<rss><channel>" + b"<item><link>/1</link></item>" * 100_000
        found = read_page_list(gzip.compress(content), HERE, max_bytes=10_000)
        assert found is not None
        assert found.pages == pages("https://a.example/1")
        assert not found.is_whole

    def test_entries_are_limited_to_those_of_a_sitemap(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(page_lists, "MAX_PAGES", 3)
        items = "".join(f"<item><link>/{n}</link></item>" for n in range(5))
        found = listed(f"<rss><channel>{items}</channel></rss>")
        assert found == PageList("rss", pages(*(f"https://a.example/{n}" for n in range(3))), is_whole=False)

    @pytest.mark.parametrize("depth", [100, 100_000])
    def test_nesting_without_end(self, depth: int) -> None:
        for content in ("<rss><channel>" + "<item>" * depth, "[" * depth, '{"a":' * depth):
            listed(content)

    @given(st.binary(max_size=300))
    def test_any_bytes(self, content: bytes) -> None:
        for start in (b"", b"<rss><channel><item><link>", b"{", b"\x1f\x8b"):
            found = listed(start + content)
            assert found is None or all(page.url.startswith("http") for page in found.pages)

    @given(st.dictionaries(st.sampled_from(["items", "title", "next_url"]), st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=9),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
            st.sampled_from(["url", "title", "date_modified"]), inner, max_size=3
        ),
        max_leaves=9,
    )))  # fmt: skip
    def test_any_json_feed(self, feed: dict[str, object]) -> None:
        found = listed(json.dumps({"version": "https://jsonfeed.org/version/1.1"} | feed))
        assert found is not None
        assert all(page.url.startswith("http") for page in found.pages)

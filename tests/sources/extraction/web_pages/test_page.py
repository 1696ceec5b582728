"""Web pages: the article's own words and what the page says about itself."""

import json
import random
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from importlib.metadata import version
from typing import Any

import pytest

from sources.extraction import Document, ExtractionError
from sources.extraction.extract import extract
from tests.helpers.cost import assert_in_proportion
from tests.helpers.sweeps import sweep

PARAGRAPHS = [
    "The harbour of Linden was closed for nine days in March, its operator said on Tuesday in a written statement.",
    "Trade through the port fell by a fifth in that month, according to figures that the ministry published.",
    "“We expect to make up for most of it by the summer,” said Ada Brook, who has run the port since 2011.",
    "Fishing crews were paid 1.2 million crowns from a relief fund, and a second payment is due before the winter.",
]
BODY = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)


def page(body: str = f"<article>{BODY}</article>", head: str = "", lang: str = "") -> Document:
    html = f"<html lang='{lang}'>" if lang else "<html>"
    markup = f"<!doctype html>{html}<head><meta charset=utf-8>{head}</head><body>{body}</body></html>"
    return extract(markup.encode(), content_type="text/html", url="https://gazette.example/news/harbour?id=7")


def structured(**article: Any) -> str:
    node = {"@context": "https://schema.org", "@type": "NewsArticle"} | article
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'


class TestText:
    def test_is_the_article_and_nothing_else(self) -> None:
        document = page(
            "<header><a href='/'>Gazette</a></header><nav><ul><li><a href='/s'>Sport</a></li></ul></nav>"
            f"<main><article><h1>Harbour closed</h1>{BODY}</article>"
            "<aside><h2>Related</h2><a href='/x'>Storm warning for the coast</a></aside></main>"
            "<section id='comments'><h2>Comments</h2><div class='comment'><p>Nobody believes this, says a reader "
            "who has never been to the harbour and never will be.</p></div></section>"
            "<footer>Imprint. All rights reserved.</footer>"
        )
        assert document.text.removeprefix("Harbour closed\n\n") == "\n\n".join(PARAGRAPHS)
        assert document.extractor == f"trafilatura {version('trafilatura')}"

    def test_keeps_lists_tables_and_dates_inside_sentences(self) -> None:
        document = page(
            f"<article>{BODY}"
            "<p>The wall was opened on <time datetime='2010-05-03'>3 May 2010</time> by the mayor, who paid for it "
            "from her own purse and for its lamps.</p>"
            "<ul><li>It is 800 metres long.</li><li>It cost 14 million crowns.</li></ul>"
            "<table><tr><th>Year</th><th>Ships</th></tr><tr><td>2018</td><td>412</td></tr></table></article>"
        )
        blocks = document.text.split("\n\n")
        assert blocks[:4] == PARAGRAPHS
        assert blocks[4:] == [
            "The wall was opened on 3 May 2010 by the mayor, who paid for it from her own purse and for its lamps.",
            "It is 800 metres long.",
            "It cost 14 million crowns.",
            "Year | Ships",
            "2018 | 412",
        ]

    def test_inline_markup_neither_splits_nor_joins_words(self) -> None:
        last = "<p>The <b>harb</b>our\n  was <a href='/x'>closed</a>, <i>twice</i>.<br>Then it rained.</p>"
        assert page(f"<article>{BODY}{last}</article>").text.endswith(
            "The harbour was closed, twice.\nThen it rained."
        )

    def test_entities_are_characters(self) -> None:
        body = f"<article>{BODY}<p>Caf&eacute; &amp; Bar &#8211; &#x201c;open&#x201d; &lt;daily&gt;</p></article>"
        assert page(body).text.endswith("Café & Bar – “open” <daily>")


class TestStatements:
    def test_of_schema_org_come_first(self) -> None:
        head = structured(
            headline="Harbour closed for nine days",
            author=[{"@type": "Person", "name": "Ada Brook"}, {"@type": "Person", "name": "By Sam Rivers"}],
            datePublished="2019-01-08T23:30:00-05:00",
            publisher={"@type": "Organization", "name": "The Linden Gazette"},
        )
        metas = (
            "<title>Other | Other</title><meta property='og:title' content='Other'>"
            "<meta name=author content=Other><meta property='og:site_name' content=Other>"
            "<meta property='article:published_time' content='2001-01-01'>"
            "<link rel=canonical href='/news/harbour#top'>"
        )
        document = page(head=metas + head, lang="en-GB")
        assert (
            document.title,
            document.byline,
            document.published_on,
            document.language,
            document.publisher,
            document.canonical_url,
        ) == (
            "Harbour closed for nine days",
            "Ada Brook, Sam Rivers",
            date(2019, 1, 8),
            "en",
            "The Linden Gazette",
            "https://gazette.example/news/harbour",
        )

    def test_of_opengraph_and_meta_elements(self) -> None:
        document = page(
            head="<title>Harbour</title><meta property='og:title' content='Harbour closed – The Gazette'>"
            "<meta name=author content='Ada Brook'><meta property='og:site_name' content='The Gazette'>"
            "<meta property='article:published_time' content='2019-01-08T10:00:00Z'>"
            "<meta property='og:url' content='https://gazette.example/h'>"
        )
        assert (document.title, document.byline, document.publisher) == (
            "Harbour closed",
            "Ada Brook",
            "The Gazette",
        )
        assert (document.published_on, document.canonical_url) == (
            date(2019, 1, 8),
            "https://gazette.example/h",
        )

    def test_in_the_visible_page(self) -> None:
        document = page(
            "<nav><span class=author>Not Me</span></nav><article><h1>Harbour closed</h1>"
            "<p class='byline'>By <a href='/ada'>Ada Brook</a></p>"
            f"<time datetime='2019-01-08'>Tuesday</time>{BODY}</article>"
        )
        assert (document.title, document.byline, document.published_on) == (
            "Harbour closed",
            "Ada Brook",
            date(2019, 1, 8),
        )

    def test_that_are_missing_are_empty(self) -> None:
        document = page()
        assert document == Document(
            title="",
            byline="",
            published_on=None,
            language="en",
            publisher="",
            canonical_url="",
            text="\n\n".join(PARAGRAPHS),
            media_type="text/html",
            extractor=f"trafilatura {version('trafilatura')}",
        )

    def test_in_a_graph_with_references(self) -> None:
        graph = {
            "@graph": [
                {"@type": "WebSite", "name": "Gazette Online"},
                {"@type": "Person", "@id": "#ada", "name": "Ada Brook"},
                {"@type": ["NewsMediaOrganization"], "@id": "#paper", "name": "The Gazette"},
                {
                    "@type": ["http://schema.org/NewsArticle"],
                    "headline": "Harbour &amp; town",
                    "author": {"@id": "#ada"},
                    "publisher": {"@id": "#paper"},
                },
            ]
        }
        document = page(head=f'<script type="application/ld+json">{json.dumps(graph)}</script>')
        assert (document.title, document.byline, document.publisher) == (
            "Harbour & town",
            "Ada Brook",
            "The Gazette",
        )

    @sweep(
        "broken",
        [
            "",
            "{",
            "null",
            "[]",
            "5",
            '"x"',
            '{"@type": 7}',
            '{"@graph": {"@graph": {}}}',
            "[" * 100_000,
            '{"a":' * 100_000,
        ],
    )
    def test_survive_broken_structured_data(self, broken: str) -> None:
        head = f'<script type="application/ld+json">{broken}</script>' + structured(headline="Harbour closed")
        assert page(head=head).title == "Harbour closed"

    def test_with_a_line_break_in_a_string_or_a_comment_around(self) -> None:
        node = '<!--{"@type": "Article", "headline": "Harbour\nclosed"}-->'
        assert page(head=f'<script type="application/ld+json">{node}</script>').title == "Harbour closed"

    @sweep(
        "author",
        [
            "https://gazette.example/ada",
            "@ada",
            "desk@gazette.example",
            {"name": None},
            {},
            7,
            "admin",
            "x" * 200,
        ],
    )
    def test_a_byline_holds_names(self, author: Any) -> None:
        assert page(head=structured(author=author)).byline == ""

    @sweep(
        "href", ["/", "https://gazette.example", "javascript:void(0)", "http://[bad", "mailto:a@b.example"]
    )
    def test_a_canonical_address_is_that_of_an_article(self, href: str) -> None:
        assert page(head=f"<link rel='canonical' href='{href}'>").canonical_url == ""

    def test_an_address_without_scheme_in_opengraph_is_not_resolved(self) -> None:
        assert (
            page(head="<meta property='og:url' content='gazette.example/news/harbour'>").canonical_url == ""
        )

    def test_a_date_in_the_address(self) -> None:
        html = f"<html><body><article>{BODY}</article></body></html>".encode()
        assert extract(html, url="https://gazette.example/2019/01/08/harbour").published_on == date(
            2019, 1, 8
        )

    @sweep("stated", ["03/04/2019", "soon", "0000-00-00", "2019-02-30", "9999-01-01"])
    def test_a_date_is_never_guessed(self, stated: str) -> None:
        assert page(head=structured(datePublished=stated)).published_on is None

    def test_dates_of_other_stories_are_not_taken(self) -> None:
        body = (
            f"<time datetime='2019-01-08'></time><article>{BODY}</article><time datetime='2019-01-09'></time>"
        )
        assert page(body).published_on is None

    @sweep(
        ("declared", "language"),
        [("en", "en"), ("en-US", "en"), ("EN_gb", "en"), ("de", "en"), ("x-none", "en"), ("", "en")],
    )
    def test_a_declared_language_must_fit_the_text(self, declared: str, language: str) -> None:
        assert page(lang=declared).language == language


@pytest.mark.slow
class TestTime:
    """No page keeps us longer than its length says; without the guards, each of these takes minutes."""

    @sweep(
        ("body", "size"),
        [
            (lambda size: "<p>" + "<span>harbour</span> " * size, 100_000),
            (lambda size: "harbour<br>" * size, 100_000),
            (lambda size: "<div>" * size + "harbour", 100_000),
            (lambda size: "<b><i>" * size + "harbour", 100_000),
            (lambda size: "<table>" + "<tr><td>harbour</td><td>closed</td></tr>" * size, 30_000),
            (lambda size: "<p>On <time>3 May</time> it " * size, 50_000),
            (lambda size: "<p " + " ".join(f"a{number}=b" for number in range(size)) + ">harbour", 200_000),
            (lambda size: "<p " + " ".join(f"a{number}" for number in range(size)) + ">harbour", 200_000),
            (lambda size: "<a" * size, 500_000),
            (lambda size: "&lt;" * size, 500_000),
        ],
    )
    def test_pathological_pages(self, body: Callable[[int], str], size: int) -> None:
        def read(size: int) -> None:
            with suppress(ExtractionError):
                page(body(size))

        assert_in_proportion(read, size)

    def test_a_long_page(self) -> None:
        chosen = random.Random(1)  # noqa: S311  no secret
        words = " ".join(PARAGRAPHS).split()
        sentences = [" ".join(chosen.choices(words, k=60)) + "." for _ in range(2_500)]

        def read(size: int) -> None:
            body = "".join(f"<p>{sentence}</p>" for sentence in sentences[:size])
            assert page(f"<article>{body}</article>").text.split("\n\n") == sentences[:size]

        assert_in_proportion(read, len(sentences))

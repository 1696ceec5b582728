"""What a page says of its article in JSON-LD."""

import json
from typing import Any

import lxml.html

from sources.extraction.structured_data import StructuredData, read_structured
from tests.helpers.sweeps import sweep


def structured(*nodes: Any) -> StructuredData:
    scripts = "".join(f"<script type='application/ld+json'>{json.dumps(node)}</script>" for node in nodes)
    return read_structured(
        lxml.html.document_fromstring(f"<html><head>{scripts}</head><body>x</body></html>")
    )


@sweep(
    ("given", "body"),
    [
        ("One.\nTwo.", "One.\n\nTwo."),
        ("<p>One &amp; only.</p><p>Two.</p>", "One & only.\n\nTwo."),
        ("One.&lt;br&gt;Two.", "One.\n\nTwo."),
        (["One.", "ignored"], "One."),
        ({"name": "x"}, ""),
        (None, ""),
    ],
)
def test_body(given: Any, body: str) -> None:
    assert structured({"@type": "NewsArticle", "articleBody": given}).body() == body


@sweep(
    ("given", "count"),
    [(812, 812), ("812", 812), (" 812 ", 812), ("many", None), (-3, None), (8.5, None), (None, None)],
)
def test_word_count(given: Any, count: int | None) -> None:
    assert structured({"@type": "Article", "wordCount": given}).word_count == count


@sweep(
    ("given", "free"),
    [
        (False, False),
        ("False", False),
        ("false", False),
        ("http://schema.org/False", False),
        (True, True),
        (None, True),
    ],
)
def test_free(given: Any, free: bool) -> None:
    assert structured({"@type": "Article", "isAccessibleForFree": given}).is_free is free


def test_only_data_about_the_article_count() -> None:
    page = structured(
        {"@type": "WebPage", "articleBody": "Of the page."}, {"@type": "LiveBlogPosting", "wordCount": 9}
    )
    assert (page.body(), page.word_count) == ("", 9)


def test_a_million_nodes_are_read_quickly() -> None:
    assert structured([{} for _ in range(200_000)], {"@type": "Article", "wordCount": 9}).word_count is None

"""Whatever text a claim holds, its feed is valid and says it."""

import re
from collections.abc import Callable
from typing import Any

import feedparser
import pytest
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from lxml import etree, html

from claims.models import Claim, Claimant, Publication, Topic
from claims.models.verdict import MAX_EXPLANATION_LENGTH, MAX_NOTE_LENGTH
from claims.public.feeds.feed_entries import Channel, build_entry
from claims.public.feeds.feed_formats import ATOM, JSON, RSS
from claims.public.feeds.xml_text import strip_invalid_characters
from tests.helpers.newsroom import make_claim
from tests.helpers.valid_feeds import NAMES, atom, json_feed, rss, titles

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]

SCRIPTS = [
    ("en", "The tunnel “costs” 9 € – naïvely."),
    ("ar", "النفق آمن تمامًا، قالت الوزيرة."),
    ("he", "המנהרה בטוחה."),
    ("hi", "सुरंग सुरक्षित है।"),
    ("ja", "トンネルは安全です。"),
    ("ko", "터널은 안전하다."),
    ("zh-Hant", "隧道是安全的。"),
    ("th", "อุโมงค์ปลอดภัย"),
    ("ru", "Туннель безопасен."),
    ("en", "The tunnel 🚇 is 𝒔𝒂𝒇𝒆 👩‍👩‍👧."),
]
ATTACK = """</title>]]><script>alert("1")</script><img src=x onerror='alert(2)'> & &amp; &#60; <![CDATA[ --> <?php"""


@pytest.mark.parametrize("language, statement", SCRIPTS)
def test_every_script(client: Client, publish: Publish, language: str, statement: str) -> None:
    publish(make_claim(statement, language=language), summary=statement)
    (title,) = titles(client)
    assert title.endswith(f": {statement}")
    (item,) = json_feed(client)["items"]
    assert item["summary"] == statement
    assert statement in html.document_fromstring(item["content_html"]).text_content()
    (read,) = feedparser.parse(client.get("/feeds/claims.atom").content).entries
    assert (read.title, read.summary) == (title, statement)


def test_markup_in_texts_stays_text(
    client: Client, publish: Publish, claimant: Claimant, topic: Topic
) -> None:
    claimant.name = claimant.job_title = ATTACK
    claimant.save()
    topic.name = ATTACK[:100]
    topic.save()
    publish(make_claim(ATTACK, claimant=claimant, topics=[topic]), summary=ATTACK, explanation=ATTACK)
    assert titles(client) == [f"False: {ATTACK}"]
    (json_item,) = json_feed(client)["items"]
    (atom_entry,) = atom(client).xpath("a:entry", namespaces=NAMES)
    (rss_item,) = rss(client).findall("item")
    assert json_item["summary"] == atom_entry.findtext("a:summary", namespaces=NAMES) == ATTACK
    # HTML by its definition, so one layer more.
    assert html.fragment_fromstring(rss_item.findtext("description"), create_parent=True).text == ATTACK
    assert atom_entry.xpath("a:category/@label", namespaces=NAMES)[0] == ATTACK[:100]
    assert rss_item.findtext("category") == ATTACK[:100]
    for content in (
        json_item["content_html"],
        atom_entry.findtext("a:content", namespaces=NAMES),
        rss_item.findtext("content:encoded", namespaces=NAMES),
    ):
        document = html.document_fromstring(content)
        assert document.cssselect("script, img, title") == []
        # Statement, claimant, their function, summary and explanation.
        assert document.text_content().count('alert("1")') == 5


def test_characters_that_xml_forbids_are_left_out(client: Client, publish: Publish) -> None:
    publish(make_claim("The \x0btunnel\x1b is\ufffe \x7fsafe.\uffff"), summary="\x01Not\x0c so.")
    (entry_,) = atom(client).xpath("a:entry", namespaces=NAMES)
    (item,) = rss(client).findall("item")
    assert entry_.findtext("a:title", namespaces=NAMES) == "False: The tunnel is \x7fsafe."
    assert entry_.findtext("a:summary", namespaces=NAMES) == item.findtext("description") == "Not so."
    assert json_feed(client)["items"][0]["summary"] == "\x01Not\x0c so."


def test_huge_feed(client: Client, publish: Publish) -> None:
    """As long as texts may be."""
    statement = "The tunnel, " * 830 + "is safe."
    summary, explanation = (
        "Not so. " * (MAX_NOTE_LENGTH // 8),
        "So *what*, they asked, and nobody at the harbour had an answer.\n\n"
        * (MAX_EXPLANATION_LENGTH // 65),
    )
    for _ in range(2):
        publish(make_claim(statement), summary=summary, explanation=explanation)
    assert titles(client, "?page_size=200") == [f"False: {statement}"] * 2


@hypothesis_settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.text(alphabet=st.characters(codec="utf-8"), min_size=1))
def test_no_text_breaks_a_feed(document: dict[str, Any], text: str) -> None:
    verdict = document["verdicts"][0] | {"summary": text, "explanation_html": f"<p>{text}</p>"}
    shown = document | {
        "statement": text,
        "verdicts": [verdict],
        "claimant": {"name": text, "job_title": text},
        "topics": [{"id": 1, "name": text, "slug": "topic"}],
        "corrections": [
            {"version": 2, "kind": "update", "note": text, "published_at": "2026-05-01T00:00:00Z"}
        ],
    }
    channel = Channel(
        title=text,
        description=text,
        language="en",
        home_url="http://localhost:8000/",
        author=text,
        id="http://localhost:8000/feeds/claims.atom",
        own_url="http://localhost:8000/feeds/claims.atom",
        first_url="",
        next_url="",
        previous_url="",
        total=None,
    )
    entries = [build_entry(shown)]
    expected = " ".join(strip_invalid_characters(" ".join(text.split())).split())
    root = etree.fromstring(ATOM.write(channel, entries).encode())
    found = root.findtext("a:entry/a:title", namespaces=NAMES)
    assert " ".join(found.removeprefix("False:").split()) == expected
    (item,) = etree.fromstring(RSS.write(channel, entries).encode())[0].findall("item")
    assert " ".join(item.findtext("title").removeprefix("False:").split()) == expected
    assert JSON.write(channel, entries).encode()


@pytest.fixture
def document(publish: Publish) -> dict[str, Any]:
    publish()
    return Publication.objects.get().document


@given(text=st.text())
def test_xml_text_contains_only_valid_characters(text: str) -> None:
    kept = strip_invalid_characters(text)
    assert etree.fromstring(f"<a>{html_escape(kept)}</a>".encode()).text in (
        None,
        re.sub("\r\n?", "\n", kept),
    )
    assert strip_invalid_characters(kept) == kept
    lost = set(text) - set(kept)
    assert all(ord(c) < 32 or 0xD800 <= ord(c) < 0xE000 or ord(c) in (0xFFFE, 0xFFFF) for c in lost)


def html_escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

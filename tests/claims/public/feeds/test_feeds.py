"""Feeds of claims: what they list, and what they say of each claim."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.test import Client
from lxml import etree, html
from pytest_django import DjangoAssertNumQueries

from claims.ledger.queries.claim_filters import ClaimListQuery
from claims.models import Claim, Claimant, Publication, Rating, RatingScale, Topic
from claims.public.feeds.views import FeedQuery
from claims.review import workflow
from sources.models import Publisher
from tests.helpers.newsroom import make_claim, make_draft
from tests.helpers.reader_pages import bring_out, correct, page
from tests.helpers.sweeps import sweep
from tests.helpers.valid_feeds import NAMES, XML_LANG, atom, json_feed, rss, titles

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]
FORMATS = ["atom", "rss", "json"]
SITE = "http://localhost:8000"


def read_entry(entry: etree._Element) -> dict[str, str]:
    """The texts of an entry by the names of its elements."""
    return {etree.QName(element).localname: element.text for element in entry}


@sweep("form", FORMATS, undone=True)
@sweep("count", [1, 3], undone=True)
def test_feed_costs_one_query_whatever_its_length(
    client: Client,
    publish: Publish,
    django_assert_num_queries: DjangoAssertNumQueries,
    form: str,
    count: int,
) -> None:
    for number in range(count):
        publish(make_claim(f"Tunnel {number} is closed."))
    with django_assert_num_queries(1):
        content = client.get(f"/feeds/claims.{form}").content.decode()
    assert content.count("False: Tunnel ") == count


def test_feed_lists_the_newest_first_with_their_verdicts(client: Client, publish: Publish) -> None:
    for number, code in enumerate(["true", "false", "misleading"]):
        publish(make_claim(f"Tunnel {number}  is\nclosed."), code=code)
    assert titles(client) == [
        "Misleading: Tunnel 2 is closed.",
        "False: Tunnel 1 is closed.",
        "True: Tunnel 0 is closed.",
    ]


def test_empty_feed_is_valid_and_says_that_it_never_changed(client: Client) -> None:
    assert titles(client) == []
    assert atom(client).findtext("a:updated", namespaces=NAMES) == "1970-01-01T00:00:00+00:00"


@pytest.fixture
def safe(publish: Publish, claimant: Claimant, topic: Topic, checker: User, editor: User) -> Claim:
    """A claim with everything that a feed can say."""
    claim = make_claim(
        "The tunnel is safe.", claimant=claimant, claimed_on=date(2026, 2, 14), topics=[topic], language="en"
    )
    draft = make_draft(
        claim, checker, url="https://facts.example/tunnel", explanation="Read [the report](/sources/1/)."
    )
    bring_out(draft, checker, editor)
    return claim


def test_atom_entry_is_the_published_claim(client: Client, safe: Claim) -> None:
    publication = Publication.objects.get()
    document = publication.document
    (entry,) = atom(client).xpath("a:entry", namespaces=NAMES)
    texts = read_entry(entry)
    assert entry.get(XML_LANG) == "en"
    assert texts["title"] == "False: The tunnel is safe."
    assert texts["id"] == f"{SITE}/claims/{safe.pk}/"
    assert texts["summary"] == "The accounts show a different sum."
    assert texts["published"] == publication.first_published_at.isoformat()
    assert texts["updated"] == publication.published_at.isoformat()
    assert entry.xpath("a:link/@href", namespaces=NAMES) == [document["url"], "https://facts.example/tunnel"]
    assert entry.xpath("a:author/a:name/text()", namespaces=NAMES) == ["Factcheck Newsroom"]
    assert [dict(c.attrib) for c in entry.xpath("a:category", namespaces=NAMES)] == [
        {"scheme": f"{SITE}/api/v1/topics/", "term": "transport", "label": "Transport"},
        {"scheme": f"{SITE}/api/v1/ratings/", "term": "false", "label": "False"},
    ]
    content = html.document_fromstring(texts["content"])
    assert content.cssselect("blockquote")[0].text == "The tunnel is safe."
    assert [link.get("href") for link in content.cssselect("a")] == [f"{SITE}/sources/1/"]


def test_rss_item_is_the_published_claim(client: Client, safe: Claim) -> None:
    publication = Publication.objects.get()
    (item,) = rss(client).findall("item")
    texts = read_entry(item)
    assert texts["title"] == "False: The tunnel is safe."
    assert texts["link"] == publication.document["url"]
    assert texts["guid"] == f"{SITE}/claims/{safe.pk}/"
    assert texts["description"] == "The accounts show a different sum."
    assert texts["creator"] == "Factcheck Newsroom"
    assert texts["language"] == "en"
    assert texts["updated"] == publication.published_at.isoformat()
    assert item.xpath("category/text()") == ["Transport", "False"]
    assert "<blockquote" in texts["encoded"]


def test_json_item_is_the_published_claim(client: Client, safe: Claim) -> None:
    document = Publication.objects.get().document
    (item,) = json_feed(client)["items"]
    rating = document["verdicts"][0]["rating"]
    about = f"{SITE}/api/docs/"
    content = item.pop("content_html")
    assert "<blockquote" in content
    assert item == {
        "id": f"{SITE}/claims/{safe.pk}/",
        "url": document["url"],
        "external_url": "https://facts.example/tunnel",
        "title": "False: The tunnel is safe.",
        "summary": "The accounts show a different sum.",
        "date_published": document["published_at"],
        "date_modified": document["updated_at"],
        "authors": [{"name": "Factcheck Newsroom", "url": SITE}],
        "tags": ["Transport"],
        "language": "en",
        "_factcheck": {
            "about": about,
            "status": "published",
            "version": 1,
            "statement": "The tunnel is safe.",
            "claimant": "Mara Lindqvist",
            "claimed_on": "2026-02-14",
            "rating": {
                "id": rating["id"],
                "code": "false",
                "label": "False",
                "language": "en",
                "rating_class": "false",
            },
            "corrections": [],
        },
    }


def test_the_rating_is_in_the_language_of_the_claim_if_the_scale_has_it(
    client: Client, publish: Publish
) -> None:
    publish(make_claim("터널은 안전하다", language="ko"))
    publish(make_claim("O túnel é seguro.", language="pt-BR"), code="true")
    publish(make_claim("Tunneli on turvallinen.", language="fi"))
    assert titles(client) == [
        "False: Tunneli on turvallinen.",
        "Verdadeiro: O túnel é seguro.",
        "사실 아님: 터널은 안전하다",
    ]
    assert [item["language"] for item in json_feed(client)["items"]] == ["fi", "pt-BR", "ko"]


def test_verdict_of_another_publisher_is_reported_in_its_words(
    client: Client, checker: User, editor: User
) -> None:
    other = Publisher.objects.create(name="Faktenprüfer", url="https://pruefer.example")
    scale = RatingScale.objects.create(publisher=other, name="Skala", version="1", language="de")
    rating = Rating.objects.create(scale=scale, code="quatsch", label="Quatsch", rating_class="false")
    claim = make_claim("The tunnel is safe.")
    bring_out(make_draft(claim, checker, publisher=other, rating=rating), checker, editor)
    assert titles(client) == []
    assert titles(client, "?by=all") == ["Quatsch: The tunnel is safe."]
    (item,) = json_feed(client, "?by=all")["items"]
    assert item["authors"] == [{"name": "Faktenprüfer", "url": "https://pruefer.example"}]


def test_correction_shows_as_an_update_with_its_note(
    client: Client, publish: Publish, checker: User, editor: User
) -> None:
    claim = publish(make_claim("The tunnel is safe."))
    before = json_feed(client)["items"][0]
    true = Rating.objects.get(code="true", scale__publisher__is_house=True)
    correct(claim, checker, editor, rating=true, correction_note="We read the wrong report.")
    (after,) = json_feed(client)["items"]
    assert after["title"] == "True: The tunnel is safe."
    assert (after["id"], after["date_published"]) == (before["id"], before["date_published"])
    assert after["date_modified"] > before["date_modified"]
    assert after["_factcheck"]["corrections"][0]["note"] == "We read the wrong report."
    for content in (
        after["content_html"],
        read_entry(atom(client).xpath("a:entry", namespaces=NAMES)[0])["content"],
        read_entry(rss(client).find("item"))["encoded"],
    ):
        first = html.document_fromstring(content).cssselect("p")[0].text_content()
        assert first.startswith("Correction, ")
        assert first.endswith(": We read the wrong report.")


def test_changed_statement_keeps_the_id(
    client: Client, publish: Publish, checker: User, editor: User
) -> None:
    claim = publish(make_claim("The tunnel is safe."))
    before = json_feed(client)["items"][0]
    claim.statement = "The tunnel is quite safe."
    claim.save()
    correct(claim, checker, editor)
    (after,) = json_feed(client)["items"]
    assert after["url"] != before["url"]
    assert after["id"] == before["id"]
    assert client.get(after["id"].removeprefix(SITE))["Location"] == after["url"].removeprefix(SITE)


def test_a_retracted_claim_leaves_the_feed_and_is_listed_on_request(
    client: Client, publish: Publish, editor: User
) -> None:
    claim = publish(make_claim("The tunnel is safe."))
    publish(make_claim("The bridge is old."))
    workflow.move(claim.verdicts.get(), "retract", by=editor, note="The audit was forged.")
    assert titles(client) == ["False: The bridge is old."]
    assert titles(client, "?status=retracted") == ["Retracted: The tunnel is safe."]
    (item,) = json_feed(client, "?status=retracted")["items"]
    assert item["summary"] == "The audit was forged."
    assert item["_factcheck"]["status"] == "retracted"
    assert item["_factcheck"]["rating"] is None
    assert "The accounts show" not in item["content_html"]
    assert titles(client, "?status=published,retracted") == [
        "Retracted: The tunnel is safe.",
        "False: The bridge is old.",
    ]


def test_merged_claim_names_the_other(client: Client, publish: Publish, editor: User) -> None:
    claim, target = publish(make_claim("The tunnel is safe.")), publish(make_claim("The tunnel is secure."))
    workflow.move(claim, "merge", by=editor, into=target)
    assert titles(client, "?status=merged") == ["Merged into another claim: The tunnel is safe."]
    (item,) = json_feed(client, "?status=merged")["items"]
    link = html.document_fromstring(item["content_html"]).cssselect("a")[0]
    assert link.get("href") == f"{SITE}/claims/{target.pk}/"


# Filters and pages


def test_feed_understands_every_parameter_of_the_list_that_chooses_claims() -> None:
    assert FeedQuery.base_filters.keys() == (ClaimListQuery.base_filters.keys() - {"fields", "spelling"}) | {
        "by"
    }


@sweep(
    "query, found",
    [
        ("?q=tunnel", ["False: The tunnel is safe."]),
        ("?rating_class=true", ["True: The bridge is old."]),
        ("?topic=transport", ["False: The tunnel is safe."]),
        ("?claimed_before=2026-02-14", ["False: The tunnel is safe."]),
        ("?language=de", []),
        ("?ordering=published", ["False: The tunnel is safe.", "True: The bridge is old."]),
        ("?q=the&rating=true,false", ["True: The bridge is old.", "False: The tunnel is safe."]),
        ("?as_of=2020-01-01", []),
    ],
    undone=True,
)
def test_feed_of_a_filter(
    client: Client, safe: Claim, publish: Publish, query: str, found: list[str]
) -> None:
    publish(make_claim("The bridge is old."), code="true")
    assert titles(client, query) == found


def test_a_search_is_listed_newest_first_unless_relevance_is_requested(
    client: Client, publish: Publish
) -> None:
    publish(make_claim("Tunnel, tunnel, tunnel: the tunnel is safe."))
    publish(make_claim("Somebody mentioned a tunnel beside many other things."))
    newest = titles(client, "?q=tunnel")
    assert newest[0].startswith("False: Somebody")
    assert titles(client, "?q=tunnel&ordering=relevance") == newest[::-1]


def test_the_feed_of_a_filter_has_its_own_title_and_id(client: Client) -> None:
    query = "?rating_class=false&q=%22a+%3Cb%3E%22"
    feed = atom(client, f"{query}&page_size=2")
    title = 'Fact checks by Factcheck Newsroom: rating_class=false, q="a <b>"'
    assert feed.findtext("a:title", namespaces=NAMES) == title
    assert feed.findtext("a:id", namespaces=NAMES) == f"{SITE}/feeds/claims.atom{query}"
    (itself,) = feed.xpath("a:link[@rel='self']/@href", namespaces=NAMES)
    assert itself == f"{SITE}/feeds/claims.atom{query}&page_size=2"
    assert json_feed(client, query)["feed_url"] == f"{SITE}/feeds/claims.json{query}"


@sweep("form", FORMATS, undone=True)
@sweep(
    "query, status, parameter, code",
    [
        ("?topics=1", 400, "topics", "unknown"),
        ("?page_size=201", 400, "page_size", "invalid"),
        ("?page_size=", 400, "page_size", "empty"),
        ("?fields=id", 400, "fields", "unknown"),
        ("?spelling=exact", 400, "spelling", "unknown"),
        ("?ordering=newest", 400, "ordering", "invalid"),
        ("?cursor=abc", 400, "cursor", "invalid"),
        ("?as_of=9999-01-01", 400, "as_of", "invalid"),
        ("?q=%00", 400, "q", "invalid"),
    ],
    undone=True,
)
def test_invalid_parameters_are_named(
    client: Client, form: str, query: str, status: int, parameter: str, code: str
) -> None:
    response = client.get(f"/feeds/claims.{form}{query}")
    problem = response.json()
    assert response.status_code == problem["status"] == status
    assert response["Content-Type"] == "application/problem+json"
    assert [(error["parameter"], error["code"]) for error in problem["errors"]] == [(parameter, code)]


def test_pages_lead_through_the_whole_feed_and_back(client: Client, publish: Publish) -> None:
    for number in range(5):
        publish(make_claim(f"Tunnel {number} is closed."))
    expected = [f"False: Tunnel {number} is closed." for number in reversed(range(5))]

    def walk(address: str, relation: str) -> list[etree._Element]:
        pages = []
        while address:
            feed = atom(client, "?" + address.partition("?")[2])
            pages.append(feed)
            address = "".join(feed.xpath(f"a:link[@rel='{relation}']/@href", namespaces=NAMES))
        return pages

    pages = walk("?page_size=2", "next")
    assert [feed.xpath("a:entry/a:title/text()", namespaces=NAMES) for feed in pages] == [
        expected[:2],
        expected[2:4],
        expected[4:],
    ]
    # One feed, whatever page of it: RFC 5005 calls it logical.
    assert {feed.findtext("a:id", namespaces=NAMES) for feed in pages} == {f"{SITE}/feeds/claims.atom"}
    firsts = {feed.xpath("a:link[@rel='first']/@href", namespaces=NAMES)[0] for feed in pages}
    assert firsts == {f"{SITE}/feeds/claims.atom?page_size=2"}
    last = pages[-1].xpath("a:link[@rel='self']/@href", namespaces=NAMES)[0]
    assert len(walk(last, "previous")) == 3
    seen, address = [], "?page_size=2"
    while address:
        feed = json_feed(client, "?" + address.partition("?")[2])
        seen += [item["title"] for item in feed["items"]]
        address = feed.get("next_url", "")
    assert seen == expected
    assert rss(client, "?page_size=2").xpath("a:link[@rel='next']/@href", namespaces=NAMES)


def test_the_count_is_returned_on_request(client: Client, publish: Publish) -> None:
    for _ in range(3):
        publish()
    query = "?count=exact&page_size=1"
    assert json_feed(client, query)["_factcheck"]["count"] == 3
    assert atom(client, query).findtext("opensearch:totalResults", namespaces=NAMES) == "3"
    assert rss(client, query).findtext("opensearch:totalResults", namespaces=NAMES) == "3"
    assert "count" not in json_feed(client)["_factcheck"]


# Discovery


def test_pages_link_to_the_feed_of_their_list(client: Client, safe: Claim, topic: Topic) -> None:
    def found(path: str) -> list[tuple[str, str]]:
        links = page(client, path).cssselect("link[rel=alternate][href*='/feeds/']")
        return [(link.get("type"), link.get("href")) for link in links]

    types = ["application/atom+xml", "application/rss+xml", "application/feed+json"]
    everything = [f"/feeds/claims.{form}" for form in FORMATS]
    assert found("/") == found("/methodology/") == list(zip(types, everything, strict=True))
    narrowed = f"?rating=false&topic={topic.pk}&q={quote('tunnel & <b>')}"
    for _type, address in found(f"/claims/{narrowed}"):
        assert client.get(address).status_code == 200
        assert address.endswith(f"?q=tunnel+%26+%3Cb%3E&rating_class=false&topic={topic.pk}&by=all")
    shown = page(client, "/claims/?q=tunnel&rating=false").cssselect(".result-count a")[1].get("href")
    assert titles(client, "?" + shown.partition("?")[2]) == ["False: The tunnel is safe."]


def test_moments_are_in_utc(client: Client, publish: Publish) -> None:
    publish()
    updated = atom(client).xpath("a:entry/a:updated/text()", namespaces=NAMES)[0]
    assert datetime.fromisoformat(updated) == Publication.objects.get().published_at
    assert datetime.fromisoformat(updated).tzinfo == UTC

"""What the head of each page says of its addresses, and what the page is (JSON-LD), held against Google's documents."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from lxml import html

from claims.ledger.document import page_markup
from claims.models import Claim, Claimant
from claims.public.pages.reader_tags import open_graph_locale
from claims.review import workflow
from tests.helpers.imported_reviews import bring, review
from tests.helpers.newsroom import make_claim
from tests.helpers.page_markup import complaints
from tests.helpers.reader_pages import correct, page

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]
#: Google shows large pictures of a page only where it says so (robots meta tag, `max-image-preview`).
LARGE_PICTURES = "max-image-preview:large"
HOSTILE = '</script><script>alert("1")</script><!-- ]]> & \u2028'


def canonicals(document: html.HtmlElement) -> list[str]:
    return [one.get("href") for one in document.cssselect("head link[rel=canonical]")]


def languages(document: html.HtmlElement) -> dict[str, str]:
    return {
        one.get("hreflang"): one.get("href")
        for one in document.cssselect("head link[rel=alternate][hreflang]")
    }


def robots(document: html.HtmlElement) -> str:
    return ", ".join(one.get("content") for one in document.cssselect("meta[name=robots]"))


def markup(document: html.HtmlElement) -> list[dict[str, Any]]:
    """All nodes of all JSON-LD of the page."""
    found = []
    for script in document.cssselect('script[type="application/ld+json"]'):
        said = json.loads(script.text)
        found += said.get("@graph", [said])
    return found


def test_our_own_language_has_one_address(client: Client, publish: Publish, settings: Any) -> None:
    claim = publish()
    path = claim.get_absolute_url()
    assert canonicals(page(client, f"/en{path}")) == [f"{settings.SITE_URL}{path}"]
    assert canonicals(page(client, f"/ko{path}")) == [f"{settings.SITE_URL}/ko{path}"]


@pytest.mark.parametrize("query", ["?utm_source=post", "?fbclid=1", "?anything=1"])
def test_unknown_parameters_do_not_change_the_canonical_address(
    client: Client, publish: Publish, query: str, settings: Any
) -> None:
    path = publish().get_absolute_url()
    document = page(client, f"{path}{query}")
    assert (canonicals(document), robots(document)) == ([f"{settings.SITE_URL}{path}"], LARGE_PICTURES)
    assert languages(document)["x-default"] == f"{settings.SITE_URL}{path}"


@pytest.mark.parametrize(
    "path",
    [
        "/claims/?rating=false",
        "/ratings/false/?cursor=",
        "/topics/?q=x",
        "/claimants/?letter=A",
        "/publishers/?cursor=",
        "/clusters/?cursor=",
        "/corrections/?kind=correction",
    ],
)
def test_parts_of_lists_are_not_found(client: Client, publish: Publish, path: str) -> None:
    document = page(client, path)
    assert robots(document) == "noindex, follow"
    assert (canonicals(document), languages(document)) == ([], {})


def test_earlier_versions_and_withdrawn_claims_are_not_indexed(
    client: Client, publish: Publish, checker: User, editor: User
) -> None:
    claim = publish()
    correct(claim, checker, editor)
    retracted = publish()
    workflow.move(retracted.verdicts.get(), "retract", by=editor, note="The audit was forged.")
    for path in (f"/claims/{claim.pk}/versions/1/", retracted.get_absolute_url()):
        document = page(client, path)
        assert "noindex" in robots(document)
        assert (canonicals(document), languages(document), markup(document)) == ([], {}, [])


def test_a_claim_is_an_article_with_its_place(
    client: Client, publish: Publish, claimant: Claimant, settings: Any
) -> None:
    claim = publish(make_claim("The bridge was closed.", claimant=claimant))
    nodes = markup(page(client, claim.get_absolute_url()))
    assert [node["@type"] for node in nodes] == ["ClaimReview", "NewsArticle", "BreadcrumbList"] or [
        node["@type"] for node in nodes
    ] == ["NewsArticle", "BreadcrumbList", "ClaimReview"]
    article = next(node for node in nodes if node["@type"] == "NewsArticle")
    assert article["headline"] == "False: The bridge was closed."
    assert article["mainEntityOfPage"] == f"{settings.SITE_URL}{claim.get_absolute_url()}"
    assert complaints(nodes) == []


@pytest.mark.parametrize("prefix", ["", "/en", "/de", "/ar"])
def test_a_page_says_one_address_of_itself_everywhere(
    client: Client, publish: Publish, prefix: str, settings: Any
) -> None:
    path = publish(make_claim("The bridge was closed.")).get_absolute_url()
    document = page(client, f"{prefix}{path}")
    here = f"{settings.SITE_URL}{prefix if prefix != '/en' else ''}{path}"
    nodes = {node["@type"]: node for node in markup(document)}
    said = {
        *canonicals(document),
        *(one.get("content") for one in document.cssselect('meta[property="og:url"]')),
        nodes["ClaimReview"]["url"],
        nodes["NewsArticle"]["url"],
        nodes["NewsArticle"]["mainEntityOfPage"],
        nodes["BreadcrumbList"]["itemListElement"][-1]["item"],
        languages(document)[prefix[1:] or "en"],
    }
    assert said == {here}
    # The words are the same in every language of the page around them, and so is what they are of.
    assert nodes["NewsArticle"]["@id"] == f"{settings.SITE_URL}{path}#article"
    assert nodes["ClaimReview"]["@id"].startswith(f"{settings.SITE_URL}/claims/")
    assert open_graph(document, "locale") == ["en_US"]


def open_graph(document: html.HtmlElement, name: str) -> list[str]:
    return [one.get("content") for one in document.cssselect(f"meta[property='og:{name}']")]


@pytest.mark.parametrize(
    "language, locale",
    [
        ("en", "en_US"),
        ("pt-BR", "pt_BR"),
        ("pt-PT", "pt_PT"),
        ("zh-Hans", "zh_CN"),
        ("ko", "ko_KR"),
        ("und", ""),
    ],
)
def test_open_graph_has_languages_with_a_territory(language: str, locale: str) -> None:
    assert open_graph_locale(language) == locale


def test_claims_without_a_summary_are_described_by_their_rating(client: Client) -> None:
    bring(review(statement="The tunnel is closed.", summary=""))
    document = page(client, Claim.objects.get().get_absolute_url())
    [described] = document.cssselect("meta[name=description]")
    assert described.get("content") == "Example Checks: False: The tunnel is closed."
    assert open_graph(document, "description") == []


def test_others_fact_checks_are_not_our_articles() -> None:
    body = {"verdicts": [{"origin": "imported", "rating": {"label": "False"}}]}
    assert page_markup.build_article(body, page="x", headline="x", site={}, images=[], publisher={}) is None


def test_hostile_words_stay_inside_the_markup(client: Client, publish: Publish) -> None:
    claim = publish(make_claim(f"The bridge {HOSTILE} was closed."), summary=HOSTILE)
    document = page(client, claim.get_absolute_url())
    assert not [
        script
        for script in document.cssselect("script")
        if "alert" in (script.text or "") and not script.get("type")
    ]
    article = next(node for node in markup(document) if node["@type"] == "NewsArticle")
    assert "</script>" in article["headline"]


@pytest.mark.parametrize("path", ["/clusters/", "/corrections/", "/methodology/", "/check/", "/de/check/"])
def test_other_pages_have_breadcrumbs(client: Client, path: str) -> None:
    nodes = markup(page(client, path))
    assert "BreadcrumbList" in [node["@type"] for node in nodes]
    assert complaints(nodes) == []


def test_the_front_page_names_its_publisher_and_search(client: Client, settings: Any) -> None:
    nodes = markup(page(client, "/"))
    assert [node["@type"] for node in nodes] == ["NewsMediaOrganization", "WebSite"]
    assert nodes[1]["potentialAction"]["target"]["urlTemplate"] == (
        f"{settings.SITE_URL}/claims/?q={{search_term_string}}"
    )
    assert complaints(nodes) == []


def test_lists_are_marked_up_with_their_claims(client: Client, publish: Publish, settings: Any) -> None:
    claims = [publish(), publish()]
    nodes = markup(page(client, "/claims/"))
    listed = next(node for node in nodes if node["@type"] == "CollectionPage")["mainEntity"][
        "itemListElement"
    ]
    assert [item["url"] for item in listed] == [
        settings.SITE_URL + one.get_absolute_url() for one in reversed(claims)
    ]
    assert complaints(nodes) == []


@pytest.mark.parametrize("path", ["/claims/99/x/", "/sources/99/", "/clusters/99/x/", "/nothing/"])
def test_missing_pages_have_no_canonical_address(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    document = html.document_fromstring(response.content.decode())
    assert robots(document) == "noindex"
    assert (canonicals(document), languages(document), markup(document)) == ([], {}, [])
    assert not response.has_header("Link")


def test_a_query_never_becomes_another_link_of_the_field(client: Client, publish: Publish) -> None:
    publish()
    response = client.generic(
        "GET", "/claims/", QUERY_STRING='by=all&q=>; rel="preload"; as="script", <https://evil.example/x'
    )
    assert response.status_code == 200
    links = response["Link"]
    assert [links.count(sign) for sign in "<>"] == [2, 2]

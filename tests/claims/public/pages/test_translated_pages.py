"""Pages in another language: translated and reviewed texts, and a link to the original."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from lxml import html
from pytest_django import DjangoAssertNumQueries

from claims.models import Claim, Translation
from claims.review.workflow import move
from tests.helpers.newsroom import make_claim
from tests.helpers.reader_pages import page, words
from tests.helpers.translations import live_verdict, publish_translation

pytestmark = pytest.mark.django_db

SPANISH = {"accept-language": "es"}
IN_SPANISH = {"accept_language": "es"}


@pytest.fixture
def claim(publish: Callable[..., Claim], checker: User, editor: User) -> Claim:
    claim = publish(make_claim("The bridge cost 12 million euros.", context="It was opened in 2020."))
    publish_translation(claim, checker, editor, byline="Ana Ruiz")
    return claim


def shown(client: Client, claim: Claim, query: str = "", language: str = "es") -> html.HtmlElement:
    return page(client, f"/claims/{claim.pk}/{claim.slug}/{query}", accept_language=language)


def test_the_page_is_in_the_readers_language_and_says_so(client: Client, claim: Claim) -> None:
    document = shown(client, claim)
    [title] = document.cssselect("h1")
    assert (words(title), title.get("lang")) == ("El puente costó doce millones de euros.", "es")
    [summary] = document.cssselect(".verdict .summary")
    assert (words(summary), summary.getparent().get("lang")) == ("Las cuentas muestran otra suma.", "es")
    [prose] = document.cssselect(".verdict .prose")
    assert (words(prose), prose.get("lang")) == ("Lo dicen las cuentas auditadas.", "es")
    # Untranslated texts are in the language of the original, and marked as such.
    [context] = document.cssselect(".context")
    assert (words(context), context.get("lang")) == ("It was opened in 2020.", "en")
    [note] = document.cssselect(".translated")
    assert "Ana Ruiz" in words(note)
    assert [link.get("href") for link in note.cssselect("a")] == ["?original"]


def test_the_article_of_a_translation_is_another_at_the_address_of_its_page(
    client: Client, claim: Claim, settings: Any
) -> None:
    path = claim.get_absolute_url()
    original = f"{settings.SITE_URL}{path}#article"
    for prefix, identity, of in (("/es", f"{original}-es", original), ("/de", original, None)):
        scripts = page(client, f"{prefix}{path}").cssselect('script[type="application/ld+json"]')
        nodes = [node for one in scripts for node in json.loads(one.text).get("@graph", [])]
        (article,) = [node for node in nodes if node["@type"] == "NewsArticle"]
        assert (article["@id"], article["url"]) == (identity, f"{settings.SITE_URL}{prefix}{path}")
        assert article.get("translationOfWork", {}).get("@id") == of


def test_the_original_wording_is_one_click_away(client: Client, claim: Claim) -> None:
    document = shown(client, claim, "?original")
    [title] = document.cssselect("h1")
    assert (words(title), title.get("lang")) == ("The bridge cost 12 million euros.", "en")
    [back] = document.cssselect(".translated a")
    assert (back.get("href"), back.get("hreflang")) == ("?", "es")


def test_other_languages_show_the_original_without_a_notice(client: Client, claim: Claim) -> None:
    for language in ("en", "fr"):
        document = shown(client, claim, language=language)
        assert words(document.cssselect("h1")[0]) == "The bridge cost 12 million euros."
        assert document.cssselect(".translated") == []


def test_lists_and_cards_are_in_the_readers_language(client: Client, claim: Claim) -> None:
    listed = page(client, "/claims/?by=all", **IN_SPANISH)
    [card] = listed.cssselect(".card")
    [title] = card.cssselect("h2")
    assert (words(title), title.get("lang")) == ("El puente costó doce millones de euros.", "es")
    framed = page(client, f"/claims/{claim.pk}/card/", **IN_SPANISH)
    assert words(framed.cssselect("h1")[0]) == "El puente costó doce millones de euros."
    assert (
        words(page(client, "/claims/?by=all").cssselect(".card h2")[0]) == "The bridge cost 12 million euros."
    )


def test_no_page_is_kept_for_readers_of_another_language(client: Client, claim: Claim) -> None:
    address = f"/claims/{claim.pk}/{claim.slug}/"
    spanish = client.get(address, headers=SPANISH)
    english = client.get(address, headers={"accept-language": "en", "if-none-match": spanish["ETag"]})
    assert english.status_code == 200
    assert "Accept-Language" in spanish["Vary"]
    assert 'lang="es" dir="auto">El puente' in spanish.content.decode()
    assert 'lang="en" dir="auto">The bridge' in english.content.decode()


def test_outdated_translations_are_hidden_with_a_notice(
    client: Client, claim: Claim, publish: Callable[..., Claim]
) -> None:
    publish(claim, correction_kind="update", correction_note="New figures.")
    document = shown(client, claim)
    assert words(document.cssselect("h1")[0]) == "The bridge cost 12 million euros."
    [note] = document.cssselect(".translated")
    [link] = note.cssselect("a")
    assert link.get("href") == f"/claims/{claim.pk}/versions/2/"
    before = page(client, link.get("href"), **IN_SPANISH)
    assert words(before.cssselect("h1")[0]) == "El puente costó doce millones de euros."


def test_withdrawn_translations_disappear_completely(client: Client, claim: Claim, editor: User) -> None:
    move(Translation.objects.get(), "retract", by=editor, note="A figure was wrong.")
    document = shown(client, claim)
    assert document.cssselect(".translated") == []
    assert "doce millones" not in html.tostring(document, encoding="unicode")


def test_hostile_words_stay_words(
    client: Client, publish: Callable[..., Claim], checker: User, editor: User
) -> None:
    claim = publish()
    publish_translation(
        claim,
        checker,
        editor,
        statement="<script>alert(1)</script> “costó” & más",
        summary="</p><img src=x onerror=alert(1)>",
        explanation="<script>alert(2)</script> [x](javascript:alert(3)) **negrita**",
        byline="<b>Ana</b>",
    )
    text = client.get(f"/claims/{claim.pk}/{claim.slug}/", headers=SPANISH).content.decode()
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    assert 'href="javascript:' not in text
    assert "<b>Ana" not in text
    assert "<strong>negrita</strong>" in text


def test_right_to_left_is_written_so(
    client: Client, publish: Callable[..., Claim], checker: User, editor: User
) -> None:
    claim = publish()
    publish_translation(
        claim, checker, editor, "ar", statement="كلف الجسر ١٢ مليون يورو.", summary="مبلغ آخر."
    )
    document = page(client, f"/claims/{claim.pk}/{claim.slug}/", accept_language="ar")
    [title] = document.cssselect("h1")
    assert (title.get("lang"), title.get("dir")) == ("ar", "auto")


def test_markup_of_a_translated_page_is_of_the_translation(client: Client, claim: Claim) -> None:
    def graph(language: str) -> dict[str, Any]:
        scripts = shown(client, claim, language=language).cssselect("script[type='application/ld+json']")
        found: list[dict[str, Any]] = [json.loads(script.text) for script in scripts]
        [review] = [one for one in found if one.get("@type") == "ClaimReview"]
        return review

    original, translated = graph("en"), graph("es")
    verdict = live_verdict(claim)
    assert (original["inLanguage"], translated["inLanguage"]) == ("en", "es")
    assert translated["claimReviewed"] == "El puente costó doce millones de euros."
    assert translated["translationOfWork"] == {
        "@type": "ClaimReview",
        "@id": original["@id"],
        "inLanguage": "en",
    }
    assert translated["translator"]["name"] == verdict.publisher.name
    assert translated["creditText"] == "Ana Ruiz"
    [work] = original["workTranslation"]
    assert (work["@id"], work["inLanguage"]) == (translated["@id"], "es")
    claims = original["itemReviewed"], translated["itemReviewed"]
    assert claims[0]["workTranslation"][0]["@id"] == claims[1]["@id"]
    assert claims[1]["translationOfWork"]["@id"] == claims[0]["@id"]


@pytest.mark.parametrize("count", [1, 3])
def test_translations_cost_no_query(
    client: Client,
    claim: Claim,
    checker: User,
    editor: User,
    count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for language in ("fr", "de", "pt")[: count - 1]:
        publish_translation(claim, checker, editor, language)
    with django_assert_num_queries(PAGE_QUERIES):
        shown(client, claim)


PAGE_QUERIES = 4


def test_the_history_is_of_the_claim_in_the_readers_language(client: Client, claim: Claim) -> None:
    for language, title in (
        ("es", "El puente costó doce millones de euros."),
        ("fr", "The bridge cost 12 million euros."),
    ):
        [shown] = page(client, f"/{language}{claim.get_absolute_url()}history/").cssselect("h1")
        assert (words(shown), shown.get("lang")) == (title, "es" if language == "es" else "en")

"""What readers send along when they share a claim."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import translation

from claims.models import Claim
from claims.public.pages.reader_tags import MAX_SHARED_LENGTH, share_text
from tests.helpers.newsroom import make_claim
from tests.helpers.reader_pages import page
from tests.helpers.translations import publish_translation

Publish = Callable[..., Claim]
URL = "https://facts.example/claims/1/x/"


def document(statement: str = "The bridge is not safe.", **changed: object) -> dict[str, object]:
    rating = {"label": "False", "labels": {"de": "Falsch"}}
    verdict = {
        "id": 1,
        "reviewed_on": "2026-03-01",
        "publisher": {"name": "Harbour Gazette"},
        "rating": rating,
    }
    return {"statement": statement, "url": URL, "verdicts": [verdict], **changed}


def test_it_has_rating_statement_and_publisher() -> None:
    assert share_text(document()) == (
        f"False: “The bridge is not safe.” – fact check by Harbour Gazette, {URL}"
    )
    with translation.override("de"):
        assert share_text(document()).startswith("Falsch: „The bridge is not safe.“")


def test_a_statement_is_whole_or_left_out_with_its_rating() -> None:
    """Cut, it could say the opposite; a rating alone would be of anything."""
    whole = "The bridge is safe, say those who built it. ".ljust(MAX_SHARED_LENGTH - 1, "x") + "."
    assert whole in share_text(document(whole))
    assert share_text(document(whole + "x")) == f"Fact check by Harbour Gazette: {URL}"
    assert share_text(document(verdicts=[])) == URL


def test_white_space_in_a_statement_does_not_break_the_sentence() -> None:
    assert "“The bridge is safe.”" in share_text(document("The \n bridge\tis  safe."))


@pytest.mark.django_db
def test_the_page_has_it_as_text_that_can_be_selected_without_a_script(
    client: Client, publish: Publish
) -> None:
    claim = publish(make_claim("</textarea><b>The bridge</b> is safe."))
    shown = page(client, claim.get_absolute_url())
    (text,) = shown.cssselect(".sharing textarea")
    assert text.text == (
        "False: “</textarea><b>The bridge</b> is safe.” – fact check by Factcheck Newsroom,"
        f" http://localhost:8000{claim.get_absolute_url()}"
    )
    assert text.get("readonly") is not None
    assert [script.get("src") for script in shown.cssselect("script[src]") if "//" in script.get("src")] == []


@pytest.mark.django_db
def test_readers_of_a_translation_share_it_and_the_picture_keeps_the_original_statement(
    client: Client, publish: Publish, checker: User, editor: User
) -> None:
    claim = publish(make_claim("The bridge cost 12 million euros."))
    publish_translation(claim, checker, editor, byline="Ana Ruiz")
    spanish = page(client, f"/claims/{claim.pk}/{claim.slug}/", accept_language="es")
    (text,) = spanish.cssselect(".sharing textarea")
    assert "«El puente costó doce millones de euros.»" in str(text.text)
    (alternative,) = spanish.cssselect("meta[property='og:image:alt']")
    assert "“The bridge cost 12 million euros.”" in alternative.get("content")

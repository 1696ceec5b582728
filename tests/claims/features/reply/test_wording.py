"""The text of requests: templates for each language, and their placeholders."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from claims.features.reply import wording
from claims.features.reply.models import ReplyTemplate
from claims.features.reply.templatetags.reply_tags import get_not_asked_reason
from claims.features.reply.wording import (
    REQUIRED_PLACEHOLDERS,
    check_placeholders,
    ensure_templates,
    fill_template,
    find_template,
    format_deadline,
)

pytestmark = pytest.mark.django_db


def test_there_is_a_template_for_each_of_our_languages_and_all_can_be_filled_in() -> None:
    rows = {row.language: row for row in ReplyTemplate.objects.all()}
    assert set(rows) == {"en", "de", "es", "fr", "pt", "ar", "ko"}
    values = dict.fromkeys(wording.PLACEHOLDERS, "X")
    for row in rows.values():
        check_placeholders(row.text, needed_placeholders=REQUIRED_PLACEHOLDERS)
        check_placeholders(row.subject)
        words = fill_template(row, values)
        assert "{" not in words.subject + words.text
        assert "\n" not in words.subject


def test_edited_templates_stay() -> None:
    ReplyTemplate.objects.exclude(language="en").delete()
    ReplyTemplate.objects.update(text="{claim} by {deadline}?")
    ensure_templates()
    assert list(ReplyTemplate.objects.values_list("language", "text")) == [("en", "{claim} by {deadline}?")]


@pytest.mark.parametrize(("language", "found"), [("pt-BR", "pt"), ("de", "de"), ("nl", "en"), ("", "en")])
def test_the_template_of_a_language_or_the_nearest_one(language: str, found: str) -> None:
    template = find_template(language)
    assert template
    assert template.language == found


def test_only_listed_placeholders_are_replaced() -> None:
    row = ReplyTemplate(
        language="en", subject="{claim}\nx", text="{claim} {claim.__class__} {newsroom!r} {deadline}"
    )
    words = fill_template(row, {"claim": "A {newsroom} claim"})
    assert words.subject == "A {newsroom} claim x"
    assert words.text == "A {newsroom} claim {claim.__class__} {newsroom!r} {deadline}"
    assert wording.find_unfilled_placeholders(words.text) == ["{newsroom}", "{deadline}"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{claim} {claimer} {deadline}", "{claimer} is not a known field. Known fields: {claim}, {claimant}"),
        ("{claim} {deadline} {}", "{} is not a known field"),
        ("First.\n{claim {deadline}", "Line 2 has an unmatched brace"),
        ("{claim} by then}", "Line 1 has an unmatched brace"),
        ("Dear {claimant}", "The text must contain {claim}, {deadline}."),
    ],
)
def test_unknown_placeholders_are_named(text: str, sentence: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        check_placeholders(text, needed_placeholders=REQUIRED_PLACEHOLDERS)
    assert sentence in " ".join(refusal.value.messages)


def test_the_deadline_is_in_the_language_and_time_zone_of_the_newsroom(settings: object) -> None:
    moment = datetime(2026, 3, 1, 16, 30, tzinfo=UTC)
    assert format_deadline(moment, "de") == "1. März 2026, 16:30 (UTC)"
    assert format_deadline(moment, "pt-BR").startswith("1 de Março de 2026, 16:30")
    assert format_deadline(moment, "xx").startswith("1 Mar 2026, 16:30")


@pytest.mark.parametrize(
    "reason, shown",
    [
        ("Not asked: it is not known who they are.", ("No se preguntó: no se sabe quiénes son.", "es")),
        ("They never answer us.", ("They never answer us.", "en")),
    ],
)
def test_the_reason_for_not_asking_is_in_the_language_of_the_page(
    reason: str, shown: tuple[str, str]
) -> None:
    with translation.override("es"):
        assert (
            get_not_asked_reason({"not_asked": "not_identified", "not_asked_reason": reason}, "en") == shown
        )

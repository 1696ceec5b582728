"""Implausible values are refused from every source: texts of megabytes, days outside our range."""

from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import models
from django.test import Client

from claims.imports.reading import interpretation
from claims.models import Appearance, Claim, Evidence, Verdict
from claims.models.claim import MAX_CONTEXT_LENGTH, MAX_STATEMENT_LENGTH
from claims.models.verdict import MAX_NOTE_LENGTH
from sources.models import Source
from tests.helpers.broken_rules import refused, sql
from tests.helpers.newsroom import make_appearance, make_claim, make_source
from tests.helpers.newsroom_tool import pointers, tool
from tests.helpers.sweeps import sweep

pytestmark = pytest.mark.django_db

TOO_LONG: list[tuple[type[models.Model], str, str]] = [
    (Claim, "statement", "claim_statement_fits"),
    (Claim, "context", "claim_context_fits"),
    (Verdict, "summary", "verdict_summary_fits"),
    (Verdict, "explanation", "verdict_explanation_fits"),
    (Verdict, "correction_note", "verdict_correction_note_fits"),
    (Verdict, "original_media_context", "verdict_original_media_context_fits"),
    (Evidence, "note", "evidence_note_fits"),
    (Evidence, "exact", "evidence_quote_fits"),
    (Appearance, "exact", "appearance_quote_fits"),
]
NO_DAYS = ["0044-03-15 BC", "0999-12-31", "2200-01-01", "9999-12-31", "infinity", "-infinity"]
DAYS: list[tuple[type[models.Model], str]] = [
    (Claim, "claimed_on"),
    (Verdict, "reviewed_on"),
    (Verdict, "valid_as_of"),
    (Verdict, "recheck_on"),
    (Source, "published_on"),
]


@pytest.fixture
def everything(draft: Verdict) -> None:
    make_appearance(draft.claim, make_source("It cost nine million."), "It cost nine million.")
    sql("UPDATE claims_appearance SET start = NULL, \"end\" = NULL, anchor = 'unanchored'")


@sweep(("model", "field", "rule"), TOO_LONG, undone=True)
def test_longest_text_fits_and_a_longer_one_does_not(
    everything: None, model: type[models.Model], field: str, rule: str
) -> None:
    most = getattr(model._meta.get_field(field), "max_length")  # noqa: B009  not every field has one
    # Characters, not bytes.
    sql(f"UPDATE {model._meta.db_table} SET {field} = repeat('語', {most})")
    refused(f"UPDATE {model._meta.db_table} SET {field} = repeat('a', {most + 1})", match=rule)


def test_every_text_of_a_claim_a_verdict_and_evidence_that_readers_see_is_bounded() -> None:
    known = {(model, field) for model, field, _ in TOO_LONG}
    internal = {"reason", "prefix", "suffix"}
    unbounded = [
        (model.__name__, field.name)
        for model in (Claim, Verdict, Evidence, Appearance)
        for field in model._meta.concrete_fields
        if type(field) is models.TextField and field.name not in internal and (model, field.name) not in known
    ]
    assert unbounded == []


@sweep("day", NO_DAYS, undone=True)
@sweep(("model", "field"), DAYS, undone=True)
def test_implausible_day(everything: None, model: type[models.Model], field: str, day: str) -> None:
    refused(f"UPDATE {model._meta.db_table} SET {field} = %s", day, match="_")


@sweep(
    ("model", "field", "rule"),
    [
        (Claim, "claimed_on", "claim_is_not_of_the_future"),
        (Verdict, "reviewed_on", "verdict_is_not_of_the_future"),
        (Verdict, "valid_as_of", "verdict_is_not_of_the_future"),
    ],
    undone=True,
)
def test_day_that_has_not_come(everything: None, model: type[models.Model], field: str, rule: str) -> None:
    table = model._meta.db_table
    sql(f"UPDATE {table} SET {field} = CURRENT_DATE + 1")
    refused(f"UPDATE {table} SET {field} = CURRENT_DATE + 3", match=rule)


@sweep(
    ("column", "value", "rule"),
    [
        ("claimed_on", "CURRENT_DATE + 30", "claim_is_not_of_the_future"),
        ("claimed_on", "'infinity'", "claim_is_not_of_the_future"),
        ("claimed_on", "'0044-03-15 BC'", "claim_days_are_in_sight"),
        ("context", f"repeat('a', {MAX_CONTEXT_LENGTH + 1})", "claim_context_fits"),
    ],
    undone=True,
)
def test_rows_that_arrive_are_bound_as_well(column: str, value: str, rule: str) -> None:
    values = {"context": "''", column: value}
    refused(
        "INSERT INTO claims_claim (statement, language, state, reason, score_reasons, state_before_merge, updated_at,"
        f" {', '.join(values)})"
        f" VALUES ('It rained.', 'en', 'proposed', '', '{{}}', '', now(), {', '.join(values.values())})",
        match=rule,
    )


@sweep("address", [" ", "x", "https://", "javascript:alert(1)", "//example.org"], undone=True)
def test_address_of_a_source_is_one(address: str) -> None:
    make_source()
    refused("UPDATE sources_source SET url = %s", address, match="source_address_is_of_the_web")


# With a message for the user


@sweep(
    ("body", "pointer", "reason"),
    [
        ({"statement": "a" * 1_900_000}, "#/statement", "no more than 10000 characters"),
        ({"context": "a" * (MAX_CONTEXT_LENGTH + 1)}, "#/context", "no more than 20000 characters"),
        ({"claimed_on": "9999-12-31"}, "#/claimed_on", "is in the future"),
        ({"claimed_on": "0044-03-15"}, "#/claimed_on", "Give a date from 1000-01-01"),
    ],
    undone=True,
)
def test_the_api_reports_the_error(editor: User, body: dict[str, Any], pointer: str, reason: str) -> None:
    refusal = tool(editor).post("claims/", {"statement": "It rained.", "language": "en"} | body)
    assert (refusal.status_code, pointers(refusal)) == (400, [pointer])
    assert reason in refusal.content.decode()
    assert not Claim.objects.exists()


def test_the_form_reports_the_error(client: Client, editor: User) -> None:
    claim = make_claim()
    claim.statement, claim.claimed_on = "a" * (MAX_STATEMENT_LENGTH + 1), date(9999, 12, 31)
    with pytest.raises(ValidationError) as refusal:
        claim.full_clean()
    assert refusal.value.message_dict == {
        "__all__": ["The text is too long. The limit is 10000 characters."],
        "claimed_on": ["9999-12-31 is in the future."],
    }
    client.force_login(editor)
    page = client.get(f"/admin/claims/claim/{claim.pk}/change/").content.decode()
    assert f'maxlength="{MAX_STATEMENT_LENGTH}"' in page


def test_the_importer_refuses_the_same_values_as_the_database() -> None:
    assert (interpretation.MAX_STATEMENT_LENGTH, interpretation.MAX_TEXT_LENGTH) == (
        MAX_STATEMENT_LENGTH,
        MAX_NOTE_LENGTH,
    )

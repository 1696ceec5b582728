"""Anchors hold, hashes are true, and names that verdicts use stay."""

import pytest

from claims.models import Verdict
from tests.helpers.broken_rules import refused, sql
from tests.helpers.newsroom import make_claim, make_snapshot, make_source, rating

pytestmark = pytest.mark.django_db


INSERT_APPEARANCE = (
    'INSERT INTO claims_appearance (claim_id, source_id, snapshot_id, exact, prefix, suffix, start, "end", anchor)'
    " VALUES (%s, %s, %s, %s, '', '', %s, %s, %s)"
)


@pytest.mark.parametrize(
    ("exact", "start", "end", "anchor", "rule"),
    [
        ("bridge", 4, 9, "anchored", "appearance_span_carries_quote"),
        ("Bridge", 4, 10, "anchored", "appearance_span_carries_quote"),
        ("bridge", 5, 11, "anchored", "appearance_span_carries_quote"),
        ("", 4, 4, "anchored", "appearance_span_is_whole"),
        ("bridge", 10, 4, "anchored", "appearance_span"),
        ("bridge", 4, None, "anchored", "appearance_span"),
        ("bridge", None, None, "anchored", "appearance_anchor_has_a_span"),
        ("bridge", 4, 10, "unanchored", "appearance_anchor_has_a_span"),
    ],
)
def test_anchor_that_does_not_hold(
    db: None, exact: str, start: int | None, end: int | None, anchor: str, rule: str
) -> None:
    source = make_source("The bridge is new.")
    snapshot = source.snapshots.get()
    refused(INSERT_APPEARANCE, make_claim().pk, source.pk, snapshot.pk, exact, start, end, anchor, match=rule)


def test_anchor_in_a_snapshot_of_another_source() -> None:
    snapshot = make_source("The bridge is new.").snapshots.get()
    other = make_source("The bridge is new.")
    refused(
        INSERT_APPEARANCE,
        make_claim().pk,
        other.pk,
        snapshot.pk,
        "bridge",
        4,
        10,
        "anchored",
        match="appearance_span_carries_quote",
    )


def test_anchor_without_a_snapshot() -> None:
    values = (make_claim().pk, make_source().pk, None, "bridge", 4, 10, "anchored")
    refused(INSERT_APPEARANCE, *values, match="appearance_span")


def test_offsets_count_code_points() -> None:
    source = make_source("🌉 다리는 9백만 유로였다.")
    sql(
        INSERT_APPEARANCE,
        make_claim().pk,
        source.pk,
        source.snapshots.get().pk,
        "다리는",
        2,
        5,
        "anchored",
    )


def test_snapshot_carries_the_true_hash_of_its_text() -> None:
    refused(
        "INSERT INTO sources_snapshot (source_id, number, url, media_type, content_sha256, content_size, title, byline,"
        " language, text, text_sha256, extractor, caveats, cues)"
        " VALUES (%s, 1, '', 'text/plain', %s, 1, '', '', 'en', 'words', %s, '', '[]', '[]')",
        make_source().pk,
        "0" * 64,
        "0" * 64,
        match="snapshot_text_hash_is_true",
    )


@pytest.mark.parametrize("column", ["label", "code"])
def test_label_of_a_used_rating_is_frozen(in_review: Verdict, column: str) -> None:
    refused(
        f"UPDATE claims_rating SET {column} = 'x' WHERE id = %s",
        in_review.rating_id,
        match="rating_label_is_frozen_once_used",
    )


def test_label_of_an_unused_rating_can_be_changed(draft: Verdict) -> None:
    assert sql("UPDATE claims_rating SET label = 'Not so' WHERE id = %s", draft.rating_id) == 1


def test_rating_class_is_one_of_the_ten() -> None:
    refused(
        "UPDATE claims_rating SET rating_class = 'fake' WHERE id = %s",
        rating().pk,
        match="rating_class_is_known",
    )


def test_there_is_one_house() -> None:
    refused(
        "INSERT INTO sources_publisher (name, kind, url, domain, country, language, same_as, is_house, ifcn_signatory)"
        " SELECT 'Another', kind, url, '', country, language, same_as, true, false"
        " FROM sources_publisher WHERE is_house",
        match="publisher_one_house",
    )


def test_address_leads_to_one_source() -> None:
    first, second = make_source(), make_source()
    refused(
        "UPDATE sources_source SET url_key = %s WHERE id = %s",
        first.url_key,
        second.pk,
        match="source_address_is_unique",
    )


def test_claim_with_a_past_cannot_be_deleted(published: Verdict) -> None:
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    refused("DELETE FROM claims_claim WHERE id = %s", published.claim_id, match="claims_")


INSERT_FATE = (
    'INSERT INTO claims_quotestatus (snapshot_id, start, "end", outcome, last_found_in_id, found_start, found_end,'
    " first_missing_in_id, last_compared_in_id, wording) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)


@pytest.mark.parametrize(
    "start, end, outcome, last_found_in, found, first_missing_in, last_compared_in, wording, rule",
    [
        (4, 4, "stands", 2, (4, 10), None, 2, "", "quotestatus_spans_are_whole"),
        (4, 10, "stands", 2, (10, 4), None, 2, "", "quotestatus_spans_are_whole"),
        (4, 10, "fine", 1, (4, 10), 2, 2, "", "quotestatus_outcome_is_known"),
        (4, 10, "stands", 1, (4, 10), None, 2, "", "quotestatus_stands_or_is_lost"),
        (4, 10, "stands", 2, (4, 10), 2, 2, "", "quotestatus_stands_or_is_lost"),
        (4, 10, "gone", 1, (4, 10), None, 2, "", "quotestatus_stands_or_is_lost"),
        (4, 10, "changed", 1, (4, 10), 2, 2, "", "quotestatus_changed_has_a_wording"),
        (4, 10, "gone", 1, (4, 10), 2, 2, "tunnel", "quotestatus_changed_has_a_wording"),
    ],
)
def test_fate_of_a_quote_that_cannot_be(
    start: int, end: int, outcome: str, last_found_in: int,
    found: tuple[int, int], first_missing_in: int | None, last_compared_in: int, wording: str, rule: str,
) -> None:  # fmt: skip
    source = make_source("The bridge is new.")
    ids = {1: source.snapshots.get().pk, 2: make_snapshot(source, "The tunnel is new.").pk, None: None}
    refused(
        INSERT_FATE, ids[1], start, end, outcome, ids[last_found_in], *found,
        ids[first_missing_in], ids[last_compared_in], wording, match=rule,
    )  # fmt: skip


def test_fate_of_a_quote_is_reported_once() -> None:
    snapshot = make_source("The bridge is new.").snapshots.get().pk
    row = (snapshot, 4, 10, "stands", snapshot, 4, 10, None, snapshot, "")
    sql(INSERT_FATE, *row)
    refused(INSERT_FATE, *row, match="quotestatus_is_unique")

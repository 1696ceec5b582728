"""Bodies → bytes in each format, without a database."""

import csv
import io
import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.exports.formats import csv as table
from claims.exports.formats import datafeed, ndjson
from claims.exports.formats.stored_bodies import join_blocks
from claims.ledger.document.claim_document import render
from factcheck.formulas import escape_formula
from tests.claims.ledger.document.test_claimreview import RETRACTION, SITE, VERDICT, body
from tests.helpers.sweeps import sweep

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"))


def whole(**changes: Any) -> dict[str, Any]:
    """A body with the keys that only tables look at."""
    person = {"kind": "person", "country": "SE"}
    document = body(version=3, **changes)
    if document["claimant"]:
        document["claimant"] |= person
    for verdict in document["verdicts"]:
        verdict["origin"] = "house"
        verdict["rating"] |= {"code": "false", "scale": {"name": "House scale"}}
    return document


def stored(*documents: dict[str, Any]) -> Iterator[bytes]:
    return (render(document).encode() for document in documents)


def rows(*documents: dict[str, Any], **options: Any) -> list[dict[str, str]]:
    text = b"".join(table.write_csv(stored(*documents), **options)).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


# NDJSON


def test_each_body_is_an_unchanged_line() -> None:
    first, second = stored(body(), body(statement="Zwei\u2028Zeilen\n“so”"))
    assert b"".join(ndjson.write_ndjson([first, second])) == first + b"\n" + second + b"\n"
    assert b"".join(ndjson.write_ndjson([])) == b""


# CSV


def test_row_of_a_verdict() -> None:
    verdict = {**VERDICT, "title": "What the ferry costs"}
    assert rows(whole(verdicts=[verdict], corrections=[RETRACTION])) == [
        {
            "claim_id": "7",
            "version": "3",
            "status": "published",
            "url": "https://facts.example/claims/7/ferry-fares/",
            "statement": "Ferry fares will double in April.",
            "language": "en",
            "claimed_on": "2026-02-01",
            "claimant_id": "2",
            "claimant": "Mara Lindqvist",
            "claimant_kind": "person",
            "claimant_job_title": "Minister of Transport",
            "claimant_country": "SE",
            "topics": "Transport",
            "first_appearance_url": "https://gazette.example/ferry",
            "first_appearance_title": "Ferry fares will double",
            "first_appearance_published_on": "2026-02-01",
            "appearance_urls": "https://gazette.example/ferry https://radio.example/1",
            "verdict_id": "21",
            "publisher_id": "1",
            "publisher": "Our Newsroom",
            "publisher_domain": "",
            "rating_code": "false",
            "rating_label": "False",
            "rating_class": "false",
            "rating_scale": "House scale",
            "summary": "Fares rise by four per cent.",
            "byline": "",
            "verdict_language": "en",
            "reviewed_on": "2026-03-01",
            "valid_as_of": "",
            "verdict_url": "",
            "verdict_origin": "house",
            "evidence_urls": "https://gazette.example/ferry",
            "corrections": "1",
            "last_correction_kind": "retraction",
            "last_correction_note": "It was another ferry.",
            "merged_into": "",
            "published_at": "2026-03-02T09:00:00.000000Z",
            "updated_at": "2026-03-02T09:00:00.000000Z",
            "verdict_title": "What the ferry costs",
            "claimant_affiliation": "Harbour Party",
        }
    ]


def test_claim_has_a_row_for_each_verdict() -> None:
    other = {**VERDICT, "id": 22, "publisher": {**VERDICT["publisher"], "id": 9, "name": "Others"}}
    found = rows(whole(verdicts=[VERDICT, other]))
    assert [(row["claim_id"], row["verdict_id"], row["publisher"]) for row in found] == [
        ("7", "21", "Our Newsroom"),
        ("7", "22", "Others"),
    ]


def test_withdrawn_claim_has_a_row_without_verdict() -> None:
    (row,) = rows(whole(status="merged", verdicts=[], merged_into=12, claimant=None, appearances=[]))
    told = {name: value for name, value in row.items() if value}
    assert told.keys() == {
        "claim_id",
        "version",
        "status",
        "url",
        "statement",
        "language",
        "claimed_on",
        "topics",
        "corrections",
        "merged_into",
        "published_at",
        "updated_at",
    }
    assert (told["status"], told["merged_into"]) == ("merged", "12")


def test_empty_table_has_its_header() -> None:
    text = b"".join(table.write_csv([])).decode()
    assert text == ",".join(table.COLUMNS) + "\r\n"


def test_a_requested_byte_order_mark_comes_first() -> None:
    with_mark = b"".join(table.write_csv(stored(whole()), byte_order_mark=True))
    assert with_mark == b"\xef\xbb\xbf" + b"".join(table.write_csv(stored(whole())))


@sweep(
    "statement",
    [
        '=HYPERLINK("https://evil.example")',
        "+1 is more",
        "-1 is less",
        "@SUM(A1)",
        "\t=1+1",
        "\r=1+1",
        "\n=1+1",
        "＝1+1",
        "＋1",
        "－1",
        "＠SUM",
    ],
)
def test_text_that_spreadsheets_would_run_is_defused(statement: str) -> None:
    (row,) = rows(whole(statement=statement))
    assert row["statement"] == f"'{statement}"


@sweep("statement", ["1+1=2", "a=b", " =1", "'=1", "“=1”", "1-1", "x@y"])
def test_other_text_stays_as_it_is(statement: str) -> None:
    (row,) = rows(whole(statement=statement))
    assert row["statement"] == statement


def test_numbers_and_days_are_not_defused() -> None:
    assert [escape_formula(value) for value in (-1, 0, None, "2026-01-01")] == [-1, 0, None, "2026-01-01"]


@given(statement=texts, name=texts, summary=texts)
def test_any_text_comes_back_from_the_table(statement: str, name: str, summary: str) -> None:
    document = whole(statement=statement)
    document["claimant"]["name"] = name
    document["verdicts"][0]["summary"] = summary
    (row,) = rows(document)
    for cell, text in (("statement", statement), ("claimant", name), ("summary", summary)):
        assert row[cell] == escape_formula(text)
        assert row[cell].removeprefix("'") == text.removeprefix("'")


# DataFeed


def written(*documents: dict[str, Any]) -> bytes:
    head = datafeed.build_head(
        url="https://facts.example/feed", site=SITE, changed_at="2026-03-05T09:00:00.000000Z"
    )
    return b"".join(datafeed.write_datafeed(stored(*documents), head=head, site=SITE))


@pytest.mark.parametrize("count", [0, 1, 3])
def test_feed_is_one_document_with_an_element_on_each_line(count: int) -> None:
    text = written(*[body(id=number) for number in range(count)])
    feed = json.loads(text)
    assert {key: value for key, value in feed.items() if key != "dataFeedElement"} == {
        "@context": "https://schema.org",
        "@type": "DataFeed",
        "@id": "https://facts.example/feed",
        "url": "https://facts.example/feed",
        "name": "Fact checks published by Our Newsroom",
        "publisher": {"@type": "Organization", "name": "Our Newsroom", "url": "https://facts.example"},
        "license": "https://creativecommons.org/licenses/by/4.0",
        "isAccessibleForFree": True,
        "dateModified": "2026-03-05T09:00:00.000000Z",
    }
    lines = text.decode().splitlines()[1:-1]
    assert [json.loads(line.removesuffix(",")) for line in lines if line] == feed["dataFeedElement"]
    assert len(feed["dataFeedElement"]) == count


def test_element_of_a_published_claim_holds_its_reviews() -> None:
    (element,) = json.loads(written(body()))["dataFeedElement"]
    assert element.keys() == {"@type", "@id", "dateCreated", "dateModified", "item"}
    assert element["@id"] == "https://facts.example/claims/7/"
    assert [review["@type"] for review in element["item"]] == ["ClaimReview"]


@pytest.mark.parametrize("status, target", [("retracted", None), ("merged", 12)])
def test_element_of_a_withdrawn_claim_is_a_tombstone(status: str, target: int | None) -> None:
    gone = body(status=status, verdicts=[], merged_into=target, updated_at="2026-03-05T09:00:00.000000Z")
    (element,) = json.loads(written(gone))["dataFeedElement"]
    assert (element["@id"], element["dateDeleted"]) == (
        "https://facts.example/claims/7/",
        "2026-03-05T09:00:00.000000Z",
    )
    assert element["item"]["creativeWorkStatus"] == status
    assert "ClaimReview" not in json.dumps(element)


def test_the_feed_states_no_licence_if_there_is_none() -> None:
    head = datafeed.build_head(url="https://facts.example/feed", site={**SITE, "license": ""}, changed_at="")
    assert {"license", "dateModified"}.isdisjoint(head)


# Streaming


FORMATS = {
    "ndjson": ndjson.write_ndjson,
    "csv": table.write_csv,
    "datafeed": lambda bodies: datafeed.write_datafeed(bodies, head={"@type": "DataFeed"}, site=SITE),
}


@pytest.mark.parametrize("name", FORMATS)
def test_only_the_written_claims_are_read(name: str) -> None:
    """Of a source without end, each format writes what has come so far."""
    taken = itertools.count()
    document = render(whole()).encode()
    endless = (document for _ in taken)
    pieces = join_blocks(FORMATS[name](endless), size=10_000)
    for number in range(1, 6):
        assert len(next(pieces)) >= 10_000
        assert next(taken) * len(document) < 60_000 * number


@given(st.lists(st.binary(max_size=20)), st.integers(1, 50))
def test_blocks_hold_the_same_bytes(parts: list[bytes], size: int) -> None:
    found = list(join_blocks(parts, size=size))
    assert b"".join(found) == b"".join(parts)
    assert all(len(block) >= size for block in found[:-1])


@pytest.mark.parametrize(
    "broken, reader",
    [
        (ndjson.INTERRUPTED_NOTE, json.loads),
        (table.INTERRUPTED_NOTE, lambda text: list(csv.reader(io.StringIO(text.decode()), strict=True))),
    ],
)
def test_readers_refuse_the_mark_of_an_incomplete_file(broken: bytes, reader: Any) -> None:
    with pytest.raises((ValueError, csv.Error)):
        reader(broken)


def test_feed_that_breaks_off_is_no_json() -> None:
    with pytest.raises(ValueError, match="Expecting"):
        json.loads(written(body()).removesuffix(b"\n]}\n") + datafeed.INTERRUPTED_NOTE)

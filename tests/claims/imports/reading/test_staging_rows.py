from collections.abc import Mapping
from typing import Any

import orjson
import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.imports.reading.interpretation import read_review
from claims.imports.reading.processes import COLUMNS, pack_review, unpack_review
from claims.imports.reading.raw_record import FIELDS, RawRecord, RecordLocation, Refusal
from claims.imports.reading.review_record import Review
from tests.helpers.tampering import as_owner_of_tables

PLACE = RecordLocation("claims.csv", "row 2")
STATEMENT = "The bridge in Anytown was closed for a year."


def read(fields: Mapping[str, Any], location: RecordLocation = PLACE) -> tuple[Review, RawRecord]:
    found = RawRecord(location, {"statement": STATEMENT, "language": "en", **fields})
    review = read_review(found)
    assert not isinstance(review, Refusal)
    return review, found


def copied(*lines: bytes) -> list[dict[str, Any]]:
    """The lines as PostgreSQL takes them."""
    with as_owner_of_tables(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE waiting"
            " (number serial, digest uuid, key uuid, number_key uuid, statement text, review text, found text)"
        )
        with cursor.copy(f"COPY waiting ({', '.join(COLUMNS)}) FROM STDIN") as stream:
            stream.write(b"".join(lines))
        cursor.execute(f"SELECT {', '.join(COLUMNS)} FROM waiting ORDER BY number")
        rows = [dict(zip(COLUMNS, row, strict=True)) for row in cursor.fetchall()]
        cursor.execute("DROP TABLE waiting")
    return rows


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"statement": 'C:\\new\\table\tand "\\N"', "summary": "One.\n\nTwo \\. \\t"},
        {
            "claimant": "Ada Moss",
            "claimant_same_as": ["https://example.org/ada", "https://example.com/ada"],
            "claimed_on": "2019-05-03",
            "appearances": ["https://example.org/video"],
            "topics": ["transport", "Anytown"],
            "publisher": "Snopes",
            "rating": "Mostly\\False",
            "review_url": "https://www.snopes.com/fact-check/bridge/",
            "byline": "Ben Orr",
            "reviewed_on": "2019-05-07",
            "review_language": "en-US",
        },
        {"topics": ["number", 12], "id": 10**40, "title": "\ud83d", "context": "a\0b"},
    ],
)
def test_staged_records_are_read_back_unchanged(fields: Mapping[str, Any]) -> None:
    review, found = read(fields, RecordLocation("a\tb\\c\n.csv", "row 2"))
    [row] = copied(pack_review(review, found))
    assert row["statement"] == review.statement
    assert unpack_review(row["review"]) == review
    assert orjson.loads(row["found"]).keys() == found.fields.keys()


@pytest.mark.django_db
def test_records_are_recognised_by_their_content_and_not_by_their_place() -> None:
    page = {
        "publisher": "Snopes",
        "rating": "False",
        "review_url": "https://www.snopes.com/fact-check/bridge/",
    }
    first, again, reworded, other = copied(
        pack_review(*read(page)),
        pack_review(*read(page, RecordLocation("claims.csv", "row 9"))),
        pack_review(*read(page | {"rating": "True"})),
        pack_review(*read({})),
    )
    assert first["digest"] == again["digest"]
    assert len({row["digest"] for row in (first, reworded, other)}) == 3
    assert first["key"] == again["key"] == reworded["key"]
    assert (other["key"], other["number_key"]) == (None, None)


@pytest.mark.django_db
def test_one_page_has_a_key_for_each_of_its_statements_and_a_number_one_for_itself() -> None:
    page = {"publisher": "Snopes", "review_url": "https://www.snopes.com/fact-check/bridge/", "id": "17"}
    first, quoted, other = copied(
        pack_review(*read(page)),
        pack_review(
            *read(
                page
                | {"statement": f"“{STATEMENT.upper()}”", "review_url": page["review_url"] + "?utm_source=x"}
            )
        ),
        pack_review(*read(page | {"statement": "The bridge in Anytown is open."})),
    )
    assert first["key"] == quoted["key"] != other["key"]
    assert first["number_key"] == quoted["number_key"] == other["number_key"] is not None


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(sorted(set(FIELDS) - {"statement", "language"})), st.text()))
def test_every_record_is_one_line_of_six_values(fields: dict[str, str]) -> None:
    found = RawRecord(PLACE, {"statement": STATEMENT, "language": "en", **fields})
    review = read_review(found)
    if isinstance(review, Refusal):
        return
    written = pack_review(review, found)
    assert (written.count(b"\n"), written.count(b"\t")) == (1, 5)
    assert unpack_review(written.split(b"\t")[4].replace(b"\\\\", b"\\").decode()) == review._replace(
        remarks=()
    )

"""Flat JSON objects are rows; broken ones are refused and the rest is read."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.imports.reading.formats import flat_reviews, json_documents, json_rows
from claims.imports.reading.mappings.mapping import read_mapping
from claims.imports.reading.raw_record import RawRecord
from tests.helpers.import_files import codes, fields, file_of, reading
from tests.helpers.sweeps import sweep

ROWS = [{"claim": f"Lake {number} froze.", "verdict": "false", "n": number} for number in range(3)]
LINES = "\n".join(map(json.dumps, ROWS)).encode()


@sweep(
    "content, location",
    [
        (LINES, "line"),
        (b"\xef\xbb\xbf" + LINES + b"\n\n", "line"),
        (json.dumps(ROWS).encode(), "item"),
        (json.dumps(ROWS, indent=2).encode(), "item"),
        (b"\xef\xbb\xbf" + json.dumps(ROWS).encode(), "item"),
    ],
)
def test_objects_on_lines_and_in_arrays_are_the_same(content: bytes, location: str) -> None:
    results = reading(json_rows, content, "claims.json")
    assert fields(results) == [{"statement": row["claim"], "rating": "false"} for row in ROWS]
    assert [result.location.position for result in results] == [
        f"{location} {number}" for number in (1, 2, 3)
    ]
    assert [result.raw for result in results] == ROWS


def test_broken_line_costs_itself_only() -> None:
    content = LINES.replace(b'"verdict": "false", "n": 1', b'"verdict": "fal') + b"\n[1]\n\xff\n"
    settings = {"mapping": {"name": "n", "fields": {"statement": "claim"}}}
    results = reading(json_rows, content, settings=settings)
    assert codes(results) == ["broken JSON", "not an object", "broken JSON"]
    assert [row["statement"] for row in fields(results)] == ["Lake 0 froze.", "Lake 2 froze."]


def test_line_that_is_too_long_costs_itself_only() -> None:
    content = LINES + b'\n{"claim": "' + b"x" * (json_documents.MAX_LINE_BYTES * 2) + b'"}\n' + LINES
    results = reading(
        json_rows, content, settings={"mapping": {"name": "n", "fields": {"statement": "claim"}}}
    )
    assert codes(results) == ["line too long"]
    assert len(fields(results)) == 6


def test_array_that_breaks_off_is_read_as_far_as_it_goes() -> None:
    results = reading(json_rows, json.dumps(ROWS).encode()[:-20], settings={"mapping": {"name": "n", "fields": {"statement": "claim"}}})  # fmt: skip  # noqa: E501
    assert codes(results) == ["broken JSON"]
    assert len(fields(results)) == 2


def test_array_longer_than_the_head_is_streamed() -> None:
    many = [{"claim": f"Lake {number} froze over. " * 20} for number in range(2000)]
    assert [result.raw for result in reading(json_rows, json.dumps(many).encode(), "a.json")] == many


def test_unknown_keys_are_refused_with_the_way_out() -> None:
    results = reading(json_rows, b'{"text": "One"}\n{"text": "Two", "kind": 1}\n')
    assert codes(results) == ["no column for the statement"]


@pytest.mark.parametrize("name", ["claim.json", "claim_retracted.json"])
def test_own_export_is_not_taken_for_rows(settings: Any, name: str) -> None:
    claim = json.loads((settings.BASE_DIR / "tests" / "contracts" / name).read_text())
    flat = {key: value for key, value in claim.items() if not isinstance(value, dict)} | {
        "appearances": [],
        "verdicts": [],
    }
    for row in (claim, flat):
        content = json.dumps(row).encode() + b"\n"
        assert json_rows.recognise(file_of(content * 3, "claims.ndjson")) is None


def test_values_that_are_not_text_are_unchanged() -> None:
    mapping = read_mapping("""
        name = "n"
        [fields]
        statement = "s"
        topics = "t"
        rating_value = "v"
        [split]
        topics = [","]
        [skip]
        test = ["True"]
    """)
    content = b'{"s": "One", "t": ["a,b", "c"], "v": 3}\n{"s": "Two", "t": "a,b", "v": null}\n{"s": "x", "test": true}'
    results = reading(
        json_rows, content, settings=json_rows.build_settings_for_mapping(file_of(content), mapping)
    )
    assert fields(results) == [
        {"statement": "One", "topics": ["a,b", "c"], "rating_value": 3},
        {"statement": "Two", "topics": ["a", "b"]},
    ]
    assert codes(results) == ["skipped as the mapping says"]


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.text(), st.lists(st.text(), max_size=2)
)


@settings(deadline=None)
@given(st.lists(st.dictionaries(st.text(max_size=5), VALUES, max_size=4), max_size=5), st.booleans())
def test_rows_are_read_as_they_were_written(data: list[dict[str, Any]], array: bool) -> None:
    text = json.dumps(data) if array else "\n".join(map(json.dumps, data))
    settings = {"mapping": {"name": "n", "fields": {"statement": "s"}}}
    results = reading(json_rows, text.encode("utf-8"), settings=settings)
    assert [result.raw for result in results if isinstance(result, RawRecord)] == data


@pytest.mark.slow
@settings(deadline=None)
@given(st.one_of(st.binary(max_size=300), st.text('[]{}",:1ae \\\n', max_size=100).map(str.encode)))
def test_anything_is_read_or_refused(content: bytes) -> None:
    settings = {"mapping": {"name": "n", "fields": {"statement": "s"}}}
    for start in (b"", b"[", b'[{"s": "One"}, ', b'{"s": "One"}\n', b"[" * 5000):
        reading(json_rows, start + content)
        reading(json_rows, start + content, settings=settings)


def test_only_values_that_are_not_objects_are_refused() -> None:
    """Also if it is among the first records, by which the format is recognised."""
    ours = LINES.replace(b'"claim"', b'"statement"').replace(b', "verdict": "false", "n"', b', "rating"')
    for content, reader in (
        (b"[]\n" + LINES + b"\nnull\n", json_rows),
        (json.dumps([[], *ROWS, 7]).encode(), json_rows),
        (ours + b"\n[]\n7", flat_reviews),
    ):
        results = reading(reader, content, "claims.json")
        assert reader.recognise(file_of(content)) is not None
        assert [len(fields(results)), *codes(results)] == [3, "not an object", "not an object"]

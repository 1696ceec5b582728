"""Workbooks are read as the sheet shows them, and none takes more memory than its size allows."""

import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.imports.reading.formats import spreadsheets
from claims.imports.reading.mappings.mapping_choice import find_conventions, list_ready_mappings
from claims.imports.reading.raw_record import Refusal
from tests.helpers.import_files import codes, fields, file_of, reading


def workbook(*sheets: Sequence[Sequence[Any]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, table in enumerate(sheets, 1):
        sheet = book.create_sheet(f"Sheet {number}")
        for row in table:
            sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


TABLE: list[list[Any]] = [
    [],
    ["statement", "verdict", "date published", "n"],
    ["The lake froze.", True, date(2019, 12, 25), 3],
    [],
    ["The ferry sank.", 0.5, datetime(2019, 12, 25, 8, 30), 3.0],  # noqa: DTZ001
    ["Nobody came."],
]


def test_cells_are_read_as_displayed() -> None:
    results = reading(spreadsheets, workbook([], TABLE), "a.xlsx")
    assert [result.raw for result in results] == [
        {"statement": "The lake froze.", "verdict": "TRUE", "date published": "2019-12-25", "n": "3"},
        {"statement": "The ferry sank.", "verdict": "0.5", "date published": "2019-12-25T08:30:00", "n": "3"},
        {"statement": "Nobody came.", "verdict": "", "date published": "", "n": ""},
    ]
    assert [str(result.location) for result in results] == [
        f"a.xlsx, sheet Sheet 2, row {number}" for number in (3, 5, 6)
    ]
    assert fields(results)[0] == {
        "statement": "The lake froze.",
        "rating": "TRUE",
        "reviewed_on": "2019-12-25",
    }


def test_sheet_that_the_mapping_names_is_read() -> None:
    mapping = {"name": "n", "table": {"sheet": "Sheet 2"}, "fields": {"statement": "s"}}
    content = workbook([["s"], ["One"]], [["s"], ["Two"]])
    assert fields(reading(spreadsheets, content, settings={"mapping": mapping})) == [{"statement": "Two"}]
    mapping["table"] = {"sheet": "Sheet 3"}
    (refusal,) = reading(spreadsheets, content, settings={"mapping": mapping})
    assert isinstance(refusal, Refusal)
    assert (
        refusal.reason == "There is no sheet “Sheet 3”. Name one of these in the mapping: Sheet 1, Sheet 2."
    )


def test_ready_mapping_is_found_by_the_header_and_followed_in_full() -> None:
    misbar = next(mapping for mapping in list_ready_mappings() if mapping.name == "Misbar")
    row = ["https://misbar.com/x" if name == "blog_link" else name for name in misbar.columns]
    known: dict[str, Any] = {}
    (found,) = fields(reading(spreadsheets, workbook([list(misbar.columns), row]), "a.xlsx", known))
    assert found["review_url"] == "https://misbar.com/x"
    constants = find_conventions(known).constants
    assert (constants["publisher"], constants["language"]) == ("Misbar", "ar")


def test_table_without_known_columns_is_refused() -> None:
    assert codes(reading(spreadsheets, workbook([["a", "b"], ["c", "d"]]), "a.xlsx")) == [
        "no column for the statement"
    ]


@pytest.mark.parametrize("content", [workbook([]), workbook([[]], [])])
def test_empty_workbook_is_refused(content: bytes) -> None:
    assert codes(reading(spreadsheets, content, "a.xlsx")) == ["unusable workbook"]


def test_sheet_that_reaches_too_far_is_refused_before_it_is_laid_out() -> None:
    content = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook([["statement"], ["One"]]))) as old,
        zipfile.ZipFile(content, "w") as new,
    ):
        for part in old.namelist():
            text = old.read(part).replace(b'r="A2"', b'r="XFD1048576"')
            new.writestr(part, text)
    (refusal,) = reading(spreadsheets, content.getvalue(), "a.xlsx")
    assert isinstance(refusal, Refusal)
    assert refusal.reason.startswith(
        "A sheet extends to row 1,048,576 and column 16,384, and is mostly empty."
    )


def test_workbook_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    content = workbook(TABLE)
    monkeypatch.setattr(spreadsheets, "MAX_BYTES", len(content) - 1)
    assert codes(reading(spreadsheets, content, "a.xlsx")) == ["unusable workbook"]
    monkeypatch.setattr(spreadsheets, "MAX_BYTES", len(content))
    monkeypatch.setattr(spreadsheets, "MAX_UNPACKED_BYTES", 100)
    assert codes(reading(spreadsheets, content, "a.xlsx")) == ["unusable workbook"]


SOUND = workbook(TABLE)


@settings(deadline=None)
@given(st.integers(0, len(SOUND) - 1), st.binary(min_size=1, max_size=8), st.integers(0, len(SOUND)))
def test_damaged_workbook_is_read_or_refused(at: int, noise: bytes, end: int) -> None:
    for content in (SOUND[:at] + noise + SOUND[at + len(noise) :], SOUND[:end], b"PK\x03\x04" + noise, noise):
        reading(spreadsheets, content, "a.xlsx", settings={})


def test_only_workbooks_are_recognised() -> None:
    assert spreadsheets.recognise(file_of(SOUND, "anything")) == {}
    assert spreadsheets.recognise(file_of(b"statement\nOne\n", "a.xlsx")) is None

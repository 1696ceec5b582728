"""CSV rows are read as written, each with its place; broken rows are refused and the rest is read."""

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.exports.formats.csv import COLUMNS
from claims.imports.reading.formats import delimited_text, json_rows, spreadsheets, tables
from claims.imports.reading.formats.delimited_text import DELIMITERS, MAX_CELL_LENGTH
from claims.imports.reading.raw_record import RawRecord, Refusal
from tests.helpers.import_files import codes, fields, file_of, reading
from tests.helpers.sweeps import sweep


def positions(results: list[RawRecord | Refusal]) -> list[str]:
    return [result.location.position for result in results]


def written(table: list[list[str]], delimiter: str, encoding: str) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(table)
    return text.getvalue().encode(encoding)


#: A row with NUL is refused, which other tests check.
CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


@settings(deadline=None)
@given(
    data=st.lists(st.tuples(CELLS.filter(str.strip), CELLS), min_size=1, max_size=8),
    delimiter=st.sampled_from(list(DELIMITERS.values())),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030"]),
)
def test_rows_are_read_as_they_were_written(
    data: list[tuple[str, str]], delimiter: str, encoding: str
) -> None:
    content = written([["statement", "verdict"], *map(list, data)], delimiter, encoding)
    settings = {"dialect": {"encoding": encoding, "delimiter": delimiter}}
    found = [result.raw for result in reading(tables, content, settings=settings)]
    assert found == [{"statement": statement, "verdict": verdict} for statement, verdict in data]


@settings(deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["a.csv", "a.tsv", "a.txt", "a"]))
def test_any_bytes_are_read_or_refused(content: bytes, name: str) -> None:
    reading(tables, content, name)
    reading(tables, b"statement,verdict\n" + content, name)


@settings(deadline=None)
@given(st.text('ab,;"\n\r\t\udcff\ufeff\x00', max_size=200), st.sampled_from(["minimal", "literal"]))
def test_any_quotation_is_read_or_refused(text: str, quoting: str) -> None:
    content = b"statement,verdict\n" + text.encode("utf-8", errors="surrogatepass")
    for result in reading(tables, content, settings={"dialect": {"quoting": quoting}}):
        assert isinstance(result, RawRecord) or result.reason


def test_rows_have_their_number_and_their_line_if_it_differs() -> None:
    content = b'statement,verdict\nOne,a\n"Two\nlines",b\n\nThree,c\n'
    results = reading(tables, content)
    assert positions(results) == ["row 2", "row 3", "row 5 (line 6)"]
    assert results[1].raw == {"statement": "Two\nlines", "verdict": "b"}


def test_row_with_other_than_the_right_number_of_cells_is_refused() -> None:
    results = reading(tables, b"statement,verdict\nOne,a\nTwo\nThree,a,b\nFour,a,,\nFive,a\n")
    assert [row["statement"] for row in fields(results)] == ["One", "Four", "Five"]
    assert codes(results) == ["wrong number of cells"] * 2
    refusals = [result for result in results if isinstance(result, Refusal)]
    assert positions(list(refusals)) == ["row 3", "row 4"]
    assert refusals[1].reason.startswith("The row has 3 cells, but the table has 2 columns")
    assert refusals[1].raw == ["Three", "a", "b"]


@pytest.mark.parametrize("broken", ['"Two,a', '"Two" and more,a', '"Tw"o,a'])
def test_broken_quotation_costs_its_own_row_only(broken: str) -> None:
    content = f"statement,verdict\nOne,a\n{broken}\nThree,c\nFour,d\n"
    results = reading(tables, content.encode(), settings={"dialect": {"quoting": "minimal"}})
    assert [row["statement"] for row in fields(results)] == ["One", "Three", "Four"]
    assert codes(results) == ["broken row"]
    assert positions(results) == ["row 2", "row 3", "row 4", "row 5"]


def test_bytes_of_another_encoding_cost_their_own_row_only() -> None:
    content = "statement,verdict\nÜber eins,a\n".encode() + "Größer,b\n".encode("cp1252") + b"Three,c\n"
    results = reading(tables, content, settings={"dialect": {"encoding": "utf-8"}})
    assert [row["statement"] for row in fields(results)] == ["Über eins", "Three"]
    assert codes(results) == ["undecodable characters"]
    assert results[1].raw == ["Gr\ufffd\ufffder", "b"]


def test_cells_of_any_length_are_read_up_to_a_limit() -> None:
    long = "x" * 500_000
    content = f"statement,verdict\n{long},a\n{'y' * (MAX_CELL_LENGTH + 10)},b\nThree,c\n".encode()
    results = reading(tables, content)
    assert [row["statement"] for row in fields(results)] == [long, "Three"]
    assert codes(results) == ["broken row"]


def test_quotation_that_is_never_closed_ends_at_the_line_after() -> None:
    lines = [f"Sentence {number},a" for number in range(5000)]
    content = "\n".join(["statement,verdict", '"Open,a', *lines]).encode()
    results = reading(tables, content, settings={"dialect": {}})
    assert codes(results) == ["broken row"]
    assert [row["statement"] for row in fields(results)] == [f"Sentence {number}" for number in range(5000)]


def test_a_file_full_of_broken_quotations_is_read_in_limited_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited_text, "MAX_RETRIES", 2)
    content = b"statement,verdict\n" + b'"One,a\nTwo,"b"c\n' * 4
    results = reading(tables, content, settings={"dialect": {}})
    assert codes(results) == ["broken row"] * 6
    refusals = [result.reason for result in results if isinstance(result, Refusal)]
    assert "are left out with it" in refusals[4]


def test_stray_quotation_marks_are_literal_if_the_file_uses_them_so() -> None:
    content = 'statement\tverdict\nHe said "no" twice\ta\n"Never" was the word\tb\n"Open end\tc\nLast\td\n'
    assert [row["statement"] for row in fields(reading(tables, content.encode(), "a.tsv"))] == [
        'He said "no" twice',
        '"Never" was the word',
        '"Open end',
        "Last",
    ]


def test_columns_without_a_name_or_with_the_same_keep_their_cells() -> None:
    results = reading(tables, b"statement,,url,url\nOne,b,c,d\n")
    assert results[0].raw == {"statement": "One", "column 2": "b", "url": "c", "url (column 4)": "d"}


def test_a_table_with_unknown_columns_is_refused_with_instructions() -> None:
    results = reading(tables, b"text,when\nOne,now\nTwo,then\n")
    assert codes(results) == ["no column for the statement"]
    (refusal,) = results
    assert isinstance(refusal, Refusal)
    assert 'statement = "text"' in refusal.reason
    assert refusal.reason.endswith("The columns are: text, when.")


def test_the_column_that_looks_most_like_statements_is_the_example() -> None:
    article = "word " * 200
    rows = [
        f"{number},The bridge of town {number} is closed.,{article},https://example.org/{number}"
        for number in "12"
    ]
    (refusal,) = reading(tables, "\n".join(["no,what,body,link", *rows]).encode())
    assert isinstance(refusal, Refusal)
    assert 'then statement = "what".' in refusal.reason


def test_mapping_that_does_not_fit_the_file_is_refused_at_once() -> None:
    mapping = {"name": "n", "fields": {"statement": "text", "rating": "verdict"}}
    results = reading(tables, b"text,judgement\nOne,a\nTwo,b\n", settings={"mapping": mapping})
    assert codes(results) == ["column not in the file"]
    assert len(results) == 1
    results = reading(
        tables, b"text,judgement\n", settings={"mapping": {"name": "n", "fields": {"text": "a"}}}
    )
    assert codes(results) == ["wrong mapping"]


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_empty_table_is_refused(content: bytes) -> None:
    assert codes(
        reading(tables, content, settings={"mapping": {"name": "n", "fields": {"statement": 1}}})
    ) == ["empty table"]


@sweep(
    "name, content",
    [
        ("page.html", b"<!doctype html>\n<p>One, two\n<p>Three, four\n"),
        ("page", b"\n  <html>,\n,\n,\n"),
        ("feed.xml", '<?xml version="1.0"?>,a\n,b\n'.encode("utf-16")),
        ("review.json", json.dumps({"@type": "ClaimReview", "claimReviewed": "One, two"}).encode()),
        (
            "reviews.json",
            json.dumps([{"@type": "ClaimReview", "claimReviewed": "One"}] * 3, indent=1).encode(),
        ),
        ("own.csv", ",".join(COLUMNS).encode() + b"\n" + b"," * (len(COLUMNS) - 1) + b"\n"),
        ("own.ndjson", b'{"id": 1, "statement": "One", "verdicts": [{"id": 1}]}\n' * 3),
        ("text.txt", b"One, two, three.\nFour.\nFive, six.\n"),
        ("text.txt", b"Dear readers, and others,\n"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n,,\n"),
        ("answer.json", b'{"claims": [], "nextPageToken": ""}'),
        ("archive.zip", b"PK\x03\x04" + bytes(50)),
    ],
)
def test_other_files_are_not_taken_for_tables(name: str, content: bytes) -> None:
    file = file_of(content, name)
    assert [reader.recognise(file) for reader in (tables, json_rows, spreadsheets)] == [None, None, None]
    assert file.stream.read() == content


def test_settings_are_json_and_all_that_reading_needs() -> None:
    content = "Behauptung;Urteil;Geprüft am\nFür die Brücke zahlen Schüler künftig mehr.;falsch;25.12.2019\n".encode(
        "cp1252"
    )
    settings: Any = tables.recognise(file_of(content))
    assert json.loads(json.dumps(settings)) == settings
    assert settings["dialect"] == {
        "encoding": "cp1252",
        "delimiter": ";",
        "quoting": "minimal",
        "header": True,
    }
    assert settings["date_order"] == {"reviewed_on": {".": "dmy"}}
    assert fields(reading(tables, content, settings=settings)) == [
        {
            "statement": "Für die Brücke zahlen Schüler künftig mehr.",
            "rating": "falsch",
            "reviewed_on": "25.12.2019",
        }
    ]


def test_another_delimiter_is_named() -> None:
    rows = [
        ["claim", "verdict", "date"],
        *[[f"Lake {number}; it froze", "False", "2020"] for number in range(9)],
    ]
    mapping = {"name": "n", "table": {"delimiter": "tab"}, "fields": {"statement": "claim"}}
    found = {
        delimiter: [
            (one.location.position, one.code, one.reason)  # type: ignore[union-attr]  # a refusal
            for one in reading(tables, written(rows, delimiter, "utf-8"), settings=settings)
        ]
        for delimiter, settings in (("^", None), ("|", {"mapping": mapping}))
    }
    unknown = (
        "The cells of this table are separated by “^”, which cannot be read. Save the table with commas, "
        "semicolons, tabs or | as the separator."
    )
    other = (
        "The cells of this table seem to be separated by pipe, not by tab. Say so in the mapping: [table], then "
        'delimiter = "pipe".'
    )
    assert found == {
        "^": [("header", "wrong delimiter", unknown)],
        "|": [("header", "wrong delimiter", other)],
    }
    one_column = b"claim\nNine lakes: all froze.\nTwo: none froze.\n"
    assert len(fields(reading(tables, one_column))) == 2

"""Notices and questions about an imported table: unread columns, missing ratings, odd headers."""

import io
import json

import pytest
from openpyxl import Workbook

from claims.imports.reading.formats import json_rows, spreadsheets, tables
from claims.imports.reading.inputs.file import File, ImportFormat
from claims.imports.reading.mappings.mapping import Mapping, read_mapping
from claims.imports.reading.mappings.mapping_choice import find_ready_mapping, list_ready_mappings
from claims.imports.reading.raw_record import RawRecord, Refusal
from tests.helpers.import_files import codes, fields

PAGE = "https://seeblatt.example/1"


def workbook(*lines: list[object], others: dict[str, list[list[object]]] | None = None) -> bytes:
    book, packed = Workbook(), io.BytesIO()
    assert book.active is not None
    for line in lines:
        book.active.append(line)
    for name, content in (others or {}).items():
        sheet = book.create_sheet(name)
        for line in content:
            sheet.append(line)
    book.save(packed)
    return packed.getvalue()


def find_notices(
    reader: ImportFormat,
    content: bytes,
    name: str = "claims.csv",
    mapping: Mapping | None = None,
    *,
    unrated: bool = False,
) -> tuple[list[RawRecord | Refusal], list[str]]:
    """The contents found in a file, and the report on them."""
    file, notes = File.from_stream(name, io.BytesIO(content)), list[str]()
    file.note, file.allows_unrated = notes.append, lambda: unrated
    settings = (
        reader.build_settings_for_mapping(file, mapping) if mapping else reader.recognise(file) or {}  # type: ignore[attr-defined]
    )
    return list(reader.read(file, dict(settings))), notes


FORMS = [
    pytest.param(tables, b"Claim,Colour,Mood,Claimant\nIce is hot.,False,sad,Ada\n", id="csv"),
    pytest.param(
        json_rows,
        b'[{"Claim": "Ice is hot.", "Colour": "False", "Mood": "sad", "Claimant": "Ada"}, {"Mood": "x"}]',
        id="rows",
    ),
    pytest.param(
        spreadsheets,
        workbook(["Claim", "Colour", "Mood", "Claimant"], ["Ice is hot.", "False", "sad", "Ada"]),
        id="xlsx",
    ),
]


@pytest.mark.parametrize("reader, content", FORMS)
def test_every_column_that_is_not_read_is_named(reader: ImportFormat, content: bytes) -> None:
    results, notes = find_notices(reader, content, "claims.xlsx" if reader is spreadsheets else "claims.csv")
    assert fields(results)[0] == {"statement": "Ice is hot.", "claimant": "Ada"}
    assert notes == ["Columns not read: Colour, Mood."]


def test_completely_read_tables_have_no_notices() -> None:
    assert find_notices(tables, b"Claim,Rating\nIce is hot.,False\n")[1] == []


@pytest.mark.parametrize("kind", ["csv", "rows", "xlsx"])
def test_reviews_without_ratings_need_a_decision(kind: str) -> None:
    header, line = ["Claim", "Publisher", "Colour"], ["Ice is hot.", "Seeblatt", "False"]
    reader, content, name = {
        "csv": (tables, "\n".join(map(",".join, [header, line])).encode(), "a.csv"),
        "rows": (json_rows, json.dumps([dict(zip(header, line, strict=True))] * 2).encode(), "a.json"),
        "xlsx": (spreadsheets, workbook(header, line), "a.xlsx"),  # type: ignore[arg-type]
    }[kind]
    results, _notes = find_notices(reader, content, name)
    (refusal,) = results
    assert isinstance(refusal, Refusal)
    assert (refusal.field, refusal.code) == ("rating", "no column for the rating")
    assert "Colour" in refusal.reason
    assert "--unrated" in refusal.reason
    results, _notes = find_notices(reader, content, name, unrated=True)
    assert fields(results)[0] == {"statement": "Ice is hot.", "publisher": "Seeblatt"}


def test_a_list_of_claims_is_not_asked_about() -> None:
    assert codes(find_notices(tables, b"Claim,Claimant\nIce is hot.,Ada\n")[0]) == []


def test_a_rating_that_is_always_the_same_is_one() -> None:
    mapping = read_mapping(
        'name = "n"\n[fields]\nstatement = "s"\npublisher = "p"\n[constants]\nrating = "False"'
    )
    assert codes(find_notices(tables, b"s,p\nIce is hot.,Seeblatt\n", mapping=mapping)[0]) == []


def test_names_that_several_columns_have_are_reported() -> None:
    results, notes = find_notices(tables, b"Claim,Rating,Note,Note,Note\nIce is hot.,False,a,b,c\n")
    assert fields(results) == [{"statement": "Ice is hot.", "rating": "False"}]
    assert notes == [
        (
            "Columns 3, 4, 5 have the same name, “Note”. “Note” refers to the first; the others are "
            "called “Note (column N)”."
        ),
        "Columns not read: Note, Note (column 4), Note (column 5).",
    ]


def test_sheets_that_are_not_read_are_named() -> None:
    content = workbook(["Claim", "Rating"], ["Ice is hot.", "False"], others={"2023": [["x"]], "empty": []})
    results, notes = find_notices(spreadsheets, content, "a.xlsx")
    assert fields(results) == [{"statement": "Ice is hot.", "rating": "False"}]
    assert notes == ["Sheets not read: 2023. To read one, name it in a mapping."]


class TestTitles:
    LINES = [["Archive of the Seeblatt", "", ""], ["as of March", "", ""], ["", "", ""]]
    TABLE = [
        ["Claim", "Rating", "Claim date"],
        ["Ice is hot.", "False", "25/12/2023"],
        ["Tea is cold.", "True", ""],
    ]
    NOTE = "Row 4 contains the column names; the rows above it are not read."

    def csv(self, titles: list[list[str]]) -> bytes:
        return "\n".join(map(",".join, titles + self.TABLE)).encode()

    @pytest.mark.parametrize(
        "titles", [LINES, [["Archive of the Seeblatt"], ["as of March"], []]], ids=["padded", "bare"]
    )
    def test_above_a_table(self, titles: list[list[str]]) -> None:
        results, notes = find_notices(tables, self.csv(titles))
        assert [one["statement"] for one in fields(results)] == ["Ice is hot.", "Tea is cold."]
        assert [one.location.position for one in results] == ["row 5", "row 6"]
        assert notes == [self.NOTE]

    def test_above_a_sheet(self) -> None:
        results, notes = find_notices(spreadsheets, workbook(*self.LINES, *self.TABLE), "a.xlsx")  # type: ignore[arg-type]
        assert [one["statement"] for one in fields(results)] == ["Ice is hot.", "Tea is cold."]
        assert notes == [self.NOTE]

    @pytest.mark.parametrize("reader", [tables, spreadsheets])
    def test_the_row_can_be_named(self, reader: ImportFormat) -> None:
        table = [["Satz", "Urteil"], ["Eis ist heiß.", "falsch"], ["Tee ist kalt.", "wahr"]]
        mapping = read_mapping(
            'name = "n"\n[fields]\nstatement = "Satz"\nrating = "Urteil"\n[table]\nheader_row = 3'
        )
        lines = [["Archiv", "alt"], ["Stand", "März"], *table]
        content = (
            "\n".join(map(",".join, lines)).encode() if reader is tables else workbook(*lines)  # type: ignore[arg-type]
        )
        results, notes = find_notices(
            reader, content, "a.xlsx" if reader is spreadsheets else "a.csv", mapping
        )
        assert [one["statement"] for one in fields(results)] == ["Eis ist heiß.", "Tee ist kalt."]
        assert notes == ["Row 3 contains the column names; the rows above it are not read."]

    def test_a_first_row_with_names_that_are_known_is_the_header(self) -> None:
        content = b"Claim,Opinion,Claim date\nIce is hot.,False,\nclaim,rating,claim date\n"
        results, notes = find_notices(tables, content)
        assert [one["statement"] for one in fields(results)] == ["Ice is hot.", "claim"]
        assert notes == ["Columns not read: Opinion."]


class TestReadyMappings:
    MISBAR = next(one for one in list_ready_mappings() if one.name == "Misbar")

    def content(self, claim: str, label: str = "False") -> bytes:
        names = self.MISBAR.columns
        line = dict.fromkeys(names, "x") | {"claim": claim, "label": label}
        return "\n".join([",".join(names), *[",".join(line[name] for name in names)] * 3]).encode()

    def test_mappings_fit_tables_with_their_columns(self) -> None:
        line = dict.fromkeys(self.MISBAR.columns, "x")
        assert find_ready_mapping(self.MISBAR.columns, [line]) == self.MISBAR
        assert find_ready_mapping(self.MISBAR.columns, [line | {"claim": ""}]) is None
        assert find_ready_mapping(self.MISBAR.columns, [line | {"label": ""}]) is None
        assert find_ready_mapping(self.MISBAR.columns, [line | {"claim": ""}, line]) == self.MISBAR
        assert find_ready_mapping(self.MISBAR.columns[1:], [line]) is None

    def test_a_column_that_is_always_empty_is_reported_once(self) -> None:
        results, _notes = find_notices(tables, self.content(""))
        (refusal,) = results
        assert isinstance(refusal, Refusal)
        assert refusal.location.position == "header"
        assert refusal.reason.startswith(
            "This looks like “Misbar”, but column “claim” is empty in the first 3"
        )
        assert fields(find_notices(tables, self.content("Ice is hot."))[0])[0]["statement"] == "Ice is hot."


class TestDeepInObjects:
    MAPPING = read_mapping("""
        name = "n"
        [fields]
        id = "id"
        statement = "fact_checks.*.claim"
        rating = "fact_checks.*.verdict"
        review_url = "link"
        title = "title.rendered"
        topics = "fact_checks.*.tags"
    """)
    ROW = {
        "id": 7,
        "link": PAGE,
        "title": {"rendered": "Two checks"},
        "fact_checks": [
            {"claim": "Ice is hot.", "verdict": "False", "tags": ["ice", "heat"], "by": "Ada"},
            {"claim": "Tea is cold.", "verdict": "True", "tags": []},
            {"claim": "", "verdict": ""},
        ],
    }

    def test_each_in_a_list_is_a_claim(self) -> None:
        results, notes = find_notices(
            json_rows, json.dumps([self.ROW, {"id": 8, "link": PAGE}]).encode(), "a.json", self.MAPPING
        )
        common = {"review_url": PAGE, "title": "Two checks"}
        assert fields(results) == [
            {"id": "7#0", "statement": "Ice is hot.", "rating": "False", "topics": ["ice", "heat"], **common},
            {"id": "7#1", "statement": "Tea is cold.", "rating": "True", **common},
            {},
        ]
        assert [one.location.position for one in results] == ["item 1, claim 0", "item 1, claim 1", "item 2"]
        assert notes == ["Columns not read: fact_checks.*.by."]

    def test_one_of_a_list_and_whole_objects(self) -> None:
        mapping = read_mapping("""
            name = "n"
            [fields]
            statement = "fact_checks.0.claim"
            rating = "fact_checks.0.verdict"
            context = "title"
            summary = "a.b"
        """)
        content = json.dumps([self.ROW | {"a.b": "a key with a dot"}, {"fact_checks": 5}]).encode()
        results, _notes = find_notices(json_rows, content, "a.json", mapping)
        assert fields(results) == [
            {"statement": "Ice is hot.", "rating": "False", "summary": "a key with a dot"},
            {},
        ]

    def test_without_a_mapping_the_paths_are_listed(self) -> None:
        content = json.dumps(
            {"data": [{"id": 1, "attributes": {"text": "Ice is hot."}}] * 2, "meta": {"n": 2}}
        )
        results, _notes = find_notices(json_rows, content.encode(), "a.json")
        (refusal,) = results
        assert isinstance(refusal, Refusal)
        assert "The columns are: id, attributes.text." in refusal.reason


class TestSeveralClaims:
    MAPPING = read_mapping("""
        name = "n"
        [fields]
        id = "No"
        statement = "Claim *"
        rating = "Verdict *"
        publisher = "By"
    """)

    def test_in_one_row(self) -> None:
        content = (
            b"No,By,Claim 1,Verdict 1,Claim 2,Verdict 2,Claim 3\n"
            b"7,Seeblatt,Ice is hot.,False,Tea is cold.,True,\n"
            b"8,Seeblatt,Salt is sweet.,False,,,Sand is wet.\n"
            b"9,Seeblatt,,,,,\n"
        )
        results, notes = find_notices(tables, content, mapping=self.MAPPING)
        by = {"publisher": "Seeblatt"}
        assert fields(results) == [
            {"id": "7#1", "statement": "Ice is hot.", "rating": "False", **by},
            {"id": "7#2", "statement": "Tea is cold.", "rating": "True", **by},
            {"id": "8#1", "statement": "Salt is sweet.", "rating": "False", **by},
            {"id": "8#3", "statement": "Sand is wet.", **by},
            {"id": "9", **by},
        ]
        assert [one.location.position for one in results][-2:] == ["row 3, claim 3", "row 4"]
        assert notes == []

    def test_columns_that_are_not_there_are_refused(self) -> None:
        (refusal,), _notes = find_notices(
            tables, b"No,By,Claim,Verdict\n7,Seeblatt,a,b\n", mapping=self.MAPPING
        )
        assert isinstance(refusal, Refusal)
        assert refusal.code == "column not in the file"

    def test_a_star_in_a_name_is_a_star(self) -> None:
        mapping = read_mapping('name = "n"\n[fields]\nstatement = "Claim *"\nrating = "Verdict *"')
        results, _notes = find_notices(tables, b"Claim *,Verdict *\nIce is hot.,False\n", mapping=mapping)
        assert fields(results) == [{"statement": "Ice is hot.", "rating": "False"}]

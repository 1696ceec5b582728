"""`manage.py import_claims`: what it says, how it exits, what it leaves."""

import gzip
import io
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import openpyxl
import orjson
import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.utils import translation
from pytest_django import Settings

from claims.models import Claim, ImportRun, Publication
from sources.models import Publisher
from tests.helpers.imported_reviews import STATEMENT, review

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data_folder(settings: Settings, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path / "data"
    return tmp_path / "data"


def lines(path: Path, *records: dict[str, Any]) -> str:
    path.write_bytes(b"".join(orjson.dumps(record) + b"\n" for record in records))
    return str(path)


def run(*arguments: str) -> tuple[dict[str, Any], int]:
    """The summary and the exit status."""
    out = io.StringIO()
    status = 0
    try:
        call_command("import_claims", *arguments, "--json", stdout=out, stderr=io.StringIO())
    except SystemExit as end:
        status = int(end.code or 0)
    return json.loads(out.getvalue()), status


def test_everything_taken(tmp_path: Path) -> None:
    said, status = run(lines(tmp_path / "reviews.jsonl", review()))
    assert status == 0
    assert said == {
        "import": ImportRun.objects.get().pk,
        "dry_run": False,
        "records": 1,
        "created": 1,
        "updated": 0,
        "unchanged": 0,
        "merged": 0,
        "refused": 0,
        "problems": {"refused": [], "left_out": [], "merged": []},
        "notes": [],
    }


def test_refused_records_are_reported_corrected_and_imported_again(tmp_path: Path, data_folder: Path) -> None:
    place = lines(
        tmp_path / "reviews.jsonl", review(), review(statement="", review_url="https://checks.example/2")
    )
    said, status = run(place)
    assert (status, said["created"], said["refused"]) == (3, 1, 1)
    assert said["problems"]["refused"] == [{"field": "statement", "code": "no statement", "count": 1}]
    report = data_folder / "reports" / f"import-{said['import']}.ndjson"
    [problem] = [json.loads(line) for line in report.read_text().splitlines()]
    assert (problem["file"], problem["position"]) == ("reviews.jsonl", "line 2")
    problem["fields"]["statement"] = "The tunnel below the harbour is closed."
    said, status = run(lines(tmp_path / "corrected.ndjson", problem))
    assert (status, said["created"], said["refused"]) == (0, 1, 0)
    assert sorted(Claim.objects.values_list("statement", flat=True)) == [
        STATEMENT,
        "The tunnel below the harbour is closed.",
    ]


def test_a_dry_run_says_the_same_and_stores_nothing(tmp_path: Path, data_folder: Path) -> None:
    place = lines(tmp_path / "reviews.jsonl", review(), review(statement=""))
    said, status = run(place, "--dry-run")
    assert (status, said["import"], said["dry_run"], said["created"], said["refused"]) == (
        3,
        None,
        True,
        1,
        1,
    )
    assert not ImportRun.objects.exists()
    assert not Claim.objects.exists()
    assert not Publication.objects.exists()
    assert len((data_folder / "reports" / "import-tried.ndjson").read_text().splitlines()) == 1


def test_a_table_with_a_mapping_of_ones_own(tmp_path: Path) -> None:
    table = tmp_path / "archive.csv"
    table.write_text("was;wer;urteil\nDie neue Brücke kostete neun Millionen Euro.;Mara Lindqvist;Falsch\n")
    mapping = tmp_path / "archive.toml"
    mapping.write_text(
        'name = "Our archive"\n[fields]\nstatement = "was"\nclaimant = "wer"\nrating = "urteil"\n'
        '[constants]\npublisher = "Beispiel-Checks"\npublisher_url = "https://checks.example"\nlanguage = "de"\n'
    )
    said, status = run(str(table), "--mapping", str(mapping))
    assert (status, said["created"]) == (0, 1)
    body = Publication.objects.get().document
    assert (body["language"], body["claimant"]["name"]) == ("de", "Mara Lindqvist")
    assert body["verdicts"][0]["rating"] | {"id": 0} == body["verdicts"][0]["rating"] | {
        "id": 0,
        "rating_class": "false",
    }


def test_the_same_file_again_is_another_import_that_changes_nothing(tmp_path: Path) -> None:
    place = lines(tmp_path / "reviews.jsonl", review())
    run(place)
    said, status = run(place)
    assert (status, said["created"], said["unchanged"]) == (0, 0, 1)
    assert ImportRun.objects.count() == 2


def test_an_interrupted_import_continues_with_the_same_command(tmp_path: Path) -> None:
    place = lines(tmp_path / "reviews.jsonl", review())
    run(place)
    ImportRun.objects.update(state="writing")
    said, _status = run(place)
    assert (said["import"], said["created"]) == (ImportRun.objects.get().pk, 1)


@pytest.mark.parametrize(
    "arguments, problem",
    [
        (["{}", "--mapping", "missing.toml"], "The mapping missing.toml cannot be read"),
        (["{}", "--by", "nobody"], "There is no user “nobody”"),
    ],
)
def test_a_wrong_call_is_refused_and_stores_nothing(
    tmp_path: Path, arguments: list[str], problem: str
) -> None:
    place = lines(tmp_path / "reviews.jsonl", review())
    with pytest.raises(CommandError, match=problem):
        call_command("import_claims", *(one.format(place) for one in arguments), stderr=io.StringIO())
    assert not ImportRun.objects.exists()


def test_a_dry_run_describes_the_rows_to_store(tmp_path: Path, editor: User, house: Publisher) -> None:
    table = tmp_path / "archive.csv"
    table.write_text(
        "Claim,Who,Label,Publisher,Mood\n"
        "Ice is hot.,Ada Moss,Fake,Norrhamn Facts,sad\n"
        "Snow is black.,Ada Moss,Nope,Norrhamn Facts,glad\n"
        f"Rain is dry.,,False,{house.name},sad\n"
        "The lake is made of wine.,,,,sad\n"
    )
    arguments = (str(table), "--dry-run", "--set", "language=en", "--by", editor.username)
    said, status = run(*arguments)
    assert (status, said["published"], said["drafts"], said["triage"]) == (0, 2, 1, 1)
    columns = ("publisher", "label", "rating_class", "scale", "records")
    assert [tuple(row[name] for name in columns) for row in said["labels"]] == [
        (house.name, "False", "false", "House scale", 1),
        ("Norrhamn Facts", "Fake", "false", "Labels as imported", 1),
        ("Norrhamn Facts", "Nope", "", "Labels as imported", 1),
    ]
    assert [record["statement"] for record in said["shown"]] == [
        "Ice is hot.",
        "Snow is black.",
        "Rain is dry.",
        "The lake is made of wine.",
    ]
    assert said["shown"][0] == {
        "position": "row 2",
        "statement": "Ice is hot.",
        "language": "en",
        "publisher": "Norrhamn Facts",
        "rating": "Fake",
        "rating_class": "false",
        "state": "Published",
    }
    assert said["notes"] == ["archive.csv: Columns not read: Who, Mood."]
    assert not Claim.objects.exists()
    out = io.StringIO()
    call_command("import_claims", *arguments, stdout=out, stderr=io.StringIO())
    shown = " ".join(re.sub("[│┃]", " ", out.getvalue()).split())
    assert "Norrhamn Facts Nope not mapped yet" in shown
    assert "Verdicts published: 2. Drafts: 1. Claims for triage: 1." in shown


def test_the_mapping_is_written_corrected_and_given(tmp_path: Path) -> None:
    workbook, mapping = tmp_path / "archive.xlsx", tmp_path / "archive.toml"
    book = openpyxl.Workbook()
    book.active.append(["to do", "call Åsa"])
    checks = book.create_sheet("Checks")
    checks.append(["Claim", "Verdict"])
    checks.append(["Ice is hot, they say.", "False"])
    book.save(workbook)
    stated = ("--sheet", "Checks", "--set", "publisher=Norrhamn Facts", "--set", "language=en")
    call_command(
        "import_claims", str(workbook), *stated, "--write-mapping", str(mapping), stderr=io.StringIO()
    )
    assert tomllib.loads(mapping.read_text()) == {
        "name": "suggested by the column names",
        "fields": {"statement": "Claim", "rating": "Verdict"},
        "constants": {"publisher": "Norrhamn Facts", "language": "en"},
        "table": {"sheet": "Checks"},
    }
    assert not ImportRun.objects.exists()
    said, status = run(str(workbook), *stated)
    assert (status, said["created"]) == (0, 1)
    said, status = run(str(workbook), "--mapping", str(mapping))
    assert (status, said["unchanged"]) == (0, 1)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["missing.csv"], "There is no file or folder missing.csv."),
        (
            ["{}", "--set", "publishr=Norrhamn"],
            "'publishr' is not a valid field. Did you mean \"publisher\"?",
        ),
        (["{}", "--set", "publisher"], "publisher has no value"),
        (
            ["{}", "--write-mapping", "m.toml"],
            "has no columns: it is JSON records with this program’s field names",
        ),
        (["-", "--write-mapping", "m.toml"], "Standard input can be read only once"),
    ],
)
def test_impossible_requests_end_with_status_1(tmp_path: Path, arguments: list[str], why: str) -> None:
    place = lines(tmp_path / "reviews.jsonl", review())
    with pytest.raises(CommandError) as refused:
        call_command("import_claims", *(one.format(place) for one in arguments), stderr=io.StringIO())
    assert why in str(refused.value)
    assert refused.value.returncode == 1
    assert not ImportRun.objects.exists()


def test_one_refusal_of_each_kind_is_shown(tmp_path: Path) -> None:
    out, place = io.StringIO(), tmp_path / "checks.csv"
    place.write_text(
        "Claim;Verdict;Publisher\n;False;A\n"
        + "Ice is hot, they say.;True;A\n" * 20
        + "Ice is hot.;False;A;B\n"
    )
    with pytest.raises(SystemExit):
        call_command("import_claims", str(place), "--dry-run", stdout=out, stderr=io.StringIO())
    shown = [line for line in out.getvalue().splitlines() if line.startswith("checks.csv")]
    assert [line.partition(":")[0] for line in shown] == ["checks.csv, row 2", "checks.csv, row 23"]


def test_our_own_export_is_restored(tmp_path: Path) -> None:
    run(lines(tmp_path / "reviews.jsonl", review()))
    export = tmp_path / "ledger.ndjson"
    call_command(
        "export_claims", "--versions", "all", "--output", str(export), stderr=io.StringIO(), verbosity=0
    )
    out = io.StringIO()
    call_command("import_claims", str(export), "--dry-run", stdout=out, stderr=io.StringIO())
    assert "entry" in out.getvalue()
    assert ImportRun.objects.count() == 1
    packed = tmp_path / "ledger.ndjson.gz"
    packed.write_bytes(gzip.compress(export.read_bytes()))
    with pytest.raises(CommandError, match="a compressed export of this program"):
        call_command("import_claims", str(packed), stderr=io.StringIO())


def test_the_summary_as_a_table(tmp_path: Path) -> None:
    out = io.StringIO()
    place = lines(tmp_path / "reviews.jsonl", review(), review(statement=""))
    with pytest.raises(SystemExit):
        call_command("import_claims", place, stdout=out, stderr=io.StringIO())
    shown = [
        [cell.strip() for cell in line.split("│")[1:-1]]
        for line in out.getvalue().splitlines()
        if "│" in line
    ]
    assert shown == [
        ["created", "1"],
        ["updated", "0"],
        ["unchanged", "0"],
        ["merged", "0"],
        ["rejected", "1"],
        ["total", "2"],
        ["Rejected: statement: no statement", "1"],
    ]


class TestHouseArchive:
    @pytest.fixture(autouse=True)
    def media(self, settings: Settings, tmp_path: Path) -> None:
        settings.MEDIA_ROOT = tmp_path / "media"

    def test_is_held_until_another_administrator_releases_it(
        self, tmp_path: Path, administrator: User
    ) -> None:
        place, out = (
            lines(tmp_path / "archive.jsonl", review(publisher=None), review(statement="")),
            io.StringIO(),
        )
        call_command("import_claims", place, "--house-archive", "--by", "ada", stdout=out)
        held = ImportRun.objects.get()
        assert (held.state, held.house_archive, held.started_by) == ("held", True, administrator)
        assert out.getvalue().startswith(
            "2 records read, 1 of them rejected. Nothing is stored or public yet:"
        )
        assert out.getvalue().endswith(f"/admin/claims/importrun/{held.pk}/change/\n")
        assert not Claim.objects.exists() | Publication.objects.exists()

    @pytest.mark.parametrize(
        ("arguments", "why"),
        [
            ([], "Name the administrator who imports the newsroom archive: --by USERNAME."),
            (["--by", "edith"], "Your role does not include this: import the newsroom’s own archive."),
            (["--by", "nobody"], "There is no user “nobody”."),
            (["--by", "ada", "--dry-run"], "--house-archive stores nothing until it is released"),
        ],
    )
    def test_is_an_administrators(
        self, arguments: list[str], why: str, tmp_path: Path, administrator: User, editor: User
    ) -> None:
        with pytest.raises(CommandError, match=why):
            call_command(
                "import_claims", lines(tmp_path / "archive.jsonl", review()), "--house-archive", *arguments
            )
        assert not ImportRun.objects.exists()


def test_a_dirty_table_is_reported_in_german(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All but the names of fields, which mappings contain unchanged."""
    table = tmp_path / "checks.csv"
    table.write_text(
        "Claim,Rating,Publisher,URL,Mood\n"
        "Ice is hot.,False,The Harbour Post,https://post.example/1,sad\n"
        ",False,The Harbour Post,https://post.example/2,glad\n"
    )
    output = io.StringIO()
    with translation.override("de"), pytest.raises(SystemExit):
        call_command("import_claims", str(table), "--dry-run", stdout=output, stderr=output)
    said = " ".join(re.sub("[│┃]", " ", output.getvalue() + capsys.readouterr().err).split())
    assert "checks.csv: Tabelle (CSV, TSV)" in said
    assert "Zuordnung: nach den Namen der Spalten vorgeschlagen" in said
    assert "statement: keine Aussage" in said
    assert [english for english in ("Table", "suggested by", "no statement") if english in said] == []


def test_unread_values_are_noted_in_the_language_of_the_newsroom(tmp_path: Path, settings: Settings) -> None:
    table = tmp_path / "checks.csv"
    table.write_text("Claim,Rating,Publisher,Mood\nIce is hot.,False,The Harbour Post,sad\n")
    settings.LANGUAGE_CODE = "es"
    with translation.override("de"):
        assert run(str(table))[0]["notes"] == ["checks.csv: Columnas que no se leen: Mood."]

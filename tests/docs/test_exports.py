"""What docs/exports.md says is so: options, members of lines, types of columns, members of a manifest."""

import re
import shlex
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import load_command_class
from django.core.management.base import BaseCommand

from claims.exports import lines, manifest
from claims.exports.format_choice import FORMATS
from claims.exports.formats import parquet
from tests.helpers.sweeps import sweep

TEXT = (settings.BASE_DIR / "docs" / "exports.md").read_text()


def words(text: str) -> list[str]:
    return re.findall(r"`(\w+)`", text)


def table(heading: str) -> dict[str, str]:
    rows = TEXT.partition(f"| {heading} |")[2].partition("\n\n")[0]
    return dict(re.findall(r"^\| `([\w-]+)` \| (.*) \|$", rows, flags=re.MULTILINE))


def test_options_are_those_of_the_command() -> None:
    parser = load_command_class("claims", "export_claims").create_parser("manage.py", "export_claims")
    plain = BaseCommand().create_parser("manage.py", "export_claims")
    known = {o for a in parser._actions for o in a.option_strings if o.startswith("--")}
    general = {o for a in plain._actions for o in a.option_strings}
    assert table("option").keys() == known - general


@sweep("command", re.findall(r"^\.venv/bin/python manage\.py (.*)$", TEXT, flags=re.MULTILINE))
def test_commands_are_understood(command: str) -> None:
    name, *arguments = shlex.split(re.split(r" [|#]", command)[0])
    load_command_class("claims", name).create_parser("manage.py", name).parse_args(arguments)


def test_types_of_lines_have_these_members() -> None:
    documented = table("type")
    assert list(documented) == list(lines._LINE_TYPES)
    for kind in (*lines.ROW_KINDS, lines.SNAPSHOT_KIND):
        assert words(documented[kind.name])[: len(kind.names) + 1] == ["id", *kind.names], kind.name
    assert words(documented["entry"]) == ["id", *lines._ENTRY_KIND.names, "body"]


def test_formats_are_those_that_exist() -> None:
    assert re.findall(r"^- \*\*`(\w+)`\*\*", TEXT, flags=re.MULTILINE) == [
        "ndjson",
        "csv",
        "parquet",
        "jsonld",
    ]
    assert {"ndjson", "csv", "parquet", "jsonld"} == FORMATS.keys()


def test_columns_of_parquet_have_these_types() -> None:
    section = TEXT.partition("- **`parquet`**")[2].partition("all others are texts")[0]
    whole, days, moments = section.split(";")[:3]
    by_type: dict[str, list[str]] = {}
    for name, kind in parquet.COLUMN_TYPES.items():
        by_type.setdefault(str(kind), []).append(name)
    wholes, of_days, of_moments = (
        sorted(by_type[str(parquet.COLUMN_TYPES[name])])
        for name in ("claim_id", "claimed_on", "published_at")
    )
    assert (sorted(words(whole)), sorted(words(days)), sorted(words(moments))) == (
        wholes,
        of_days,
        of_moments,
    )
    assert f"groups of {parquet.GROUP_SIZE:,} rows" in section


@pytest.mark.django_db
def test_members_of_a_manifest_are_these() -> None:
    sentence = TEXT.partition("says what the file holds:")[2].partition(". Pass it on")[0]
    made = manifest.build_manifest(
        Path("x"),
        filters={"format": "", "versions": "", "filter": ""},
        ledger={},
        claims=0,
        size=0,
        sha256="",
    )
    assert words(sentence) == [name for name in made if name != "manifest_version"]

"""docs/extending.md is true: quoted code is in the named file, commands and tests exist, its steps work."""

import inspect
import re
import shlex
import sys
from pathlib import Path
from textwrap import indent
from types import ModuleType
from typing import Any

import pytest
from django.core.management import load_command_class
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, QueryDict

from claims.imports.reading import recipe
from claims.imports.reading.formats import flat_reviews
from claims.ledger.queries import claim_filters
from claims.ledger.queries.claim_filters import ClaimListQuery
from claims.models import Publication
from factcheck.api.query_strings import Parameter
from tests.helpers.import_records import STATEMENTS, lines, opened
from tests.helpers.sweeps import sweep

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "extending.md"
#: A block of code whose first line is a comment with the file that it is quoted from.
QUOTED = re.compile(r"```\w+\n# ([\w./-]+)\n(.*?)```", re.DOTALL)
#: Pages with commands for people to type.
WITH_COMMANDS = [PAGE, ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
MAKE = re.compile(r"(?:^|`|&& )make ([a-z-]+)", re.MULTILINE)


def quotations() -> list[tuple[str, str]]:
    return QUOTED.findall(PAGE.read_text(encoding="utf-8"))


def quoted(path: str, containing: str) -> str:
    """Return the block that the page quotes from a file."""
    (block,) = [text for file, text in quotations() if file == path and containing in text]
    return block


def shell() -> list[str]:
    """Return the lines of the page's blocks of commands."""
    blocks = re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line]


def test_quoted_code_is_in_its_file_word_for_word() -> None:
    found = quotations()
    assert len(found) > 10
    lost = [
        (path, text)
        for path, text in found
        if not any(
            indent(text, " " * depth) in (ROOT / path).read_text(encoding="utf-8")
            for depth in range(0, 17, 4)
        )
    ]
    assert lost == []


def test_code_without_a_file_is_commands() -> None:
    """So that no block escapes the comparison by a slip in its first line."""
    text = PAGE.read_text(encoding="utf-8")
    kinds = re.findall(r"^```(\w+)$", text, flags=re.MULTILINE)
    assert len(quotations()) == len([kind for kind in kinds if kind != "sh"])


@sweep("page", WITH_COMMANDS)
def test_every_make_target_is_there(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(MAKE.findall(page.read_text(encoding="utf-8")))
    assert sorted(named - targets) == []


def test_named_tests_are_there() -> None:
    arguments = [
        argument
        for line in shell()
        for word in shlex.split(line)
        for argument in word.removeprefix("ARGS=").split()
        if argument.startswith("tests/")
    ]
    assert [argument for argument in arguments if not (ROOT / argument).exists()] == []
    assert arguments


def test_no_migration_that_stays_depends_on_one_to_regenerate() -> None:
    patterns = [name for line in shell() if line.startswith("rm ") for name in line.split()[1:]]
    removed = {ROOT / path for pattern in patterns for path in ROOT.glob(pattern)}
    migrations = MigrationLoader(None).disk_migrations
    paths = {key: Path(inspect.getfile(type(migration))) for key, migration in migrations.items()}
    assert removed <= {*paths.values()}
    assert removed
    remaining = {key: migration for key, migration in migrations.items() if paths[key] not in removed}
    needed = {paths.get(needs) for migration in remaining.values() for needs in migration.dependencies}
    assert needed & removed == set()


def test_commands_are_understood() -> None:
    for line in shell():
        program, _, rest = line.partition("manage.py ")
        name, *arguments = shlex.split(rest.partition(" | ")[0]) or [""]
        if program == ".venv/bin/python " and name != "makemigrations":
            load_command_class("claims", name).create_parser("manage.py", name).parse_args(arguments)


# The steps, carried out on a copy


@pytest.fixture
def copy(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The reader as the page has it, under another name, and named in the list as the page says."""
    source = quoted("claims/imports/reading/formats/flat_reviews.py", "recognise")
    module = ModuleType("copied_reviews")
    vars(module).update({name: value for name, value in vars(flat_reviews).items() if name[:2] != "__"})
    exec(source.replace('"reviews"', '"copied"'), vars(module))  # noqa: S102  it is what our own page says
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(recipe, "FORMATS", (module, *recipe.FORMATS))
    return module


def test_a_reader_in_the_list_is_all_that_an_import_format_takes(copy: ModuleType) -> None:
    file = opened(lines([{"statement": STATEMENTS["ja"]}, {"statement": {"text": "x"}}]))
    found: Any = recipe.detect_format(file)
    assert found == (copy, {})
    record, refusal = found[0].read(file, found[1])
    assert record.fields == {"statement": STATEMENTS["ja"]}
    assert (refusal.location.position, refusal.code) == ("line 2", "not a plain value")


def test_a_parameter_in_the_class_is_all_that_an_api_filter_takes() -> None:
    """Read, asked of the ledger, and described to OpenAPI."""
    source = quoted("claims/ledger/queries/claim_filters.py", "appears_in")
    names: dict[str, Any] = {}
    exec(source, vars(claim_filters) | {}, names)  # noqa: S102  it is what our own page says
    declared: Parameter = names["appears_in"]
    query_class = type("CopiedQuery", (ClaimListQuery,), {"copied": declared})
    query: Any = query_class(QueryDict("copied=7,8"), Publication.objects.all(), request=HttpRequest())
    sql = str(query.qs.query)
    assert '"appears_in_ids" && ' in sql
    assert query.filter_values["copied"] == [7, 8]
    assert declared.to_openapi("copied")["description"].startswith(
        "Id of a source that the claim appears in."
    )

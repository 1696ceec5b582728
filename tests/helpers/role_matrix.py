"""Permissions, read from docs/roles.md for the tests that try them."""

import re
from functools import cache

from django.conf import settings

#: The letters of the tables, and which role each is; N has none. A cell has the lowest role that may.
ROLES = {
    "N": "",
    "C": "Contributor",
    "F": "Fact-checker",
    "E": "Editor",
    "A": "Administrator",
    "S": "superuser",
}
_WHO = re.compile(r"[–NCFEAS](/[–NCFEAS])?")
_GROUP = re.compile(r"\*\*([–NCFEAS])[:,*]")
_NAMED = re.compile(r"`([^`]+)`")


def _from(letter: str) -> set[str]:
    """Return the role with this letter and those above it."""
    letters = "".join(ROLES)
    return set(letters[letters.index(letter) :]) if letter in ROLES else set()


@cache
def tables() -> dict[str, dict[str, dict[str, set[str]]]]:
    """Return, by heading, name and action, the roles that may. A list under a letter has the action `who`."""
    found: dict[str, dict[str, dict[str, set[str]]]] = {}
    heading, columns, letter = "", [""], ""
    for line in (settings.BASE_DIR / "docs" / "roles.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            heading, columns, letter = line.removeprefix("## "), [], ""
            continue
        if line.startswith("|"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if not columns:
                columns = cells
            elif named := _NAMED.search(cells[0]):
                found.setdefault(heading, {})[named[1]] = _read_row(columns, cells)
            continue
        if group := _GROUP.match(line):
            letter = group[1]
        if letter:
            for name in _NAMED.findall(line):
                found.setdefault(heading, {})[name] = {"who": _from(letter)}
    return found


def _read_row(columns: list[str], cells: list[str]) -> dict[str, set[str]]:
    """Return the permissions for the rows of a model: `C/F` is F for other people's rows."""
    row = {}
    for column, cell in zip(columns, cells, strict=True):
        if _WHO.fullmatch(cell):
            own, _, others = cell.partition("/")
            row[column] = _from(own)
            if others:
                row[f"{column} others'"] = _from(others)
    return row | {"download": row["list"]}

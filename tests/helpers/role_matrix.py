"""The tables of docs/roles.md: who may do what. Tests walk them, so that what people read there is what is so."""

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
_WHO = re.compile(r"[–NCFEAS]")
_NAMED = re.compile(r"`([^`]+)`")


def _from(letter: str) -> set[str]:
    """Return the role with this letter and those above it."""
    letters = "".join(ROLES)
    return set(letters[letters.index(letter) :]) if letter in ROLES else set()


@cache
def tables() -> dict[str, dict[str, dict[str, set[str]]]]:
    """By heading: by what is named in the first column, by what is done, who may."""
    found: dict[str, dict[str, dict[str, set[str]]]] = {}
    heading, columns = "", [""]
    for line in (settings.BASE_DIR / "docs" / "roles.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            heading, columns = line.removeprefix("## "), []
        elif line.startswith("|") and not line.startswith("|--"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if not columns:
                columns = cells
            elif named := _NAMED.search(cells[0]):
                told = zip(columns, cells, strict=True)
                found.setdefault(heading, {})[named[1]] = {
                    column: _from(cell) for column, cell in told if _WHO.fullmatch(cell)
                }
    return found

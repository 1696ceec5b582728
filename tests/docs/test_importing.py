"""docs/importing.md is true: every format and every field is there, and nothing else."""

import re

from django.conf import settings

from claims.imports.reading.raw_record import FIELDS
from claims.imports.reading.recipe import FORMATS

TEXT = (settings.BASE_DIR / "docs" / "importing.md").read_text()


def test_formats() -> None:
    table = TEXT[TEXT.index("| `--format`") : TEXT.index("A file's format")]
    named = [
        name
        for line in table.splitlines()[2:]
        if line
        for name in re.findall(r"`([a-z-]+)`", line.split("|")[1])
    ]
    assert sorted(named) == sorted(one.NAME for one in FORMATS)


def test_fields() -> None:
    section = TEXT.partition("\n## Fields\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", section, flags=re.MULTILINE)
    assert dict(rows) == dict(FIELDS)

"""There is one version: what pyproject.toml says, the API, exports and the changelog say too."""

import re
from pathlib import Path

from factcheck.installation.version import read_version
from factcheck.routes import build_openapi

ROOT = Path(__file__).parents[2]


def test_the_api_has_it() -> None:
    assert build_openapi()["info"]["version"] == read_version()


def test_the_contract_has_it() -> None:
    text = (ROOT / "tests" / "contracts" / "openapi.yaml").read_text(encoding="utf-8")
    assert re.findall(r"^  version: (\S+)$", text, flags=re.MULTILINE)[0] == read_version()


def test_the_changelog_begins_with_it() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\S+)", text, flags=re.MULTILINE)[0] == read_version()


def test_nothing_else_writes_it_down() -> None:
    """`GET /api/v1/` names the resources, not the version, so no second number is kept."""
    written = [
        path.relative_to(ROOT).as_posix()
        for folder in ("factcheck", "claims", "sources")
        for path in (ROOT / folder).rglob("*.py")
        if f'"{read_version()}"' in path.read_text(encoding="utf-8")
    ]
    assert written == []

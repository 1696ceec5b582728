"""Lighthouse thinks well of every kind of page that readers see: how it works, how it is found, who can use it.

Its packages are installed by `.ci/run`, or by hand: `npm ci --prefix tests/lighthouse`.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from claims.models import Claim, Claimant
from tests.helpers.browser import NAMES
from tests.helpers.kept_newsroom import checker, claimant, editor, publish
from tests.helpers.kept_site import kept_rows, site
from tests.helpers.reader_site import pages_of_readers

__all__ = ["checker", "claimant", "editor", "kept_rows", "publish", "site"]  # fixtures

pytestmark = [pytest.mark.slow, pytest.mark.browser]

FOLDER = Path(__file__).parent
#: The least that each category must come to, of 100.
LEAST = 95
#: A measurement may be disturbed by what else the machine does; a page that is really slow is so each time.
TRIES = 3
#: Search engines are asked not to list these, which Lighthouse takes for a mistake.
UNLISTED = {"version", "withdrawn", "nothing found"}
#: It does not audit what answers with an error.
NOT_AUDITED = {"not found"}

BROWSER = next(filter(None, map(shutil.which, NAMES)), None)
MISSING = [
    *([] if shutil.which("node") else ["Node.js is not installed"]),
    *([] if BROWSER else [f"none of {', '.join(NAMES)} is on the PATH"]),
    *(
        []
        if (FOLDER / "node_modules" / "lighthouse").is_dir()
        else ["its packages are missing: npm ci --prefix tests/lighthouse"]
    ),
]


def test_continuous_integration_has_what_it_takes() -> None:
    """Skipped there, the audits would be green for nothing."""
    assert not MISSING or not os.environ.get("CI")


@pytest.fixture(scope="module")
def audited(
    site: str, publish: Callable[..., Claim], claimant: Claimant, editor: User
) -> dict[str, dict[str, Any]]:
    if MISSING:
        pytest.skip(f"Lighthouse cannot be run: {'; '.join(MISSING)}.")
    pages = {
        name: site + path
        for name, path in pages_of_readers(publish, claimant, editor).items()
        if name not in NOT_AUDITED
    }
    asked = {"addresses": pages, "sandbox": os.geteuid() != 0, "tries": TRIES, "least": LEAST}
    done = subprocess.run(
        ["node", "audit.js"],
        cwd=FOLDER,
        input=json.dumps(asked),
        env=os.environ | {"CHROME_PATH": str(BROWSER)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, Any]] = json.loads(done.stdout)
    assert list(found) == list(pages), done.stderr
    Path("/tmp/data-claimpage/lh.json").write_text(done.stdout); Path("/tmp/data-claimpage/lh.err").write_text(done.stderr)
    return found


@pytest.mark.parametrize("category", ["performance", "accessibility", "best-practices", "seo"])
def test_every_page_comes_to_enough(audited: dict[str, dict[str, Any]], category: str) -> None:
    low = {
        name: (page["scores"][category], page["failed"][category])
        for name, page in audited.items()
        if page["scores"][category] < LEAST and not (category == "seo" and name in UNLISTED)
    }
    assert low == {}


def test_pages_that_are_not_to_be_listed_lack_nothing_else(audited: dict[str, dict[str, Any]]) -> None:
    for name in UNLISTED:
        assert [audit.partition(" ")[0] for audit in audited[name]["failed"]["seo"]] == ["is-crawlable"], name


def test_nothing_moves(audited: dict[str, dict[str, Any]]) -> None:
    assert {name: page["shifts"] for name, page in audited.items() if page["shifts"]} == {}


def test_packages_are_pinned_without_naming_where_they_come_from() -> None:
    locked = json.loads((FOLDER / "package-lock.json").read_text())["packages"]
    packages = {name: package for name, package in locked.items() if name}
    assert packages
    assert [name for name, package in packages.items() if "integrity" not in package] == []
    assert [name for name, package in packages.items() if "resolved" in package] == []

"""Lighthouse rates every kind of page that readers see highly: how it works and how it is found.

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
from tests.helpers.browser import NAMES, SHELL
from tests.helpers.reader_site import pages_of_readers
from tests.helpers.shared_newsroom import checker, claimant, editor, publish
from tests.helpers.shared_site import shared_rows, site

__all__ = ["checker", "claimant", "editor", "publish", "shared_rows", "site"]  # fixtures

pytestmark = [pytest.mark.slow, pytest.mark.browser]

FOLDER = Path(__file__).parent
#: The least that each category must come to, of 100.
LEAST = 95
#: Cumulative layout shift from which a page counts as moving: a tenth of what https://web.dev/articles/cls calls good.
SHIFT = 0.01
#: Other work of the machine may disturb a measurement; a slow page is slow each time.
TRIES = 5
#: Search engines are asked not to list these, which Lighthouse takes for a mistake.
UNLISTED = {"version", "withdrawn", "nothing found", "facets"}
CATEGORIES = ("performance", "best-practices", "seo")
#: It does not audit what answers with an error.
NOT_AUDITED = {"not found"}

BROWSER = next(filter(None, map(shutil.which, (SHELL, *NAMES))), None)
MISSING = [
    *([] if shutil.which("node") else ["Node.js is not installed"]),
    *([] if BROWSER else [f"none of {', '.join(NAMES)} is on the PATH"]),
    *(
        []
        if (FOLDER / "node_modules" / "lighthouse").is_dir()
        else ["its packages are missing: npm ci --prefix tests/lighthouse"]
    ),
]


def audited(pages: dict[str, str]) -> dict[str, dict[str, Any]]:
    """What Lighthouse says of each page."""
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
    return found


def wrong_with(name: str, page: dict[str, Any]) -> list[str]:
    """The categories in which a page comes to too little, with the audits that it fails, and what moved on it."""
    wrong = []
    for category in CATEGORIES:
        failed = page["failed"][category]
        if category == "seo" and name in UNLISTED:
            failed = [audit for audit in failed if audit.partition(" ")[0] != "is-crawlable"]
            wrong += [f"seo: {audit}" for audit in failed]
        elif page["scores"][category] < LEAST:
            wrong.append(f"{category}: {page['scores'][category]}, {failed}")
    return wrong + ([f"moves by {page['shifts']}"] if page["shifts"] >= SHIFT else [])


# One test, and not one of each page: what runs tests in parallel would audit all pages in each process.
@pytest.mark.skipif(bool(MISSING), reason=f"Lighthouse cannot be run: {'; '.join(MISSING)}.")
def test_every_page_comes_to_enough(
    site: str, publish: Callable[..., Claim], claimant: Claimant, editor: User
) -> None:
    paths = pages_of_readers(publish, claimant, editor)
    found = audited({name: site + path for name, path in paths.items() if name not in NOT_AUDITED})
    assert {name: wrong for name, page in found.items() if (wrong := wrong_with(name, page))} == {}


def test_packages_are_pinned_without_naming_where_they_come_from() -> None:
    locked = json.loads((FOLDER / "package-lock.json").read_text())["packages"]
    packages = {name: package for name, package in locked.items() if name}
    assert packages
    assert [name for name, package in packages.items() if "integrity" not in package] == []
    assert [name for name, package in packages.items() if "resolved" in package] == []

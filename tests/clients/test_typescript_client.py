"""A program in TypeScript whose types openapi-typescript makes of the OpenAPI document.

Its packages are installed by `.ci/run`, or by hand: `npm ci --prefix tests/clients`.
"""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.clients.conftest import ARTICLE, Site

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).parent
MODULES = FOLDER / "node_modules"
PROGRAM = ("client.ts", "process.d.ts", "package.json", "tsconfig.json")

needs_packages = pytest.mark.skipif(
    not (shutil.which("node") and (MODULES / ".bin" / "tsc").exists()),
    reason="Node.js or its packages are missing: npm ci --prefix tests/clients",
)


def run(*command: str | Path, folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@needs_packages
@pytest.mark.django_db(transaction=True)
def test_typed_program_compiles_and_runs(document: Path, site: Site) -> None:
    folder, tools = document.parent, MODULES / ".bin"
    for name in PROGRAM:
        shutil.copy(FOLDER / name, folder)
    (folder / "node_modules").symlink_to(MODULES)
    run(tools / "openapi-typescript", document, "-o", "schema.d.ts", folder=folder)
    run(tools / "tsc", "--project", "tsconfig.json", folder=folder)
    said = json.loads(run("node", "client.js", site.url, ARTICLE, folder=folder))
    verdict = site.bridge.verdicts.get()
    assert said == {
        "count": 1,
        "statement": "The bridge cost 40 million euros.",
        "label": f"{verdict.publisher.name}: False",
        "found": [[site.bridge.pk]],
        "absent": 404,
        "refused": ["page_size"],
    }


def test_packages_are_pinned_without_naming_where_they_come_from() -> None:
    locked = json.loads((FOLDER / "package-lock.json").read_text())["packages"]
    packages = {name: package for name, package in locked.items() if name}
    assert packages
    assert [name for name, package in packages.items() if "integrity" not in package] == []
    assert [name for name, package in packages.items() if "resolved" in package] == []

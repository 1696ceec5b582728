"""The clients as packages: built, installed in a folder of their own, and used against a running site."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.contrib.auth.models import User

from claims.models import Scope
from claims.newsroom import api_tokens
from factcheck.installation.environment import Rate
from factcheck.installation.version import version
from tests.clients.conftest import ARTICLE, Site
from tests.clients.test_typescript_client import MODULES, needs_packages

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

FOLDER = Path(__file__).parent
CLIENTS = project.BASE_DIR / "docs" / "examples" / "clients"


def run(*command: str | Path, folder: Path, **environment: str) -> str:
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def build(into: Path, which: str) -> Path:
    """The one package that was built."""
    run(
        *(sys.executable, CLIENTS / "build.py", "--into", into, "--only", which, "--node-modules", MODULES),
        folder=project.BASE_DIR,
    )
    [package] = into.iterdir()
    return package


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("wheel"), "python")


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the wheel and nothing of this project; what it needs is in the environment."""
    folder = tmp_path_factory.mktemp("installed")
    run(sys.executable, "-m", "uv", "pip", "install", "--no-deps", "--target", folder, wheel, folder=folder)
    return folder


@pytest.fixture(scope="module")
def tarball(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("tarball"), "typescript")


@pytest.fixture(scope="module")
def compiled(tarball: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a program was compiled that has nothing but the tarball."""
    folder = tmp_path_factory.mktemp("program")
    (folder / "package.json").write_text('{"type": "module", "private": true}')
    run("npm", "install", "--offline", "--no-audit", "--no-fund", "--silent", tarball, folder=folder)
    shutil.copy(FOLDER / "packaged_program.ts", folder)
    shutil.copy(FOLDER / "process.d.ts", folder)
    run(
        *(MODULES / ".bin" / "tsc", "--strict", "--noUncheckedIndexedAccess", "--target", "es2022"),
        *("--module", "nodenext", "packaged_program.ts", "process.d.ts"),
        folder=folder,
    )
    return folder


@pytest.fixture
def token(checker: User) -> str:
    _token, secret = api_tokens.issue(checker, name="Tool", scopes=[Scope.READ, Scope.WRITE], days=1)
    return secret


@pytest.fixture
def expected(site: Site) -> dict[str, Any]:
    """What programs in any language find."""
    bridge, ferry = site.bridge.pk, site.ferry.pk
    return {
        "listed": [ferry, bridge],
        "found": ["The bridge cost 40 million euros."],
        "from memory": ["", "1"],
        "same": True,
        "matched": [["same", bridge]],
        "looked up": [[bridge]],
        "changes": [bridge, ferry],
        "absent": 404,
        "refused": ["page_size"],
        "made once": True,
    }


@pytest.fixture
def few(settings: Any) -> None:
    """Three requests in three seconds are answered."""
    settings.RATE_LIMIT_ANONYMOUS = Rate(3, 3)


def test_python(installed: Path, site: Site, token: str, expected: dict[str, Any]) -> None:
    program = FOLDER / "packaged_program.py"
    said = run(
        *(sys.executable, program, "use", site.url, token, ARTICLE),
        folder=installed,
        PYTHONPATH=str(installed),
    )
    assert json.loads(said) == expected | {
        "changed": "2026-02-28",
        "without scope": 403,
        "named": ["The bridge cost 40 million euros."],
        "newer": ["disputed", True, False],
        "parts": False,
        "at once": expected["listed"],
    }


def test_python_is_typed(installed: Path, tmp_path: Path) -> None:
    assert (installed / "factcheck_client" / "py.typed").exists()
    shutil.copy(FOLDER / "packaged_program.py", tmp_path)
    run(
        *(sys.executable, "-m", "mypy", "--strict", "--no-incremental", "--follow-imports=silent"),
        *("--config-file", "/dev/null", "--cache-dir", tmp_path / "cache", "packaged_program.py"),
        folder=tmp_path,
        MYPYPATH=str(installed),
    )
    own = sorted(path.name for path in (CLIENTS / "python" / "factcheck_client").glob("*.py"))
    run(
        *(sys.executable, "-m", "mypy", "--strict", "--no-incremental", "--follow-imports=silent"),
        *("--config-file", "/dev/null", "--cache-dir", tmp_path / "cache"),
        *(installed / "factcheck_client" / name for name in own),
        folder=installed,
    )


def test_python_waits_when_told_to(installed: Path, site: Site, few: None) -> None:
    program = FOLDER / "packaged_program.py"
    said = run(sys.executable, program, "wait", site.url, folder=installed, PYTHONPATH=str(installed))
    assert json.loads(said) == {"patient": [200] * 4, "hasty": 429, "wait": True}


@needs_packages
def test_typescript(compiled: Path, site: Site, token: str, expected: dict[str, Any]) -> None:
    said = run("node", "packaged_program.js", "use", site.url, token, ARTICLE, folder=compiled)
    assert json.loads(said) == expected


@needs_packages
def test_typescript_waits_when_told_to(compiled: Path, site: Site, few: None) -> None:
    said = run("node", "packaged_program.js", "wait", site.url, folder=compiled)
    assert json.loads(said) == {"patient": [200] * 4, "hasty": 429}


def test_packages_have_the_version_of_the_api(wheel: Path) -> None:
    assert wheel.name == f"factcheck_client-{version()}-py3-none-any.whl"


def test_packages_are_pinned_without_naming_where_they_come_from() -> None:
    locked = json.loads((CLIENTS / "typescript" / "package-lock.json").read_text())["packages"]
    packages = [package for name, package in locked.items() if name]
    assert packages
    assert [package for package in packages if "integrity" not in package or "resolved" in package] == []

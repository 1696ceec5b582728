"""The clients as packages: built, installed in a folder of their own, and used against a running site."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.conf import settings as project
from django.contrib.auth.models import User

from claims.ledger.house_signature import get_public_key
from claims.ledger.proofs.checkpoints import sign_ledger
from claims.models import Scope
from claims.newsroom import api_tokens
from factcheck.installation.environment import Rate
from factcheck.installation.version import read_version
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
    """A folder with the wheel and no other files of this project; its dependencies are in the environment."""
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
        *("--module", "nodenext", "--skipDefaultLibCheck", "packaged_program.ts", "process.d.ts"),
        folder=folder,
    )
    return folder


@pytest.fixture
def token(checker: User) -> str:
    _token, secret = api_tokens.issue_token(checker, name="Tool", scopes=[Scope.READ, Scope.WRITE], days=1)
    return secret


@pytest.fixture
def expected(site: Site) -> dict[str, Any]:
    """What programs in any language find."""
    bridge, ferry = site.bridge.pk, site.ferry.pk
    return {
        "listed": [ferry, bridge],
        "found": ["The bridge cost 40 million euros.", "False"],
        "views": [["context", "id"], ["context", "id"], ["id"]],
        "same": True,
        "matched": [["same", bridge]],
        "looked up": [[bridge]],
        "changes": [bridge, ferry],
        "absent": 404,
        "refused": ["page_size"],
        "made once": True,
        "changed": "2026-02-28",
    }


#: What a site of a later version answers: a status, a class, a key and a kind of change that this one does not know.
LATER = {
    "id": 7,
    "status": "disputed",
    "mood": "calm",
    "statement": "It rained.",
    "url": "https://later.example/claims/7/",
    "verdicts": [
        {"publisher": {"name": "Later"}, "rating": {"label": "Overdone", "rating_class": "exaggerated"}}
    ],
}
#: The change by which it came, of a kind and with an event that this version does not know.
CHANGE = {
    "sequence": 1,
    "event": "claim.split",
    "kind": "split",
    "claim_id": 7,
    "published_at": "2031-01-01T00:00:00Z",
    "note": "",
    "claim": LATER,
}
CAME_THROUGH = ["disputed", "exaggerated", "calm", "split", 7]


@pytest.fixture
def later_site() -> Iterator[str]:
    """A site of a later version."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            changes = self.path.startswith("/api/v1/changes/")
            page = {"results": [CHANGE if changes else LATER], "next": None, "more": False, "hint": "new"}
            body = json.dumps(LATER if self.path == "/api/v1/claims/7/" else page).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


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
    both = [expected["listed"], expected["changes"], expected["listed"][:1]]
    assert json.loads(said) == expected | {"followed": [1, 2], "at once": both}


def test_python_is_typed(installed: Path, tmp_path: Path) -> None:
    assert (installed / "factcheck_client" / "py.typed").exists()
    shutil.copy(FOLDER / "packaged_program.py", tmp_path)
    own = sorted((installed / "factcheck_client").glob("*.py"))
    assert len(own) <= 40
    run(
        *(sys.executable, "-m", "mypy", "--strict", "--no-incremental", "--follow-imports=silent"),
        *("--config-file", "/dev/null", "packaged_program.py"),
        *own,
        folder=tmp_path,
        MYPYPATH=str(installed),
    )


def test_python_waits_when_asked_to(installed: Path, site: Site, few: None) -> None:
    program = FOLDER / "packaged_program.py"
    said = run(sys.executable, program, "wait", site.url, folder=installed, PYTHONPATH=str(installed))
    assert json.loads(said) == {"patient": [2] * 4, "hasty": 429, "wait": True}


def test_python_passes_on_unknown_members(installed: Path, later_site: str) -> None:
    program = FOLDER / "packaged_program.py"
    said = run(sys.executable, program, "newer", later_site, folder=installed, PYTHONPATH=str(installed))
    assert json.loads(said) == CAME_THROUGH


def test_command_line(installed: Path, site: Site) -> None:
    def command(*asked: str) -> str:
        program = [sys.executable, "-c", "from factcheck_client.command_line import main; main()"]
        return run(*program, *asked, folder=installed, PYTHONPATH=str(installed), FACTCHECK_SITE=site.url)

    bridge = site.bridge
    shown = f"False (Factcheck Newsroom): {bridge.statement}\n    {project.SITE_URL}/claims/{bridge.pk}/"
    said = [
        command("search", "bridge", "--rating-class", "false"),
        command("get", str(bridge.pk)),
        command("match", bridge.statement).partition(": ")[2],
        command("lookup", ARTICLE).removeprefix(f"{ARTICLE}: "),
    ]
    assert [line[: len(shown)] for line in said] == [shown] * 4
    assert json.loads(command("--json", "get", str(bridge.pk)))["id"] == bridge.pk
    assert [line.split()[2:] for line in command("changes").splitlines()] == [
        ["publication", "of", "claim", str(claim.pk)] for claim in (bridge, site.ferry)
    ]
    assert "nowhere: " in command("lookup", "nowhere")
    sign_ledger()
    assert command("verify", get_public_key()) == "2 entries, 1 checkpoints: nothing was rewritten.\n"


def test_the_command_line_shows_unknown_members(installed: Path, later_site: str) -> None:
    def command(*asked: str) -> str:
        program = [sys.executable, "-c", "from factcheck_client.command_line import main; main()"]
        return run(*program, "--site", later_site, *asked, folder=installed, PYTHONPATH=str(installed))

    shown = "Overdone (Later): It rained.\n    https://later.example/claims/7/\n"
    assert [command("search"), command("get", "7")] == [shown, shown]
    assert command("changes") == "1  2031-01-01T00:00:00Z  split of claim 7\n"
    assert json.loads(command("--json", "get", "7")) == LATER


@needs_packages
def test_typescript(compiled: Path, site: Site, token: str, expected: dict[str, Any]) -> None:
    said = run("node", "packaged_program.js", "use", site.url, token, ARTICLE, folder=compiled)
    assert json.loads(said) == expected


@needs_packages
def test_typescript_waits_when_asked_to(compiled: Path, site: Site, few: None) -> None:
    said = run("node", "packaged_program.js", "wait", site.url, folder=compiled)
    assert json.loads(said) == {"patient": [2] * 4, "hasty": 429, "wait": True}


@needs_packages
def test_typescript_passes_on_unknown_members(compiled: Path, later_site: str) -> None:
    said = run("node", "packaged_program.js", "newer", later_site, folder=compiled)
    assert json.loads(said) == CAME_THROUGH


def test_packages_have_the_version_of_the_api(wheel: Path) -> None:
    assert wheel.name == f"factcheck_client-{read_version()}-py3-none-any.whl"


def test_packages_are_pinned_without_naming_where_they_come_from() -> None:
    locked = json.loads((CLIENTS / "typescript" / "package-lock.json").read_text())["packages"]
    packages = [package for name, package in locked.items() if name]
    assert packages
    assert [package for package in packages if "integrity" not in package or "resolved" in package] == []

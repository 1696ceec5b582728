"""What operators copy from docs/ into a shell, a database or a configuration does what it should."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from tests.helpers.database import administration
from tests.helpers.nginx_syntax import refused_by_nginx

DOCS = settings.BASE_DIR / "docs"
UNITS = sorted((settings.BASE_DIR / "deploy" / "systemd").glob("*.service"))


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(
        rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )


def block(page: str, language: str, containing: str) -> str:
    [found] = [text for text in blocks(DOCS / page, language) if containing in text]
    return found


def test_nginx_accepts_the_shown_configuration(tmp_path: Path) -> None:
    """Each block unchanged, in one of its possible places."""
    shown = [(page.name, text) for page in sorted(DOCS.glob("*.md")) for text in blocks(page, "nginx")]
    assert len(shown) >= 3
    places = ("%s", "server { %s }", "server { location / { %s } }")
    complaints = {
        (page, text): [refused_by_nginx(place % f"\n{text}\n", tmp_path) for place in places]
        for page, text in shown
    }
    assert {shown: said for shown, said in complaints.items() if all(said)} == {}


def test_the_last_step_of_the_wheel_works_without_settings(tmp_path: Path) -> None:
    last = block("installing.md", "sh", "--require-hashes").splitlines()[-1]
    program = f"{shlex.quote(sys.executable)} {settings.BASE_DIR / 'manage.py'}"
    done = subprocess.run(
        ["sh", "-c", last.replace("/opt/factcheck/bin/factcheck", program)],
        cwd=tmp_path,
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "import_claims" in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("useradd") is None, reason="only root makes users, with useradd"
)
def test_section_about_systemd_makes_all_that_the_units_need(tmp_path: Path) -> None:
    for name in ("passwd", "group", "shadow", "gshadow"):
        (tmp_path / "etc" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "etc" / name).touch()
    (tmp_path / "etc" / "systemd" / "system").mkdir(parents=True)
    commands = block("installing.md", "sh", "useradd").replace("/etc/", f"{tmp_path}/etc/")
    commands = commands.replace("useradd ", f"useradd --prefix {tmp_path} ")
    written = f'systemctl() {{ echo "$*" >>{tmp_path}/systemctl; }}\n{commands}'
    subprocess.run(["bash", "-euc", written], cwd=settings.BASE_DIR, check=True)

    text = "\n".join(unit.read_text() for unit in UNITS)
    users = {line.split(":")[0] for line in (tmp_path / "etc" / "passwd").read_text().splitlines()}
    assert users == set(re.findall(r"^User=(.+)$", text, flags=re.MULTILINE))
    needed = re.findall(r"^(?:EnvironmentFile=|LoadCredential=[a-z-]+:)/(etc/.+)$", text, flags=re.MULTILINE)
    assert [path for path in needed if not (tmp_path / path).is_file()] == []
    enabled = re.findall(r"^enable --now (.+)$", (tmp_path / "systemctl").read_text(), flags=re.MULTILINE)
    installed = {path.name for path in (tmp_path / "etc" / "systemd" / "system").iterdir()}
    assert {re.sub("@.*", "@", name) + ".service" for names in enabled for name in names.split()} <= installed


@pytest.mark.django_db
def test_database_of_ones_own_gets_all_extensions() -> None:
    ours = (
        block("operators.md", "sql", "CREATE DATABASE")
        .replace("factcheck", "documented")
        .replace("'…'", "'secret'")
    )
    outside, _, inside = ours.partition("\\c documented\n")
    with administration() as server:
        if server.info.server_version < 170_000:
            pytest.skip("PostgreSQL 16 has no locale provider of its own; the page says what to write there.")
        try:
            for statement in filter(str.strip, re.sub("--.*", "", outside).split(";")):
                server.execute(statement)
            with administration("documented") as new:
                for statement in filter(str.strip, inside.split(";")):
                    new.execute(statement)
                made = {name for (name,) in new.execute("SELECT extname FROM pg_extension")}
        finally:
            server.execute("DROP DATABASE IF EXISTS documented WITH (FORCE)")
            server.execute("DROP ROLE IF EXISTS documented, documented_owner")
    with connection.cursor() as cursor:
        cursor.execute("SELECT extname FROM pg_extension")
        assert made == {name for (name,) in cursor.fetchall()}
    listed = (DOCS / "operators.md").read_text().partition("with the extensions")[2].partition("(")[0]
    assert made == {"plpgsql", *re.findall("`([a-z_]+)`", listed)}

"""The settings as a whole: what the command line says when they are wrong, and that they are documented."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from factcheck.installation.environment import ENVIRONMENT

PRODUCTION = {
    "SECRET_KEY": "k" * 25 + "0123456789" + "abcdefghijklmnopqrstuvwxyz",
    "SITE_URL": "https://facts.example.org",
    "TRUST_PROXY": "1",
}


def manage(tmp_path: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "DATABASE_URL") if name in os.environ}
    return subprocess.run(
        [sys.executable, settings.BASE_DIR / "manage.py", *arguments],
        env=inherited | {"DATA_DIR": str(tmp_path / "data")} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "maybe"),
        ("DATABASE_URL", "postgresql://db:port/facts"),
        ("SITE_URL", "facts.example.org"),
        ("REQUIRED_SIGNOFFS", "0"),
        ("PORT", "80000"),
        ("TIME_ZONE", "Europe/Atlantis"),
        ("LANGUAGE_CODE", "tlh"),
        ("EMAIL_URL", "mail"),
        ("DATA_DIR", "/proc/nowhere"),
        ("OPENID_SERVER_URL", "https://id.example.org"),
        ("RATE_LIMIT_ANONYMOUS", "600"),
        ("NUM_PROXIES", "2"),
        ("EMBEDDER", "openai"),
        ("EMBEDDER", "endpoint"),
        ("EMBEDDER_URL", "vectors.example.org"),
    ],
)
def test_wrong_variable_is_one_sentence(tmp_path, name, value):
    said = manage(tmp_path, "check", **{"FACTCHECK_DEMO": "1"} | {name: value})
    assert said.returncode == 1
    assert said.stdout == ""
    assert name in said.stderr
    assert len(said.stderr.splitlines()) == 1


@pytest.mark.slow
def test_secret_key_has_no_default(tmp_path):
    said = manage(tmp_path, "check")
    assert said.returncode == 1
    assert said.stderr.startswith("SECRET_KEY is not set.")
    assert not (tmp_path / "data").exists()


@pytest.mark.slow
def test_documented_production_settings_pass_the_deployment_check(tmp_path):
    server = {"DATABASE_URL": "postgresql://factcheck@db.example.org/factcheck"}
    said = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION | server)
    assert said.stderr + said.stdout == "System check identified no issues (2 silenced).\n"
    assert said.returncode == 0


@pytest.mark.slow
def test_cookies_are_secure_if_the_site_uses_https(tmp_path):
    show = "from django.conf import settings as s; print(s.SESSION_COOKIE_SECURE, s.SECURE_SSL_REDIRECT, s.DEBUG)"
    said = manage(tmp_path, "shell", "--no-imports", "--command", show, **PRODUCTION)
    assert said.stdout.splitlines()[-1] == "True True False"


@pytest.mark.slow
def test_demo_checks_no_links_and_notifies_no_service(tmp_path):
    show = "from django.conf import settings as s; print(s.LINK_CHECKS, [s.INDEXNOW_KEY], s.WEBSUB_HUBS)"
    services = {"INDEXNOW_KEY": "0123456789abcdef", "WEBSUB_HUBS": "https://hub.example.org/"}
    printed = [
        manage(tmp_path, "shell", "--no-imports", "--command", show, **environment).stdout.splitlines()[-1]
        for environment in (PRODUCTION | services, {"FACTCHECK_DEMO": "1"} | services)
    ]
    assert printed == ["True ['0123456789abcdef'] ['https://hub.example.org/']", "False [''] []"]


def test_every_variable_is_documented_with_its_default_and_no_other():
    table = (settings.BASE_DIR / "docs" / "environment-variables.md").read_text()
    rows = re.findall(r"^\| `([A-Z0-9_]+)` \| [^|]+ \|([^|]*)\|$", table, flags=re.MULTILINE)
    documented = {name: default.replace("`", "").strip() for name, default in rows}
    assert documented == {name: variable.default for name, variable in ENVIRONMENT.items()}


def test_production_variables_of_the_handbook_are_the_ones_tested_here():
    text = (settings.BASE_DIR / "docs" / "environment-variables.md").read_text()
    example = text.partition("```env\n")[2].partition("```")[0]
    assert {line.partition("=")[0] for line in example.splitlines() if line} == set(PRODUCTION) | {
        "DATABASE_URL"
    }

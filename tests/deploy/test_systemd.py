"""Units for systemd: what the system takes away from our programs, as systemd itself judges it."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from procrastinate.contrib.django import app

from factcheck.web.serving import GRACE_SECONDS, WORKER_QUEUES

UNITS = sorted((settings.BASE_DIR / "deploy" / "systemd").glob("*.service"))
#: The unit that needs no external database server.
WHOLE = next(unit for unit in UNITS if unit.stem == "factcheck")
SERVING = [
    unit for unit in UNITS if unit.stem in ("factcheck-web", "factcheck-worker@", "factcheck-deliveries")
]
#: The worst exposure level that is good enough: systemd calls 4 and less OK.
WORST = 3.0


@pytest.fixture
def systemd_analyze() -> str:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("The program systemd-analyze is not there.")
    return program


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_exposure_is_low(unit: Path, systemd_analyze: str) -> None:
    command = [systemd_analyze, "security", "--offline=true", f"--threshold={WORST * 10:.0f}", str(unit)]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr
    found = re.search(r"Overall exposure level for \S+: (\d+\.\d)", said.stdout)
    assert found is not None
    assert float(found[1]) <= WORST


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_knows_every_word(unit: Path, systemd_analyze: str, tmp_path: Path) -> None:
    """`verify` wants programs that are there; so they are looked for in this folder."""
    program = tmp_path / "factcheck"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    copy = tmp_path / unit.name
    copy.write_text(unit.read_text().replace("/opt/factcheck/bin/factcheck", str(program)))
    command = [systemd_analyze, "verify", "--man=no", "--recursive-errors=no", str(copy)]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (said.returncode, said.stderr) == (0, "")


def test_web_and_worker_are_confined_alike() -> None:
    confined = [
        unit.read_text().partition("# Settings are in")[2].partition("\n[Install]")[0] for unit in SERVING
    ]
    assert len(confined) == 3
    assert len(set(confined)) == 1
    assert confined[0] != ""


def test_migrations_are_confined_as_they_are() -> None:
    takes_away = [
        unit.read_text().partition("# Nothing of the machine")[2].partition("\n[Install]")[0].strip()
        for unit in UNITS
    ]
    assert len(takes_away) == 5
    assert len(set(takes_away)) == 1


def test_only_migrations_know_the_owner_of_the_tables_and_run_as_their_own_user() -> None:
    [migrate] = set(UNITS) - {WHOLE, *SERVING}
    text = migrate.read_text()
    assert "LoadCredential=owner-database-url:/etc/factcheck/owner-database-url\n" in text
    assert "OWNER_DATABASE_URL_FILE=%d/owner-database-url" in text
    assert "DynamicUser=yes" in text
    for unit in SERVING:
        assert "owner" not in unit.read_text()
        assert "migrate --no-input" not in unit.read_text()


def test_secrets_are_files_that_others_cannot_read() -> None:
    for unit in set(UNITS) - {WHOLE}:
        text = unit.read_text()
        known = re.findall(r"^LoadCredential=([a-z-]+):/etc/factcheck/\1$", text, flags=re.MULTILINE)
        assert known[:2] == ["secret-key", "database-url"]
        assert len(known) == (2 if unit in SERVING else 3)
        assert "SECRET_KEY_FILE=%d/secret-key DATABASE_URL_FILE=%d/database-url" in text


def test_nothing_stays_down_because_the_database_was_away_at_first() -> None:
    """What fails is started again, however often; and nothing waits for another unit to succeed."""
    found = {
        unit.stem: (
            *re.findall(r"^(?:Restart|StartLimitIntervalSec)=(.+)$", unit.read_text(), flags=re.MULTILINE),
            *re.findall(r"^(?:Requires|BindsTo|Requisite|PartOf)=", unit.read_text(), flags=re.MULTILINE),
        )
        for unit in UNITS
    }
    assert found == {
        "factcheck": ("0", "always"),
        "factcheck-deliveries": ("0", "always"),
        "factcheck-migrate": ("0", "on-failure"),
        "factcheck-web": ("0", "always"),
        "factcheck-worker@": ("0", "always"),
    }


def test_the_unit_for_one_machine_has_its_own_database() -> None:
    text = WHOLE.read_text()
    commands = re.findall(r"^(ExecStart\w*)=/opt/factcheck/bin/factcheck (.+)$", text, flags=re.MULTILINE)
    assert commands == [("ExecStartPre", "migrate --no-input"), ("ExecStart", "serve --with-worker")]
    assert re.findall(r"^LoadCredential=(.+)$", text, flags=re.MULTILINE) == [
        "secret-key:/etc/factcheck/secret-key"
    ]
    assert "DATABASE_URL_FILE" not in text


def test_systemd_waits_longer_than_we_take_to_end() -> None:
    patience = {
        unit.name: int(re.findall(r"^TimeoutStopSec=(\d+)$", unit.read_text(), flags=re.MULTILINE)[0])
        for unit in SERVING
    }
    graceful = settings.PROCRASTINATE_WORKER_DEFAULTS["shutdown_graceful_timeout"]
    assert patience == {
        "factcheck-deliveries.service": 90,
        "factcheck-web.service": 30,
        "factcheck-worker@.service": 90,
    }
    assert (GRACE_SECONDS, graceful) == (20, 60)


def test_deliveries_have_a_worker_of_their_own_as_beside_the_site() -> None:
    """Both name the queues that serve's second worker takes, and each of these has tasks."""
    all_of_them, urgent = WORKER_QUEUES
    [deliveries] = [unit for unit in UNITS if unit.stem == "factcheck-deliveries"]
    commands = re.findall(
        r"^ExecStart=\S+ procrastinate worker --queues (.+)$", deliveries.read_text(), re.MULTILINE
    )
    assert (all_of_them, commands) == (None, [",".join(urgent or ())])
    app.perform_import_paths()
    assert set(urgent or ()) <= {task.queue for task in app.tasks.values()}

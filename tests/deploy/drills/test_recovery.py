"""The drill of recovery does with Barman what the documentation says, and no step of it waits for ever."""

from pathlib import Path

import pytest
from django.conf import settings

from deploy.drills import recovery
from factcheck.database.embedded import ServerPaths

PAGE = (settings.BASE_DIR / "docs" / "backups.md").read_text()


def barman(folder: Path, script: str) -> recovery.Barman:
    """Barman, played by a shell script."""
    program = folder / "barman"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return recovery.Barman(str(program), folder, ServerPaths(folder))


def test_nightly_backup_is_the_documented_one(tmp_path: Path) -> None:
    barman(tmp_path, f'shift 2; echo "barman $*" >>{tmp_path}/asked').back_up()
    assert f"# Each night:\n{' && '.join((tmp_path / 'asked').read_text().splitlines())}\n" in PAGE


@pytest.mark.slow
def test_step_that_takes_too_long_ends_the_drill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recovery, "MAX_SECONDS", 0.5)
    keeper = barman(tmp_path, "echo waiting for a segment; exec sleep 60")
    with pytest.raises(
        SystemExit, match=r"^barman switch-wal took more than 0.5 seconds:\nwaiting for a segment"
    ):
        keeper.run("switch-wal")

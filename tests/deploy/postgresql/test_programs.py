"""A failed download is explained in a sentence, and leaves no partial files."""

from pathlib import Path

import pytest

from deploy.postgresql import programs as found
from deploy.postgresql.__main__ import SKIPPED_EXIT_CODE, main


def test_an_unavailable_version_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        found.ProgramsUnavailable, match=r"PostgreSQL 15 is not available here\. Available: \[16, 17, 18\]"
    ):
        found.find_programs(15, tmp_path / "postgresql-15")
    assert main(["15", "--", "true"]) == SKIPPED_EXIT_CODE


def test_the_one_in_the_wheel_needs_no_fetching(tmp_path: Path) -> None:
    folder = found.find_programs(18, tmp_path / "postgresql-18")
    assert (folder / "initdb").exists()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("major", [16, 17])
def test_partial_downloads_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, major: int) -> None:
    monkeypatch.setattr("platform.system", lambda: "Linux")
    monkeypatch.setattr("platform.machine", lambda: "x86_64")

    def fail(*command: str, folder: Path) -> None:
        (folder / "half").write_text("half")
        raise found.ProgramsUnavailable(f"{command[0]} failed")

    monkeypatch.setattr(found, "_run", fail)
    with pytest.raises(found.ProgramsUnavailable):
        found.find_programs(major, tmp_path / f"postgresql-{major}")
    assert list(tmp_path.iterdir()) == []


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(found.ProgramsUnavailable, match="no-such-program is needed"):
        found._run("no-such-program", folder=tmp_path)


def test_without_a_command_it_says_how(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["17"]) == 2
    assert "python -m deploy.postgresql MAJOR -- COMMAND" in capsys.readouterr().out

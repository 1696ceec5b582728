"""Which backups are kept, whatever was made when."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factcheck.backups import generations
from factcheck.backups.backup_folder import BackupFailed, BackupFolder
from factcheck.backups.generations import Generation

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def generation(number: int, days_ago: float, parent: str | None = None) -> Generation:
    moment = NOW - timedelta(days=days_ago)
    return Generation(
        name=f"202611{number:02}T000000Z",
        kind="incremental" if parent else "full",
        parent=parent,
        begun_at=moment,
        finished_at=moment,
        system=1,
        timeline=1,
        start=number * 1000,
        stop=number * 1000 + 500,
        postgresql="18.6",
        program="1.0.0",
        manifest_sha256="0" * 64,
        journal_bytes=0,
        journal_sha256="0" * 64,
        files=0,
    )


def test_each_moment_of_the_days_that_are_kept_can_be_had() -> None:
    """The newest backup before them is where they begin, and it needs what it is based on."""
    full = generation(1, 20)
    old = generation(2, 18, full.name)
    begin = generation(3, 15, old.name)
    other = generation(4, 13)
    last = generation(5, 1, other.name)
    given_up = generation(0, 30)
    everything = [given_up, full, old, begin, other, last]
    assert generations.choose_generations_to_keep(everything, now=NOW, days=14) == {
        one.name for one in everything if one is not given_up
    }
    assert generations.choose_generations_to_keep(everything, now=NOW, days=5) == {other.name, last.name}


@st.composite
def histories(draw: st.DrawFn) -> list[Generation]:
    """Backups in the order of the log, at whatever hours a clock said, each whole or based on any earlier one."""
    made: list[Generation] = []
    for number in range(draw(st.integers(1, 8))):
        parent = draw(st.sampled_from([None, *(one.name for one in made)]))
        made.append(generation(number, draw(st.floats(-400, 400)), parent))
    return made


@given(histories(), st.integers(1, 60))
def test_two_are_kept_despite_wrong_clocks_with_their_base_backups(made: list[Generation], days: int) -> None:
    names = generations.choose_generations_to_keep(made, now=NOW, days=days)
    kept = [one for one in made if one.name in names]
    assert len(kept) >= min(2, len(made))
    assert [generations.build_chain(one, kept)[-1] for one in kept] == kept
    assert {one.name for one in made if one.finished_at >= NOW - timedelta(days=days)} <= names


def test_other_folders_are_not_listed_and_unreadable_ones_are_reported(tmp_path: Path) -> None:
    folder = BackupFolder(tmp_path)
    assert generations.list_generations(folder) == []
    one, other = generation(1, 1), generation(2, 1, "20261101T000000Z")
    folder.generations.mkdir()
    for each in (other, one):
        unfinished = folder.generations / f"{each.name}.unfinished"
        unfinished.mkdir()
        assert each not in generations.list_generations(folder)
        generations.complete_backup(folder, unfinished, each)
    for stray in ("lost+found", "20261103T000000Z.unfinished", "20261104T000000Z.removed"):
        (folder.generations / stray).mkdir()
    assert generations.list_generations(folder) == [one, other]
    generations.remove_generations(folder, [one, other])
    assert [path.name for path in folder.generations.iterdir()] == ["lost+found"]
    (folder.generations / one.name).mkdir()
    with pytest.raises(BackupFailed, match=f"{one.name} cannot be read"):
        generations.list_generations(folder)

"""Gaps of the log, and whether a later backup has closed them."""

from dataclasses import replace
from pathlib import Path

from factcheck.backups.backup_folder import BackupFolder
from factcheck.backups.log_gaps import (
    SEGMENT_BYTES,
    LogGap,
    build_segment_name,
    find_gaps,
    find_open_gaps,
    parse_segment_number,
)
from tests.factcheck.backups.test_generations import generation


def names(timeline: int, *numbers: int) -> list[str]:
    return [build_segment_name(timeline, number * SEGMENT_BYTES) for number in numbers]


def gap(timeline: int, first: int, after: int) -> LogGap:
    return LogGap(*names(timeline, first, after))


#: Archived segments, backups as timeline and segment, all gaps, and those that no backup has closed.
CASES = {
    "none": (names(1, 3, 4, 5), [(1, 3)], [], []),
    "in the middle": (names(1, 3, 4, 7), [(1, 3)], [gap(1, 5, 7)], [gap(1, 5, 7)]),
    "closed by a backup": (names(1, 3, 4, 7, 8), [(1, 3), (1, 8)], [gap(1, 5, 7)], []),
    "around a backup": (names(1, 3, 4, 9), [(1, 3), (1, 7)], [gap(1, 5, 9)], [gap(1, 5, 9)]),
    "right after the backup": (names(1, 6, 7), [(1, 4)], [gap(1, 4, 6)], [gap(1, 4, 6)]),
    "from one file of 4 GB to the next": (names(1, 254, 255, 256, 257), [(1, 254)], [], []),
    "another timeline": (names(1, 3) + names(2, 4, 5), [(1, 3)], [], []),
    "in another timeline": (names(1, 3) + names(2, 4, 6), [(1, 3)], [gap(2, 5, 6)], [gap(2, 5, 6)]),
    "without a backup there is nothing to lose": (names(1, 3, 9), [], [gap(1, 4, 9)], []),
}  # fmt: skip


def test_gaps(tmp_path: Path) -> None:
    found = {}
    for case, (archived, backups, _all_of_them, _still_open) in CASES.items():
        folder = BackupFolder(tmp_path / case)
        folder.wal.mkdir(parents=True)
        for name in [*archived, "00000002.history", f"{archived[0]}.00000028.backup"]:
            (folder.wal / f"{name}.gz").touch()
        listed = [
            replace(generation(day, 0), timeline=timeline, stop=number * SEGMENT_BYTES + 500)
            for day, (timeline, number) in enumerate(backups, 1)
        ]
        found[case] = (archived, backups, find_gaps(folder, listed), find_open_gaps(folder, listed))
    assert found == CASES


def test_only_names_of_segments_have_a_number() -> None:
    segment = build_segment_name(3, 300 * SEGMENT_BYTES + 7)
    assert segment == "00000003000000010000002C"
    assert [
        parse_segment_number(name) for name in (segment, f"{segment}.gz", f"{segment}.00000028.backup.gz")
    ] == [300] * 3
    assert [parse_segment_number(name) for name in ("00000002.history.gz", f".{segment}.17")] == [-1, -1]

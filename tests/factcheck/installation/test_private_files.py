"""Other users of the machine cannot read unpublished files."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage

from factcheck.installation.private_files import make_contents_private, make_private_folder, open_private


def modes(folder: Path) -> dict[str, int]:
    return {
        str(path.relative_to(folder)): stat.S_IMODE(path.stat().st_mode)
        for path in [folder, *sorted(folder.rglob("*"))]
    }


@pytest.fixture(autouse=True)
def open_by_default() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def test_new_folder_and_file_are_closed(tmp_path: Path) -> None:
    folder = make_private_folder(tmp_path / "data" / "reports")
    with open_private(folder / "report") as file:
        file.write(b"x")
    assert modes(folder) == {".": 0o700, "report": 0o600}
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o755


def test_an_open_folder_is_made_private_with_all_its_files(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("x")
    inside = tmp_path / "files" / "ab" / "cd"
    inside.mkdir(parents=True)
    (inside / "page").write_text("x")
    (inside / "link").symlink_to(outside)
    make_contents_private(tmp_path / "files")
    assert modes(tmp_path / "files") == {
        ".": 0o700,
        "ab": 0o700,
        "ab/cd": 0o700,
        "ab/cd/link": 0o644,
        "ab/cd/page": 0o600,
    }
    assert stat.S_IMODE(outside.stat().st_mode) == 0o644
    make_contents_private(tmp_path / "not there")


def test_file_that_was_open_is_closed_when_it_is_written_again(tmp_path: Path) -> None:
    report = tmp_path / "report"
    report.write_text("earlier")
    with open_private(report) as file:
        file.write(b"x")
    assert (report.read_text(), stat.S_IMODE(report.stat().st_mode)) == ("x", 0o600)


def test_files_of_editors_are_closed(tmp_path: Path) -> None:
    options: Any = settings.STORAGES["default"]["OPTIONS"]
    storage = FileSystemStorage(location=tmp_path / "files", **options)
    storage.save("snapshots/ab/page", ContentFile(b"x"))
    assert modes(tmp_path / "files") == {
        ".": 0o700,
        "snapshots": 0o700,
        "snapshots/ab": 0o700,
        "snapshots/ab/page": 0o600,
    }

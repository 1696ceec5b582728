"""Private folders and files for unpublished content."""

import os
import stat
from pathlib import Path
from typing import IO

FOLDER_MODE, FILE_MODE = 0o700, 0o600


def make_private_folder(folder: Path) -> Path:
    """Create a private folder; an existing one is made private with its contents."""
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
    make_contents_private(folder)
    return folder


def make_contents_private(folder: Path) -> None:
    """Make a folder and its contents private, unless the folder already is."""
    if not folder.is_dir() or not folder.stat().st_mode & 0o077:
        return
    for folder_path, folders, files in os.walk(folder):
        for name in folders:
            _restrict(Path(folder_path, name), FOLDER_MODE)
        for name in files:
            _restrict(Path(folder_path, name), FILE_MODE)
    _restrict(folder, FOLDER_MODE)  # last, so that an interrupted run is repeated


def open_private(path: Path) -> IO[bytes]:
    """Open a private file for writing. An existing file is emptied and, if it is ours, made private."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, FILE_MODE)
    status = os.fstat(descriptor)
    if stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid():  # and not the terminal, for example
        os.fchmod(descriptor, FILE_MODE)
    return os.fdopen(descriptor, "wb")


def _restrict(path: Path, mode: int) -> None:
    if not path.is_symlink():
        path.chmod(mode)

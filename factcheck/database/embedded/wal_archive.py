"""The archive of the write-ahead log, for restoring the database to any point in time.

The server runs this file as a program to archive each full segment and to fetch each one that it needs. The server's
account can read few files, so this module imports only the standard library. Archived files are never overwritten and
always complete, and a missing or damaged segment is never mistaken for the end of the log.
"""

import gzip
import os
import re
import shlex
import sys
from contextlib import suppress
from pathlib import Path

#: The names of files in the archive: segments, histories of timelines, and notes about base backups.
NAME_PATTERN = re.compile(r"([0-9A-F]{24})(\.[0-9A-F]{8}\.backup)?|[0-9A-F]{8}\.history")
_SEGMENT_PATTERN = re.compile(r"([0-9A-F]{8})([0-9A-F]{16})\.gz")

#: After this many seconds, even a quiet server archives what it has written.
ARCHIVE_TIMEOUT_SECONDS = 60
#: If this many bytes of log wait to be archived, further segments are discarded, because an unavailable archive must
#: not fill the database's disk.
MAX_WAITING_BYTES = 4 * 2**30

#: PostgreSQL interprets these as "there is no more" and "stop immediately".
_MISSING_STATUS, _DAMAGED_STATUS = 1, 200


def build_archiving_settings(folder: Path) -> dict[str, str]:
    """Return the server settings for archiving its log in this folder and for incremental backups."""
    return {
        "archive_mode": "on",
        "archive_command": _build_command("keep", "%p", "%f", folder),
        "archive_timeout": str(ARCHIVE_TIMEOUT_SECONDS),
        "summarize_wal": "on",
    }


def build_fetching_settings(folder: Path) -> dict[str, str]:
    """Return the settings of a recovering server that only reads its log from this folder."""
    return {
        "archive_mode": "off",
        "restore_command": _build_command("fetch", "%p", "%f", folder),
        "hot_standby": "off",  # it is ready when it has recovered, not before
    }


def _build_command(verb: str, path: str, name: str, folder: Path) -> str:
    arguments = [sys.executable, "-I", "-S", str(Path(__file__)), verb, str(folder)]
    quoted_command = " ".join(shlex.quote(word).replace("%", "%%") for word in arguments)
    return f'{quoted_command} "{path}" "{name}"'


def archive_segment(folder: Path, path: Path, name: str) -> None:
    """Archive a segment. If it was archived before, its contents must be the same.

    Raises:
        FileExistsError: a different segment with that name is archived.
    """
    content, archived = path.read_bytes(), folder / f"{name}.gz"
    if archived.exists():
        if read_contents(archived) != content:
            raise FileExistsError(
                f"{archived} already exists with different contents: another server archives to the same folder."
            )
        return
    part_file = folder / f".{name}.{os.getpid()}"
    try:
        with open(part_file, "xb", opener=_open_private) as file:
            file.write(gzip.compress(content, compresslevel=4, mtime=0))
            file.flush()
            os.fsync(file.fileno())
        _link_name(part_file, archived)
    finally:
        part_file.unlink(missing_ok=True)
    sync_folder(folder)


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _link_name(part_file: Path, target: Path) -> None:
    """Give a file its name with a hard link, which never replaces another file; if links are unsupported, rename it."""
    try:
        os.link(part_file, target)
    except FileExistsError:
        raise
    except OSError:
        part_file.rename(target)


def sync_folder(folder: Path) -> None:
    """Flush a folder's entries to disk, as fsync does for a file's contents."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_contents(archived: Path) -> bytes:
    """Return the content of an archived file.

    Raises:
        OSError, EOFError, zlib.error: the archived file is damaged.
    """
    compressed = archived.read_bytes()
    if not compressed:
        raise EOFError(f"{archived} is empty.")  # gzip would decompress an empty file without an error
    return gzip.decompress(compressed)


def fetch_segment(folder: Path, path: Path, name: str) -> bool:
    """Copy a segment from the archive; return False at the end of the archive.

    Raises:
        LookupError: the segment is missing although later ones are archived.
        OSError, EOFError, zlib.error: the archived file is damaged.
    """
    try:
        content = read_contents(folder / f"{name}.gz")
    except FileNotFoundError:
        backup_copy = path.parent / name
        if not backup_copy.exists() and _has_later_segments(name, folder):
            raise LookupError(f"{name} is missing in {folder}, but later ones exist.") from None
        return False
    path.write_bytes(content)
    return True


def list_segments(folder: Path) -> list[str]:
    """Return the names of archived segments, timeline by timeline, in order."""
    with suppress(FileNotFoundError):
        return sorted(
            entry.name[:24] for entry in os.scandir(folder) if _SEGMENT_PATTERN.fullmatch(entry.name)
        )
    return []


def _has_later_segments(name: str, folder: Path) -> bool:
    """Return whether the archive has later segments on this timeline."""
    return len(name) == 24 and any(
        segment > name for segment in list_segments(folder) if segment[:8] == name[:8]
    )


def _is_backlog_too_large(path: Path) -> bool:
    return (
        sum(entry.stat().st_size for entry in os.scandir(path.parent) if entry.is_file()) > MAX_WAITING_BYTES
    )


def main(arguments: list[str]) -> int:
    """Archive or fetch a segment for the server; the arguments are the verb, the archive folder, a path and a name."""
    verb, folder, path, name = arguments[0], Path(arguments[1]), Path(arguments[2]), arguments[3]
    if not NAME_PATTERN.fullmatch(name):
        return _MISSING_STATUS
    try:
        if verb == "fetch":
            return 0 if fetch_segment(folder, path, name) else _MISSING_STATUS
        archive_segment(folder, path, name)
    except Exception as error:  # noqa: BLE001  whatever it is, the server must not take it for an answer
        print(f"{name}: {error}", file=sys.stderr)
        if verb == "fetch":
            return _DAMAGED_STATUS
        if (
            isinstance(error, OSError)
            and not isinstance(error, FileExistsError)
            and _is_backlog_too_large(path)
        ):
            print(f"{name} was discarded, so that the disk does not fill up.", file=sys.stderr)
            return 0
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

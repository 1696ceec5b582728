"""Copy a running server, check the copy and combine increments with PostgreSQL's own programs."""

import json
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from factcheck.backups.backup_folder import BackupFailed
from factcheck.database.embedded.paths import PORT, SUPERUSER, ServerPaths, get_binary

_TRANSACTION_END = re.compile(
    r"lsn: (\w+/\w+), .*desc: (?:COMMIT|ABORT) (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+) UTC"
)


class NoIncrement(BackupFailed):
    """An incremental backup is impossible: the changes since the earlier backup are no longer known."""


@dataclass(frozen=True)
class Manifest:
    """PostgreSQL's manifest of a base backup: its cluster, and the part of the log that it needs."""

    system: int
    timeline: int
    start: int
    stop: int

    @classmethod
    def load(cls, base: Path) -> "Manifest":
        manifest = json.loads((base / "backup_manifest").read_bytes())
        newest_range = max(manifest["WAL-Ranges"], key=lambda one: one["Timeline"])
        return cls(
            manifest["System-Identifier"],
            newest_range["Timeline"],
            parse_position(newest_range["Start-LSN"]),
            parse_position(newest_range["End-LSN"]),
        )


def parse_position(lsn: str) -> int:
    """Parse a position in the log, which PostgreSQL writes as 16/B374D848."""
    high, low = lsn.split("/")
    return int(high, 16) << 32 | int(low, 16)


def copy_server(server_paths: ServerPaths, target: Path, *, base: Path | None, lock: int) -> None:
    """Copy the running server into a new folder, or only its changes since an earlier copy.

    Args:
        base: the earlier copy; None for a full copy.
        lock: the descriptor of the backup folder's lock, which the copying program inherits.

    Raises:
        NoIncrement: the changes since the earlier copy are unknown.
        BackupFailed: copying failed for any other reason.
    """
    command = [
        "pg_basebackup",
        f"--host={server_paths.socket_folder}",
        f"--port={PORT}",
        f"--username={SUPERUSER}",
        "--no-password",
        f"--pgdata={target}",
        "--wal-method=stream",
        "--checkpoint=fast",
        "--manifest-checksums=SHA256",
    ]
    if base is not None:
        command.append(f"--incremental={base / 'backup_manifest'}")
    # Should we be killed, the folder stays locked until the program that writes into it has ended.
    run_program(
        command,
        "The database could not be copied",
        lock=lock,
        environment={"PGPASSFILE": str(server_paths.password_file(SUPERUSER))},
    )


def verify_base(base: Path) -> None:
    """Raise BackupFailed unless every file matches the copy's manifest and the required log exists."""
    run_program(["pg_verifybackup", "--quiet", "--exit-on-error", str(base)], f"{base} is damaged")


def combine_bases(bases: Sequence[Path], target: Path) -> None:
    """Combine a full copy and its incremental copies into the state of the last copy."""
    command = ["pg_combinebackup", *map(str, bases), f"--output={target}", "--manifest-checksums=SHA256"]
    run_program(command, f"{bases[-1]} could not be put together with those before it")


def find_last_change(segment: Path) -> tuple[int, datetime] | None:
    """Return the position and time of the last transaction that ended in a segment of the log, or None."""
    # pg_waldump ends with an error if the segment is not full; its output until then is valid.
    output = subprocess.run(
        [get_binary("pg_waldump"), "--rmgr=Transaction", str(segment)],
        cwd="/",
        env={"LC_ALL": "C", "TZ": "UTC"},
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    ).stdout
    if not (endings := _TRANSACTION_END.findall(output)):
        return None
    lsn, moment = endings[-1]
    return parse_position(lsn), datetime.fromisoformat(moment).replace(tzinfo=UTC)


def run_program(
    command: list[str],
    description: str,
    *,
    lock: int | None = None,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Run one of PostgreSQL's programs.

    Raises:
        BackupFailed: the program failed; the message has the last lines of its output.
    """
    program, *arguments = command
    result = subprocess.run(
        [get_binary(program), *arguments],
        cwd="/",
        env={"PATH": str(Path(get_binary(program)).parent), "LC_ALL": "C", "PGTZ": "UTC", **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
        pass_fds=() if lock is None else (lock,),
    )
    if result.returncode == 0:
        return
    lines = [line.strip() for line in result.stdout.splitlines() if line.strip()]
    message = (
        f"{description}: {lines[0].rstrip('.') if lines else f'{program} ended with {result.returncode}'}."
    )
    raise (NoIncrement if "WAL summar" in result.stdout or "manifest" in result.stdout else BackupFailed)(
        message
    )

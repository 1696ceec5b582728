"""The roles of an embedded server: superuser, owner and serving role.

Each role has a password in its own file; nobody types it. If a password is lost or wrong (in a cluster of an earlier
version, or one restored from a backup), all three passwords are set again. During that moment, the superuser may
connect without a password, through a socket that only this account can reach.
"""

import os
import pwd
import re
import secrets
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg
from psycopg import sql

from factcheck.database.embedded.account import get_password_file_owner
from factcheck.database.embedded.paths import (
    DATABASE,
    OWNER,
    PORT,
    RUNTIME,
    SUPERUSER,
    PostgresUnavailable,
    ServerPaths,
)

ROLES = (SUPERUSER, OWNER, RUNTIME)

#: Attributes that neither owner nor serving role may have.
ROLE_ATTRIBUTES = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"

_CLOSED_ACCESS = """\
# Written by Factcheck. Passwords are in the folder postgres.passwords beside this one.
local all all scram-sha-256
local replication all scram-sha-256
"""
#: The access file during the moment in which passwords are set.
_SETUP_ACCESS = f"""\
# Written by Factcheck, which makes passwords at this moment; they are asked for again when it has.
local all {SUPERUSER} trust
"""
#: A line that allows access without a password: its method comes after the user and address.
_OPEN_ACCESS_LINE = re.compile(
    r"^\s*(?:local\s+\S+\s+\S+|host\w*\s+\S+\s+\S+\s+\S+(?:\s+[\d.:a-f]+)?)\s+trust\b", re.MULTILINE
)

#: How long the server may take to read its configuration again, in seconds.
_TIMEOUT_SECONDS = 30.0


def connect(server_paths: ServerPaths, role: str, database: str = DATABASE) -> psycopg.Connection[Any]:
    """Connect as this role, with its password.

    Raises:
        psycopg.OperationalError: the server rejected the role.
    """
    return _connect(server_paths, role, database, password=_read_password(server_paths, role))


def _connect(
    server_paths: ServerPaths, role: str, database: str, *, password: str
) -> psycopg.Connection[Any]:
    return psycopg.connect(
        host=str(server_paths.socket_folder),
        port=PORT,
        user=role,
        password=password,
        dbname=database,
        connect_timeout=30,
        autocommit=True,
    )


def _read_password(server_paths: ServerPaths, role: str) -> str:
    """Return the password from the role's file; without a file, a word that is never a valid password."""
    with suppress(OSError, UnicodeDecodeError):
        return server_paths.password_file(role).read_text().strip().rpartition(":")[2] or "none"
    return "none"


def ensure_roles(
    server_paths: ServerPaths, server: psutil.Process, account: pwd.struct_passwd | None, *, is_new: bool
) -> None:
    """Ensure that each role exists and can connect only with its password.

    Args:
        account: the account under which root runs the server.
        is_new: the server has just been started, so everything is checked.
    """
    is_ready = not _is_access_open(server_paths) and all(
        _can_connect(server_paths, role) for role in (ROLES if is_new else ROLES[:1])
    )
    if is_ready and _are_passwords_private(server_paths, account):
        return
    _refuse_other_history(server_paths)
    try:
        with _connect_as_superuser(server_paths, server) as connection:
            _make_roles(connection, _create_passwords(server_paths, account))
            _write(server_paths, _CLOSED_ACCESS)
            connection.execute("SELECT pg_reload_conf()")
        _wait_until_closed(server_paths)
    except (OSError, psycopg.Error) as error:
        raise PostgresUnavailable(
            f"The roles of the database in {server_paths.cluster} could not be created: {error}"
        ) from error


def _refuse_other_history(server_paths: ServerPaths) -> None:
    """Reject a data directory whose tables differ from this version's, before its roles are changed.

    Raises:
        PostgresUnavailable: the directory has other tables, made by migrations of the same names.
    """
    try:
        connection = _connect(server_paths, SUPERUSER, DATABASE, password="none")  # noqa: S106  never used
    except psycopg.OperationalError:
        return
    with connection:
        if connection.execute("SELECT to_regclass('public.django_migrations')").fetchone() == (None,):
            return
        import django  # noqa: PLC0415  only here are the program's tables needed

        from factcheck.database.schema_agreement import (  # noqa: PLC0415  the same
            OTHER_HISTORY_MESSAGE,
            find_columns_missing_from_history,
        )

        django.setup()
        if absent_columns := find_columns_missing_from_history(connection.cursor()):
            raise PostgresUnavailable(str(OTHER_HISTORY_MESSAGE) % {"column": absent_columns[0]})


def _are_passwords_private(server_paths: ServerPaths, account: pwd.struct_passwd | None) -> bool:
    """Return whether the passwords were always private; an earlier version gave them to a shared account."""
    file_owner, _group = get_password_file_owner(account)
    return server_paths.passwords.stat().st_uid in (file_owner, os.geteuid())


def _can_connect(server_paths: ServerPaths, role: str) -> bool:
    try:
        connect(server_paths, role, "postgres").close()
    except psycopg.OperationalError:
        return False
    return True


def _is_access_open(server_paths: ServerPaths) -> bool:
    try:
        return (
            _OPEN_ACCESS_LINE.search(_get_access_file(server_paths).read_text(errors="replace")) is not None
        )
    except OSError:
        return True


def _get_access_file(server_paths: ServerPaths) -> Path:
    return server_paths.cluster / "pg_hba.conf"


def _write(server_paths: ServerPaths, lines: str) -> None:
    """Write the access file (pg_hba.conf). Its owner stays the same, and links are not followed."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
    with os.fdopen(os.open(_get_access_file(server_paths), flags, 0o600), "w") as file:
        file.write(lines)
        file.flush()
        os.fsync(file.fileno())


def _connect_as_superuser(server_paths: ServerPaths, server: psutil.Process) -> psycopg.Connection[Any]:
    with suppress(psycopg.OperationalError):
        return _connect(server_paths, SUPERUSER, "postgres", password=_read_password(server_paths, SUPERUSER))
    _write(server_paths, _SETUP_ACCESS)
    server.send_signal(signal.SIGHUP)
    deadline = time.monotonic() + _TIMEOUT_SECONDS
    while True:
        try:
            return _connect(server_paths, SUPERUSER, "postgres", password="none")  # noqa: S106  never used
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def _wait_until_closed(server_paths: ServerPaths) -> None:
    """Wait until the server has read its new configuration and no longer accepts connections without a password."""
    deadline = time.monotonic() + _TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        try:
            _connect(server_paths, SUPERUSER, "postgres", password="none").close()  # noqa: S106  never valid
        except psycopg.OperationalError:
            break
        time.sleep(0.02)
    for role in ROLES:
        connect(server_paths, role, "postgres").close()


def _create_passwords(server_paths: ServerPaths, account: pwd.struct_passwd | None) -> dict[str, str]:
    folder = server_paths.passwords
    owner = os.geteuid() if account is None else account.pw_uid
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    if folder.is_symlink() or folder.stat().st_uid not in (owner, os.geteuid()):
        raise PostgresUnavailable(f"{folder} is another user's folder. Remove it.")
    os.chown(folder, *get_password_file_owner(account))
    folder.chmod(0o700)
    passwords = {role: secrets.token_urlsafe(32) for role in ROLES}
    for role, password in passwords.items():
        part_file = folder / f".{role}.{os.getpid()}"
        with os.fdopen(os.open(part_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"*:*:*:{role}:{password}\n")
            file.flush()
            os.fsync(file.fileno())
        os.chown(part_file, *get_password_file_owner(account))
        part_file.replace(server_paths.password_file(role))
    return passwords


def _make_roles(connection: psycopg.Connection[Any], passwords: dict[str, str]) -> None:
    with connection.transaction():
        for role in (OWNER, RUNTIME):
            name = sql.Identifier(role)
            if not connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).rowcount:
                connection.execute(sql.SQL("CREATE ROLE {}").format(name))
            connection.execute(sql.SQL("ALTER ROLE {} WITH " + ROLE_ATTRIBUTES).format(name))
            # Settings made by one role must not affect the next.
            connection.execute(sql.SQL("ALTER ROLE {} RESET ALL").format(name))
        # So the owner can see and end sessions that block it. The reverse must never be possible.
        connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(RUNTIME), sql.Identifier(OWNER)))
        for role, password in passwords.items():
            password_hash = connection.pgconn.encrypt_password(
                password.encode(), role.encode(), b"scram-sha-256"
            ).decode()
            change_sql = sql.SQL("ALTER ROLE {} PASSWORD {}")
            connection.execute(change_sql.format(sql.Identifier(role), sql.Literal(password_hash)))

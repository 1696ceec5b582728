"""The database of tests: a copy of one that was migrated before, and as new after each test that commits."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import distributions
from typing import Any
from urllib.parse import urlencode

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from psycopg import sql

from factcheck.database import database_roles, embedded

TEMPLATE = "factcheck_template_"

Server = psycopg.Connection[Any]


def replace_database() -> None:
    """Have the database of this worker as if nothing had been done yet.

    Django would TRUNCATE every table. Triggers refuse that on ledgers, and rows that migrations made (the house
    scale, roles) would be gone. A new copy costs half a second, most of it for making and removing 600 files; so its
    rows are put back, unless something else has changed too.
    """
    name = connection.settings_dict["NAME"]
    connections.close_all()
    if name not in _new or not put_back(name, _new[name]):
        copy_template(name)
        _new[name] = contents(name)


_new: dict[str, "Contents"] = {}  # what it holds then, by database


def copy_template(name: str) -> None:
    drop_database(name)
    with administration() as server:
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        server.execute(copy.format(sql.Identifier(name), sql.Identifier(migrated_template())))
        if database_roles.is_separated():
            give = sql.SQL("ALTER DATABASE {} OWNER TO {}")
            server.execute(give.format(sql.Identifier(name), sql.Identifier(embedded.OWNER)))
        server.execute(sql.SQL("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))


def drop_database(name: str) -> None:
    """Drop it, even if a thread of a live server or a process that a test left still holds a connection."""
    assert name.startswith("test_")
    with administration() as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def reserve_database(project: str, run: str, worker: str) -> Iterator[str]:
    """The name of a database for one worker of one run, which other runs on this server leave alone.

    A lock lasts as long as the worker, so databases of runs that were killed are recognised, and dropped here.
    """
    name = f"test_{project}_{run}_{worker}"
    with administration() as server:
        reserve(server, name)
        listed = server.execute("SELECT datname FROM pg_database WHERE datname ~ %s", [f"^test_{project}_"])
        for [other] in listed.fetchall():
            owner = re.match(rf"test_{project}_[^_]+_[^_]+", other)
            if owner and owner[0] != name and is_abandoned(server, owner[0]):
                drop_database(other)
        yield name
        drop_database(name)


def reserve(server: Server, name: str) -> None:
    """Keep a database from other runs for as long as this connection lasts; several may keep the same one."""
    server.execute("SELECT pg_advisory_lock_shared(hashtext(%s))", [name])


def is_abandoned(server: Server, name: str) -> bool:
    """Whether no process has reserved the database of this name."""
    [is_free] = server.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [name]).fetchone() or [False]
    if is_free:
        server.execute("SELECT pg_advisory_unlock(hashtext(%s))", [name])
    return bool(is_free)


# Putting rows back ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Contents:
    """What a new copy holds."""

    shape: str
    statistics: list[tuple[str, int, float, int]]
    rows: dict[str, bytes]  # by table
    sequences: list[tuple[str, int, bool]]


def contents(name: str) -> Contents:
    with administration(name) as database:
        tables = database.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND " + OURS).fetchall()
        return Contents(
            shape=shape(database),
            statistics=statistics(database),
            rows={table: copied(database, table) for [table] in tables},
            sequences=sorted(database.execute(SEQUENCES)),
        )


OURS = "relnamespace = 'public'::regnamespace"
#: Tables in which a row was stored since the database was copied, whether or not it is still there.
FILLED = f"SELECT relname FROM pg_class WHERE relkind = 'r' AND pg_relation_size(oid) > 0 AND {OURS}"
SEQUENCES = "SELECT sequencename, coalesce(last_value, start_value), last_value IS NOT NULL FROM pg_sequences"


def shape(database: Server) -> str:
    """Changes with tables and indexes."""
    every = "SELECT string_agg(relname, ',' ORDER BY oid) FROM pg_class WHERE "
    [found] = database.execute(every + OURS).fetchone() or [""]
    return found


def statistics(database: Server) -> list[tuple[str, int, float, int]]:
    """What PostgreSQL has found out about the size of each table and index, by which it plans and we estimate."""
    sizes = "SELECT relname, relpages, reltuples, relallvisible FROM pg_class WHERE "
    return database.execute(sizes + OURS + " ORDER BY oid").fetchall()


def reset_statistics(database: Server, new: list[tuple[str, int, float, int]]) -> None:
    """Undo ANALYZE: an import of tests does it too, and it goes on to hold where that is rolled back."""
    changed = set(new) - set(statistics(database))
    if not changed:
        return
    restore = "UPDATE pg_class SET relpages = %s, reltuples = %s, relallvisible = %s WHERE relname = %s AND "
    database.cursor().executemany(restore + OURS, [(*sizes, name) for name, *sizes in changed])
    database.execute(
        "DELETE FROM pg_statistic WHERE starelid IN (SELECT oid FROM pg_class WHERE " + OURS + ")"
    )


def copied(database: Server, table: str) -> bytes:
    with database.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as copy:
        return b"".join(copy)


def put_back(name: str, new: Contents) -> bool:
    """Give the database these contents, if it differs in nothing but rows."""
    with administration(name) as database:
        if database.info.parameter_status("is_superuser") != "on":
            return False  # only a superuser goes past triggers
        others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        database.execute("SELECT pg_terminate_backend(pid) " + others)
        if shape(database) != new.shape:
            return False
        database.execute("SET session_replication_role = replica")
        tables = [sql.Identifier(table) for table in new.rows]
        with database.transaction():
            # Waits for those who are ending.
            database.execute(sql.SQL("LOCK TABLE {} IN EXCLUSIVE MODE").format(sql.SQL(", ").join(tables)))
            # Existing files are left unchanged: most tests change none of them.
            filled = {table for [table] in database.execute(FILLED)}
            other = [
                table
                for table, rows in new.rows.items()
                if (copied(database, table) != rows if rows else table in filled)
            ]
            for table in other:
                database.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
                if rows := new.rows[table]:
                    copying = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))
                    with database.cursor().copy(copying) as copy:
                        copy.write(rows)
            used = set(new.sequences).difference(database.execute(SEQUENCES))
            database.cursor().executemany("SELECT setval(%s, %s, %s)", used)
            reset_statistics(database, new.statistics)
    return True


# Copied data -------------------------------------------------------------------------------------------------------


@cache
def migrated_template() -> str:
    """The name of a database to which all migrations of this tree, and nothing else, have been applied."""
    name = TEMPLATE + digest_of_migrations()
    with administration() as server:
        # Workers that start at the same time wait here for the one that makes it.
        server.execute("SELECT pg_advisory_lock(hashtext(%s))", [TEMPLATE])
        listed = server.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [TEMPLATE])
        known = [row[0] for row in listed]
        if name not in known:
            for old in known:
                if is_abandoned(server, old):
                    server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(old)))
            make_template(server, name)
        reserve(_template_keeper(), name)
    return name


@cache
def _template_keeper() -> Server:
    """A connection that lasts as long as this process: the template is copied until its end."""
    return administration()


def make_template(server: Server, name: str) -> None:
    unfinished = name + "_unfinished"
    if settings.EMBEDDED_DATABASE:
        embedded.ensure_database(settings.DATA_DIR, unfinished)
    else:
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(unfinished)))
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = unfinished
    try:
        call_command("migrate", verbosity=0)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    server.execute(rename.format(sql.Identifier(unfinished), sql.Identifier(name)))


def digest_of_migrations() -> str:
    """Changes with anything that decides what a migrated database holds."""
    digest = hashlib.sha256()
    for app in ("factcheck", "sources", "claims"):
        folder = settings.BASE_DIR / app
        data = [path for path in folder.glob("data/**/*") if path.is_file()]
        decisive = (
            "migrations/*.py",
            "newsroom/roles.py",
            "features/*/migrations/*.py",
            "features/*/apps.py",
        )
        for path in sorted([*data, *(path for names in decisive for path in folder.glob(names))]):
            digest.update(str(path.relative_to(settings.BASE_DIR)).encode() + path.read_bytes())
    digest.update(
        repr(
            sorted((table, sorted(may)) for table, may in database_roles.list_intended_operations().items())
        ).encode()
    )
    for name in ("database_roles", "embedded/owned_database", "initial_migration", "immediate_references"):
        digest.update((settings.BASE_DIR / f"factcheck/database/{name}.py").read_bytes())
    for package in sorted(f"{package.name} {package.version}" for package in distributions()):
        digest.update(package.encode())
    return digest.hexdigest()[:12]


# The server -----------------------------------------------------------------------------------------------------------


def trade_durability_for_speed() -> None:
    """Switch off what saves rows from a crash, and autovacuum.

    Tests would mostly wait for the disk, and a crash of the machine loses only what they hold.

    Nor does PostgreSQL find out about tables in between, in whichever moment and test: plans and estimates rest on it.
    """
    with administration() as server:
        for name in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum"):
            server.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(name)))
        server.execute("SELECT pg_reload_conf()")


def administration(database: str = "postgres") -> Server:
    """A connection beside Django's, in the first place to create databases: a superuser's, where it is our server."""
    return connect(database, connection.settings_dict["USER"])


def connect(database: str, role: str) -> Server:
    """A connection of this role to a database of the server on which tests run."""
    return psycopg.connect(address(database, role), autocommit=True)


def address(database: str, role: str) -> str:
    """The address of a database as a role's DATABASE_URL has it."""
    server = connection.settings_dict
    place = {"host": server["HOST"], "port": server["PORT"], "user": role}
    if settings.EMBEDDED_DATABASE:
        place |= embedded.build_connection_settings(settings.DATA_DIR, role)["OPTIONS"]
    elif server["PASSWORD"]:
        place["password"] = server["PASSWORD"]
    return f"postgresql:///{database}?{urlencode({name: value for name, value in place.items() if value})}"


def addresses(database: str) -> dict[str, str]:
    """The variables with which a program of ours works on a database of the server on which tests run."""
    if not database_roles.is_separated():
        return {"DATABASE_URL": address(database, connection.settings_dict["USER"])}
    return {
        "DATABASE_URL": address(database, embedded.RUNTIME),
        "OWNER_DATABASE_URL": address(database, embedded.OWNER),
    }


@contextmanager
def database_of(locale: str) -> Iterator[Server]:
    """An empty database beside the one of the tests.

    Args:
        locale: what CREATE DATABASE says of its letters.
    """
    name = f"{connection.settings_dict['NAME']}_letters"
    drop_database(name)
    with administration() as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE template0 {locale}")
    try:
        with administration(name) as database:
            yield database
    finally:
        drop_database(name)

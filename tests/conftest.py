"""What every test may use: the database server, and a fresh database per worker within a second."""

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import distributions
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.db.backends.postgresql.creation import DatabaseCreation
from django.db.backends.postgresql.operations import DatabaseOperations
from psycopg import sql
from pytest_django import DjangoDbBlocker

from factcheck import postgres

pytest_plugins = ["tests.newsroom", "tests.browser", "tests.worker"]

TEMPLATE = "factcheck_template_"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: DjangoDbBlocker
) -> None:
    """Test databases are copies of one that was migrated before; it is made anew when migrations change."""
    postgres.ensure_running()
    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = migrated_template()


@pytest.fixture(scope="session", autouse=True)
def copy_instead_of_truncate() -> Iterator[None]:
    """After a test with real transactions, replace its database by a new copy of the template.

    Django would TRUNCATE every table. Triggers refuse that on ledgers, and rows that migrations made (the house
    scale, roles) would be gone for the next test.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            DatabaseOperations, "execute_sql_flush", lambda operations, statements: replace_database()
        )
        # Threads of a live server may still hold a connection when the last test is over.
        patch.setattr(
            DatabaseCreation, "_destroy_test_db", lambda creation, name, verbosity: drop_database(name)
        )
        yield


def drop_database(name: str) -> None:
    assert name.startswith("test_")
    with administration() as server:
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def replace_database() -> None:
    name = connection.settings_dict["NAME"]
    connections.close_all()
    drop_database(name)
    with administration() as server:
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        server.execute(copy.format(sql.Identifier(name), sql.Identifier(migrated_template())))


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
                server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(old)))
            make_template(server, name)
    return name


def make_template(server: psycopg.Connection[Any], name: str) -> None:
    unfinished = name + "_unfinished"
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
        for path in sorted([*folder.glob("migrations/*.py"), *data]):
            digest.update(str(path.relative_to(settings.BASE_DIR)).encode() + path.read_bytes())
    for package in sorted(f"{package.name} {package.version}" for package in distributions()):
        digest.update(package.encode())
    return digest.hexdigest()[:12]


def administration() -> psycopg.Connection[Any]:
    """A connection that may create databases."""
    server = connection.settings_dict
    return psycopg.connect(
        dbname="postgres",
        user=server["USER"],
        password=server["PASSWORD"],
        host=server["HOST"],
        port=server["PORT"],
        autocommit=True,
    )

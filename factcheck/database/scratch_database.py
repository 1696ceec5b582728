"""A temporary database on the current server."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper

from factcheck.database import embedded
from factcheck.database.database_roles import connect_as_owner


@contextmanager
def open_scratch_database(database: BaseDatabaseWrapper) -> Iterator[None]:
    """Connect to an empty temporary database as its owner. The database is dropped at the end.

    On any server except the embedded one, that role needs the right to create databases and extensions.
    """
    usual_name = database.settings_dict["NAME"]
    name = f"factcheck_scratch_{secrets.token_hex(4)}"
    quoted_name = database.ops.quote_name(name)
    with connect_as_owner(database.alias):
        if settings.EMBEDDED_DATABASE:
            embedded.ensure_database(settings.DATA_DIR, name)
        else:
            with database.cursor() as cursor:
                cursor.execute(f"CREATE DATABASE {quoted_name} TEMPLATE template0")
        try:
            _connect_to(database, name)
            yield
        finally:
            _connect_to(database, usual_name)
            with database.cursor() as cursor:
                cursor.execute(f"DROP DATABASE IF EXISTS {quoted_name} WITH (FORCE)")


def _connect_to(database: BaseDatabaseWrapper, name: str) -> None:
    database.close()
    database.close_pool()  # type: ignore[attr-defined]  # PostgreSQL is the only backend
    database.settings_dict["NAME"] = name

"""Bypass the rules to create hundreds of thousands of unpublished rows for measurements."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection

from factcheck.database import embedded
from factcheck.database.embedded import roles


def connect_as_superuser() -> "psycopg.Connection[Any]":
    """Connect to the database that Django is set up on, separately from Django."""
    data_dir = embedded.ServerPaths(settings.DATA_DIR.resolve())
    return roles.connect(data_dir, embedded.SUPERUSER, connection.settings_dict["NAME"])


@contextmanager
def use_superuser() -> Iterator[None]:
    """Make Django's own connection a superuser's until the block ends."""
    original_settings = dict(connection.settings_dict)
    connection.close()
    superuser_settings = embedded.build_connection_settings(settings.DATA_DIR, embedded.SUPERUSER)
    connection.settings_dict.update(superuser_settings | {"NAME": original_settings["NAME"]})
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update({name: original_settings[name] for name in superuser_settings})

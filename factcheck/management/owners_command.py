"""Commands that run partly as the owner of the database."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError
from django.utils.translation import gettext

from factcheck.database.database_roles import connect_as_owner, is_owner


@contextmanager
def require_owner() -> Iterator[None]:
    """Connect as the owner of the database for the duration of the block.

    Raises:
        CommandError: the connection is not the owner's.
    """
    with connect_as_owner():
        if not is_owner():
            raise CommandError(
                gettext("Only the owner of the database can do this: run it with OWNER_DATABASE_URL.")
            )
        yield

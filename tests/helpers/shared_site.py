"""A running site and its newsroom, committed once for a whole module of tests that only look.

Such a module imports `shared_rows` from here, where `shared_newsroom` would have a transaction that no other
connection sees; the other fixtures of `shared_newsroom` use it. Its tests have no mark of the database: what they store
stays for those after them, and is gone after the last.
"""

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from tests.helpers.database import replace_database

__all__ = ["shared_rows", "site"]


@pytest.fixture(scope="module")
def shared_rows(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    for item in request.session.items:
        if item.getparent(pytest.Module) is request.node:
            assert item.get_closest_marker("django_db") is None, (
                f"{item.nodeid} would undo what others look at."
            )
    with django_db_blocker.unblock():
        yield
        replace_database()


@pytest.fixture(scope="module")
def site(shared_rows: None) -> Iterator[str]:
    """The address of the site."""
    server = LiveServer("localhost")
    yield server.url
    server.stop()

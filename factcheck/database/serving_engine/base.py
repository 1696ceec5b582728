"""Connections of web processes. Django expects `DatabaseWrapper` in a module of this name.

Where the server is away, each thread would wait for it, until none is left to say so. So one of them tries, once a
second, and the others are refused at once.
"""

import threading
import time
from collections import defaultdict
from typing import Any

from django.db.backends.postgresql import base
from psycopg import OperationalError

#: How long after a failure no connection is tried, in seconds.
PAUSE_SECONDS = 1.0


class Attempts:
    """The threads that try to connect to one database while that fails."""

    def __init__(self) -> None:
        self._failed_at: float | None = None
        self._trying = threading.Lock()

    def connect(self, attempt: Any) -> Any:
        """Make the attempt, unless another one has just failed or is being made since.

        Raises:
            OperationalError: it failed, or was not made.
        """
        failed_at = self._failed_at  # another thread may forget it at any moment
        if failed_at is None:
            return self._connect(attempt)
        if time.monotonic() - failed_at < PAUSE_SECONDS or not self._trying.acquire(blocking=False):
            raise OperationalError("The database was away a moment ago.")
        try:
            return self._connect(attempt)
        finally:
            self._trying.release()

    def _connect(self, attempt: Any) -> Any:
        try:
            connection = attempt()
        except OperationalError:
            self._failed_at = time.monotonic()
            raise
        self._failed_at = None
        return connection


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's wrapper, but without waiting for connections."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        return _attempts[self.alias].connect(
            lambda: base.DatabaseWrapper.get_new_connection(self, conn_params)
        )


_attempts: defaultdict[str, Attempts] = defaultdict(Attempts)

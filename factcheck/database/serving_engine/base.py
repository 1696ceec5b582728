"""Connections of web processes. Django expects `DatabaseWrapper` in a module of this name.

If the server is unreachable, every thread would wait for it, until none is left to report the outage. So one thread
tries to connect once a second, and the others fail immediately.
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
    """The attempts to connect to one database while it is unreachable."""

    def __init__(self) -> None:
        self._failed_at: float | None = None
        self._trying = threading.Lock()

    def connect(self, attempt: Any) -> Any:
        """Try to connect, unless another attempt has just failed or is still running.

        Raises:
            OperationalError: the attempt failed or was not made.
        """
        failed_at = self._failed_at  # another thread may reset it at any moment
        if failed_at is None:
            return self._connect(attempt)
        if time.monotonic() - failed_at < PAUSE_SECONDS or not self._trying.acquire(blocking=False):
            raise OperationalError("The database was unavailable a moment ago.")
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

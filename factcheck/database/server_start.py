"""Wait for a database server that is still starting."""

import re
import time
from collections.abc import Callable

from django.db import OperationalError, connections
from django.utils.translation import gettext

#: How long to wait for the server, and the pause between two attempts, in seconds.
TIMEOUT_SECONDS, PAUSE_SECONDS = 120.0, 1.0
#: A refusal by the server itself is not temporary, unless it is one of these.
_REFUSED_MESSAGE = re.compile(r"FATAL: (?!.*(starting up|shutting down|recovery|too many|not yet accepting))")


def wait_until_reachable(alias: str, *, report: Callable[[str], object]) -> None:
    """Wait until the database accepts a connection.

    Raises:
        OperationalError: the database accepts no connection within two minutes, or rejects it for a lasting reason.
    """
    deadline = time.monotonic() + TIMEOUT_SECONDS
    has_reported = False
    while True:
        try:
            connections[alias].ensure_connection()
        except OperationalError as error:
            if time.monotonic() > deadline or _REFUSED_MESSAGE.search(str(error)):
                raise
            if not has_reported:
                report(gettext("The database cannot be reached yet. Waiting up to two minutes."))
                has_reported = True
            time.sleep(PAUSE_SECONDS)
        else:
            return

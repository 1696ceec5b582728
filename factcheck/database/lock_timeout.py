"""Table changes that wait only briefly for locks, because later requests queue behind them."""

import random
import time
from collections.abc import Callable

import psycopg
from django.core.management import CommandError
from django.db import OperationalError, connections
from django.utils.translation import gettext


def retry_under_lock_timeout(
    change: Callable[[], object],
    *,
    alias: str,
    seconds: float,
    tries: int,
    report: Callable[[str], None] = lambda message: None,
) -> None:
    """Carry out a change under `lock_timeout`, retrying until it gets its locks.

    If the change fails, what it has done must either stay valid or be undone, as with migrations.

    Raises:
        CommandError: the locks were not available; the message names their holders.
    """
    for tries_left in reversed(range(tries)):
        try:
            with connections[alias].cursor() as cursor:
                cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{round(seconds * 1000)}ms"])
            change()
        except OperationalError as error:
            if not isinstance(error.__cause__, psycopg.errors.LockNotAvailable):
                raise
            holders = "; ".join(describe_holders(alias)) or gettext("none at the moment")
            if not tries_left:
                raise CommandError(
                    gettext(
                        "A table was still in use after %(tries)s attempts of %(seconds)s "
                        "seconds each. Open transactions: %(others)s. Completed migrations are kept; run this "
                        "again when the transactions have ended."
                    )
                    % {"tries": tries, "seconds": f"{seconds:g}", "others": holders}
                ) from None
            report(
                gettext(
                    "A table is in use. Open transactions: %(others)s. Trying again; attempts left: %(left)s."
                )
                % {"others": holders, "left": tries_left}
            )
            # Waiting requests go first. The random pause keeps two processes that do this from colliding again.
            time.sleep(min(10, seconds) * random.uniform(0.5, 1.5))  # noqa: S311  no secret
        else:
            return
        finally:
            if connections[alias].is_usable():
                with connections[alias].cursor() as cursor:
                    cursor.execute("RESET lock_timeout")


def describe_holders(alias: str) -> list[str]:
    """Return a description of each other open transaction in this database, with its start time."""
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT format('process %s (%s) since %s seconds', pid, coalesce(nullif(application_name, ''), usename),"
            " extract(epoch FROM now() - xact_start)::int)"
            " FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND xact_start IS NOT NULL ORDER BY xact_start LIMIT 5"
        )
        return [holder for (holder,) in cursor.fetchall()]

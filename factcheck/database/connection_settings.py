"""Database connection settings: one connection for writing, others for public reads."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured

Connection = dict[str, Any]

#: How long a pool tries to replace a connection, in seconds. Its pauses double after each attempt, so it soon gives
#: up. The next request tries again, and finds the server as soon as it is back.
RECONNECT_SECONDS = 2
#: The time limit for connecting to a server, in seconds; libpq allows no shorter one.
CONNECT_SECONDS = 2
#: How long a request waits for one of the connections that a process keeps, in seconds. There is one for each thread.
POOL_SECONDS = 1


def build_writing_settings(address: Connection, *, pool: int, lock_seconds: int = 0) -> Connection:
    """Return the settings of the connection used for writing.

    Args:
        address: the server's connection settings, as in Django's DATABASES.
        pool: the number of connections that a process keeps open; with 0, each request opens its own.
        lock_seconds: how long a statement waits for a lock; 0 for the server's default.
    """
    timeouts = {"timeout": POOL_SECONDS, "reconnect_timeout": RECONNECT_SECONDS}
    pool_options = {"pool": {"min_size": 1, "max_size": pool, **timeouts}} if pool else {}
    return {
        "ENGINE": "factcheck.database.serving_engine" if pool else "django.db.backends.postgresql",
        # Checks that a connection still works before a request uses it, so that a restart of PostgreSQL causes no
        # errors.
        "CONN_HEALTH_CHECKS": True,
        **address,
        "OPTIONS": {**_add_limit(address["OPTIONS"], "lock_timeout", lock_seconds), **pool_options},
    }


def build_owner_settings(address: Connection | None, served_address: Connection | None) -> Connection | None:
    """Return the owner's connection settings, or None if the owner is also the serving role.

    Args:
        address: the parsed OWNER_DATABASE_URL, if it is set.
        served_address: the parsed DATABASE_URL, if it is set.
    """
    if address is None:
        return None
    if served_address is None:
        raise ImproperlyConfigured(
            "OWNER_DATABASE_URL is set; set DATABASE_URL too, with the role that serves requests."
        )
    if not served_address["USER"] or not address["USER"] or served_address["USER"] == address["USER"]:
        raise ImproperlyConfigured(
            "OWNER_DATABASE_URL and DATABASE_URL must name two different users: the first owns the"
            " tables, the second serves."
        )
    if served_address["NAME"] != address["NAME"]:
        raise ImproperlyConfigured(
            f"OWNER_DATABASE_URL names the database {address['NAME']} "
            f"and DATABASE_URL {served_address['NAME']}; they must be the same."
        )
    return address


def build_read_settings(
    default: Connection, replicas: list[Connection], *, seconds: int
) -> dict[str, Connection]:
    """Return the persistent connections for public reads, by alias.

    Args:
        default: the settings of the connection used for writing.
        replicas: the settings of the replicas. The primary comes first, on a separate connection: it serves reads if
            there are no replicas, or if a replica would be too old.
        seconds: the time limit of a statement; 0 for the server's default.
    """
    options = {name: value for name, value in default["OPTIONS"].items() if name != "pool"}
    addresses = {"reading": {"OPTIONS": options}}
    for number, address in enumerate(replicas, 1):
        addresses[f"replica-{number}"] = address
    return {
        alias: {
            **default,
            **address,
            # A server that rejects us is not retried.
            "OPTIONS": _add_limit(
                {"connect_timeout": CONNECT_SECONDS, **address["OPTIONS"]}, "statement_timeout", seconds
            ),
            "CONN_MAX_AGE": None,
            "CONN_HEALTH_CHECKS": False,
        }
        for alias, address in addresses.items()
    }


def _add_limit(options: Connection, limit_name: str, seconds: int) -> Connection:
    if not seconds:
        return options
    limit = f"-c {limit_name}={seconds}s"
    return {**options, "options": " ".join(filter(None, [options.get("options"), limit]))}

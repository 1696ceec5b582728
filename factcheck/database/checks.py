"""System checks of the database's required features."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Advice
from django.db import connections

MIN_POSTGRESQL = 16

#: Extension → the package to install if it is missing.
EXTENSIONS = {
    "btree_gin": "PostgreSQL's contrib modules (Debian: postgresql-contrib)",
    "fuzzystrmatch": "PostgreSQL's contrib modules (Debian: postgresql-contrib)",
    "pg_trgm": "PostgreSQL's contrib modules (Debian: postgresql-contrib)",
    "unaccent": "PostgreSQL's contrib modules (Debian: postgresql-contrib)",
    "vector": "pgvector (Debian: postgresql-17-pgvector, with the number of your PostgreSQL)",
}

#: Extension → its minimum version. Older ones have no `halfvec`.
MIN_VERSIONS = {"vector": (0, 7)}


@register(Tags.database)
def check_database(
    app_configs: Any, databases: Sequence[str] | None = None, **options: Any
) -> list[CheckMessage]:
    """Check the version, extensions, encoding, collation and permissions of each given database."""
    messages: list[CheckMessage] = []
    for alias in databases or ():
        if connections[alias].vendor == "postgresql":
            for check in (
                _check_version,
                _check_extensions,
                _check_encoding,
                _check_letter_case,
                _check_temporary_tables,
            ):
                messages += check(alias)
        else:
            messages.append(
                Error("The database is not PostgreSQL.", hint="Set DATABASE_URL.", id="factcheck.E001")
            )
    return messages


def _check_version(alias: str) -> list[CheckMessage]:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
        (version,) = cursor.fetchone()
    if version >= MIN_POSTGRESQL:
        return []
    return [
        Error(
            f"The database is PostgreSQL {version}; the project needs {MIN_POSTGRESQL} or newer.",
            hint="Upgrade the server, or unset DATABASE_URL to use the embedded one.",
            id="factcheck.E002",
        )
    ]


def _check_extensions(alias: str) -> list[CheckMessage]:
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT name, coalesce(installed_version, default_version) FROM pg_available_extensions"
            " WHERE name = ANY(%s)",
            [list(EXTENSIONS)],
        )
        versions = dict(cursor.fetchall())
    missing_extensions: list[CheckMessage] = [
        Error(
            f"The database server does not offer the extension {name}.",
            hint=f"Install {package} on the database server; `manage.py migrate` then creates it.",
            id="factcheck.E003",
        )
        for name, package in EXTENSIONS.items()
        if name not in versions
    ]
    return missing_extensions + [
        Error(
            f"The extension {name} is version {versions[name]}; {'.'.join(map(str, minimum))} or newer is needed.",
            hint=f"Install a newer {EXTENSIONS[name]}; if it is in use, run ALTER EXTENSION {name} UPDATE.",
            id="factcheck.E006",
        )
        for name, minimum in MIN_VERSIONS.items()
        if _is_older(versions.get(name), minimum)
    ]


def _is_older(version: str | None, minimum: tuple[int, ...]) -> bool:
    """Return whether a version is older than `minimum`; False if it cannot be compared."""
    numbers = (version or "").split(".")
    return all(map(str.isdecimal, numbers)) and tuple(map(int, numbers)) < minimum


def _check_encoding(alias: str) -> list[CheckMessage]:
    with connections[alias].cursor() as cursor:
        cursor.execute("SHOW server_encoding")
        (encoding,) = cursor.fetchone()
    if encoding == "UTF8":
        return []
    name = connections[alias].settings_dict["NAME"]
    return [
        Error(
            f"The database stores text as {encoding}; claims come in every script and need UTF8.",
            hint=f"Create it again: CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0.",
            id="factcheck.E004",
        )
    ]


def _check_letter_case(alias: str) -> list[CheckMessage]:
    """Check that the database handles letter case, which comparisons of statements and names depend on."""
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT lower('ÉЖ') = 'éж' AND upper('éж') = 'ÉЖ',"
            " current_setting('server_version_num')::int >= 170000"
        )
        is_folded, has_builtin_locales = cursor.fetchone()
    if is_folded:
        return []
    name = connections[alias].settings_dict["NAME"]
    locale = "builtin BUILTIN_LOCALE 'C.UTF-8'" if has_builtin_locales else "icu ICU_LOCALE 'und'"
    return [
        Error(
            f"The database {name} converts the case of ASCII letters only: to it, É and é are different letters.",
            hint=(
                f"Dump it, create it again and restore it: CREATE DATABASE {name} ENCODING 'UTF8'"
                f" LOCALE_PROVIDER {locale} TEMPLATE template0. The locale of a database cannot be changed."
            ),
            id="factcheck.E007",
        )
    ]


def _check_temporary_tables(alias: str) -> list[CheckMessage]:
    """Check that PUBLIC cannot create temporary tables. Rules also name their schemas, so this is a second defence."""
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT FROM pg_database, aclexplode(coalesce(datacl, acldefault('d', datdba))) AS granted"
            " WHERE datname = current_database() AND granted.grantee = 0 AND privilege_type = 'TEMPORARY'"
        )
        if not cursor.rowcount:
            return []
    name = connections[alias].settings_dict["NAME"]
    return [
        Advice(
            f"Everybody who may connect to the database {name} can make temporary tables in it.",
            hint=f"As its owner: REVOKE TEMPORARY ON DATABASE {name} FROM PUBLIC. The owner keeps the right.",
            id="factcheck.W006",
        )
    ]


@register()
def check_signoffs(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """Check that REQUIRED_SIGNOFFS is at least 1; tests and overrides could set it lower."""
    signoff_count: object = settings.REQUIRED_SIGNOFFS
    if isinstance(signoff_count, int) and not isinstance(signoff_count, bool) and signoff_count >= 1:
        return []
    return [
        Error(
            f"REQUIRED_SIGNOFFS is {signoff_count!r}; at least one person other than the author must sign off.",
            hint="Set it to 1 or more.",
            id="factcheck.E005",
        )
    ]

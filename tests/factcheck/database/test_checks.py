"""System checks name what the database lacks and how to get it."""

import pytest
from django.db import connections

from factcheck.database import checks
from tests.helpers.broken_rules import sql
from tests.helpers.database import database_of
from tests.helpers.sweeps import sweep


@pytest.mark.django_db
def test_embedded_server_has_everything():
    assert checks.check_database(None, databases=["default"]) == []


def test_without_a_database_no_query_is_run():
    assert checks.check_database(None, databases=None) == []
    assert checks.check_database(None, databases=[]) == []


@pytest.mark.django_db
def test_missing_extension_is_named_with_its_package(monkeypatch):
    monkeypatch.setitem(checks.EXTENSIONS, "no_such_extension", "the package of that name")
    (error,) = checks.check_database(None, databases=["default"])
    assert error.id == "factcheck.E003"
    assert error.msg == "The database server does not offer the extension no_such_extension."
    assert str(error.hint).startswith("Install the package of that name on the database server")


@pytest.mark.django_db
def test_temporary_tables_for_public_are_reported_with_the_solution():
    name = connections["default"].settings_dict["NAME"]
    sql(f'GRANT TEMPORARY ON DATABASE "{name}" TO PUBLIC')
    (warning,) = checks.check_database(None, databases=["default"])
    assert warning.id == "factcheck.W006"
    assert f"REVOKE TEMPORARY ON DATABASE {name} FROM PUBLIC" in str(warning.hint)
    sql(f'REVOKE TEMPORARY ON DATABASE "{name}" FROM PUBLIC')
    assert checks.check_database(None, databases=["default"]) == []


@pytest.mark.django_db
def test_old_server_is_refused(monkeypatch):
    monkeypatch.setattr(checks, "MIN_POSTGRESQL", 99)
    (error,) = checks.check_database(None, databases=["default"])
    assert error.id == "factcheck.E002"
    assert error.msg.endswith("the project needs 99 or newer.")


@pytest.mark.django_db
def test_other_encoding_is_refused(monkeypatch):
    class Cursor:
        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def execute(self, query):
            assert query == "SHOW server_encoding"

        def fetchone(self):
            return ("SQL_ASCII",)

    monkeypatch.setattr(connections["default"], "cursor", Cursor)
    (error,) = checks._check_encoding("default")
    assert error.id == "factcheck.E004"
    assert "SQL_ASCII" in error.msg


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("locale", "is_folded"),
    [
        ("LOCALE_PROVIDER libc LOCALE 'C'", False),
        ("LOCALE_PROVIDER builtin LOCALE 'C' BUILTIN_LOCALE 'C'", False),
        ("LOCALE_PROVIDER builtin LOCALE 'C' BUILTIN_LOCALE 'C.UTF-8'", True),
    ],
)
def test_a_locale_without_letters_is_refused_with_the_way_out(
    locale: str, is_folded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the case of letters statements are found again, names are compared, and editors search."""
    knows_builtin = connections["default"].pg_version >= 170000  # type: ignore[attr-defined]  # PostgreSQL is the only backend
    if "builtin" in locale and not knows_builtin:
        pytest.skip("PostgreSQL has such locales from 17 on")
    with database_of(locale) as other:
        monkeypatch.setattr(connections["default"], "cursor", other.cursor)
        found = checks._check_letter_case("default")
    assert [error.id for error in found] == ([] if is_folded else ["factcheck.E007"])
    way = "builtin BUILTIN_LOCALE 'C.UTF-8'" if knows_builtin else "icu ICU_LOCALE 'und'"
    assert is_folded or f"LOCALE_PROVIDER {way} TEMPLATE template0" in str(found[0].hint)


@pytest.mark.parametrize("required", [0, -1, None, "2", True])
def test_fewer_than_four_eyes_are_refused(settings, required):
    settings.REQUIRED_SIGNOFFS = required
    (error,) = checks.check_signoffs(None)
    assert error.id == "factcheck.E005"


@pytest.mark.parametrize("required", [1, 3])
def test_four_eyes_and_more(settings, required):
    settings.REQUIRED_SIGNOFFS = required
    assert checks.check_signoffs(None) == []


@pytest.mark.django_db
def test_an_extension_that_is_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "MIN_VERSIONS", {"vector": (99, 1), "pg_trgm": (1, 0)})
    (error,) = checks.check_database(None, databases=["default"])
    assert error.id == "factcheck.E006"
    assert error.msg.startswith("The extension vector is version 0.")
    assert error.msg.endswith("; 99.1 or newer is needed.")


@sweep(
    "version, is_older",
    [
        ("0.6.2", True),
        ("0.7", False),
        ("0.7.4", False),
        ("0.10.0", False),
        ("unpackaged", False),
        (None, False),
    ],
)
def test_versions_are_compared_as_numbers(version: str | None, is_older: bool) -> None:
    assert checks._is_older(version, (0, 7)) == is_older

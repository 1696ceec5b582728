"""What the role that serves was given beyond its needs is named, with the way back."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as project
from django.core.management import call_command
from django.db import connection, transaction

from factcheck.database import database_roles, embedded, role_checks
from factcheck.database.pending_migrations import GRANTS_PENDING, list_pending_migrations
from tests.helpers.database import connect
from tests.helpers.tampering import as_owner_of_tables, as_superuser

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not project.EMBEDDED_DATABASE, reason="This server has no roles of ours."),
]


def found() -> list[tuple[str, str]]:
    return [
        (str(message.id), str(message.msg))
        for message in role_checks.check_roles(None, databases=["default"])
    ]


def given(*statements: str) -> None:
    name = connection.settings_dict["NAME"]
    with as_superuser(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement.replace("{database}", f'"{name}"'))


def test_a_role_with_the_right_privileges_is_not_reported() -> None:
    assert found() == []
    assert role_checks.check_owner(None) == []


def test_without_a_database_no_query_is_run() -> None:
    assert role_checks.check_roles(None, databases=None) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "statement, number, words",
    [
        ("ALTER ROLE factcheck CREATEROLE", 11, "has the attribute CREATEROLE"),
        ("ALTER ROLE factcheck REPLICATION", 11, "has the attribute REPLICATION"),
        ("ALTER ROLE factcheck SUPERUSER", 11, "has the attribute SUPERUSER"),
        ("GRANT pg_write_server_files TO factcheck", 11, "is a member of the role pg_write_server_files"),
        (
            "GRANT SET ON PARAMETER session_replication_role TO factcheck",
            11,
            "may set session_replication_role",
        ),
        (
            "ALTER ROLE factcheck SET session_replication_role = replica",
            11,
            "begins with the setting session_replication_role=replica",
        ),
        ("ALTER TABLE claims_topic OWNER TO factcheck", 12, "owns table claims_topic"),
        ("CREATE SCHEMA theirs AUTHORIZATION factcheck", 12, "owns schema theirs"),
        ("GRANT TEMPORARY ON DATABASE {database} TO factcheck", 13, "may TEMPORARY in the database"),
        ("GRANT CREATE ON SCHEMA public TO PUBLIC", 13, "may CREATE in the schema public"),
        ("GRANT EXECUTE ON FUNCTION pg_read_file(text) TO factcheck", 13, "may call pg_read_file(text)"),
        (
            "ALTER DEFAULT PRIVILEGES FOR ROLE factcheck_owner GRANT UPDATE ON TABLES TO factcheck",
            14,
            "is granted UPDATE of every new table",
        ),
        (
            "GRANT TRUNCATE ON claims_publication TO PUBLIC",
            15,
            "is granted more than it needs of claims_publication (TRUNCATE)",
        ),
        (
            "GRANT UPDATE (note) ON claims_transition TO factcheck",
            15,
            "is granted more than it needs of claims_transition (UPDATE (note))",
        ),
        (
            "REVOKE SELECT ON claims_claim FROM factcheck",
            15,
            "is granted less than it needs of claims_claim (SELECT is missing)",
        ),
    ],
)
def test_extra_and_missing_privileges_are_named(statement: str, number: int, words: str) -> None:
    given(statement)
    assert [
        message for code, message in found() if code == f"factcheck.W0{number}" and words in message
    ] != []


def test_many_at_once_are_counted() -> None:
    given("GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO PUBLIC")
    [(code, message)] = found()
    assert code == "factcheck.W015"
    assert "otherwise than it needs of" in message
    assert "tables and sequences, such as account_emailaddress." in message


def test_member_of_the_owner_is_named() -> None:
    given("REVOKE factcheck FROM factcheck_owner", "GRANT factcheck_owner TO factcheck")
    assert ("factcheck.W011", "The role that serves is a member of the role factcheck_owner.") in found()


def test_rule_that_is_switched_off_is_named() -> None:
    given("ALTER TABLE claims_signoff DISABLE TRIGGER USER")
    switched_off = [message for code, message in found() if code == "factcheck.W016"]
    assert len(switched_off) > 3
    assert all(message.endswith(" of claims_signoff.") for message in switched_off)


def test_a_serving_role_that_owns_the_tables_is_reported_in_production(settings: Any) -> None:
    settings.OWNER_DATABASE, settings.RUNTIME_ROLE = None, embedded.OWNER
    [message] = role_checks.check_owner(None)
    assert message.id == "factcheck.W010"
    assert "OWNER_DATABASE_URL" in str(message.hint)
    assert found() == []  # what it could do besides is all said


# What migrate does about it -------------------------------------------------------------------------------------------


@pytest.fixture
def narrowed_again(transactional_db: None) -> Iterator[None]:
    yield
    with database_roles.connect_as_owner():
        database_roles.correct_grants()


@pytest.mark.usefixtures("narrowed_again")
def test_migrate_grants_needed_privileges_and_revokes_the_others() -> None:
    with as_owner_of_tables(), connection.cursor() as cursor:
        for statement in (
            "GRANT ALL ON claims_publication, claims_transition TO factcheck, PUBLIC",
            "GRANT UPDATE (note) ON claims_transition TO factcheck",
            "GRANT UPDATE, INSERT ON claims_rating TO factcheck",
            """
            DO $$ BEGIN EXECUTE (
                SELECT format('ALTER TABLE %s ALTER CONSTRAINT %I DEFERRABLE', conrelid::regclass, conname)
                FROM pg_constraint WHERE contype = 'f' AND conrelid = 'claims_verdict'::regclass LIMIT 1
            ); END $$
            """,
            "REVOKE ALL ON claims_claim FROM factcheck",
            "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT DELETE ON TABLES TO factcheck",
            "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO PUBLIC",
            "GRANT UPDATE ON ALL SEQUENCES IN SCHEMA public TO factcheck",
        ):
            cursor.execute(statement)
    assert {code for code, _message in found()} == {
        *("factcheck.W013", "factcheck.W014", "factcheck.W015", "factcheck.W017")
    }
    call_command("migrate", verbosity=0)
    assert found() == []
    assert database_roles.find_wrong_grants() == {}


@pytest.mark.usefixtures("transactional_db")
def test_it_connects_as_the_owner_and_restores_the_previous_role() -> None:
    def who() -> tuple[str, str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user, current_database()")
            user, database = cursor.fetchone()
            return str(user), str(database)

    before = who()
    with database_roles.connect_as_owner():
        assert who() == (embedded.OWNER, before[1])
        with database_roles.connect_as_owner():
            assert who() == (embedded.OWNER, before[1])
    assert who() == before == (embedded.RUNTIME, connection.settings_dict["NAME"])


def test_it_does_not_switch_roles_within_a_transaction() -> None:
    with pytest.raises(RuntimeError, match="A transaction is open"), database_roles.connect_as_owner():
        pytest.fail("came as the owner")


@pytest.mark.usefixtures("transactional_db")
def test_a_new_table_without_a_rule_has_no_grants() -> None:
    name = connection.settings_dict["NAME"]
    with connect(name, embedded.OWNER) as owner, owner.transaction(force_rollback=True):
        owner.execute("CREATE TABLE public.unheard_of (id bigint)")
        may = "SELECT has_table_privilege('factcheck', 'public.unheard_of', 'SELECT')"
        assert owner.execute(may).fetchone() == (False,)


def test_migrate_that_was_cut_off_is_pending() -> None:
    """The serving role may not even read the list of migrations, so no server starts, and the demo migrates again."""
    assert list_pending_migrations() == []
    given("REVOKE ALL ON django_migrations FROM factcheck")
    with transaction.atomic():
        assert list_pending_migrations() == [GRANTS_PENDING]
        transaction.set_rollback(True)

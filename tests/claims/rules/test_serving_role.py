"""The credentials of the serving role do not allow rewriting history: attempts in raw SQL.

Each uses a separate connection of that role, like an attacker who has found its password.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections
from pytest_django import DjangoDbBlocker

from factcheck.database import database_roles, embedded
from tests.helpers.database import address, administration, connect, replace_database
from tests.helpers.newsroom import person, publishing

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not settings.EMBEDDED_DATABASE, reason="This server has no roles of ours."),
]

Server = psycopg.Connection[Any]


@pytest.fixture(scope="module")
def ledger(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The name of a database in which something was published, and then something else."""
    with django_db_blocker.unblock():
        replace_database()
        publish = publishing(person("chris", "Fact-checker"), person("edith", "Editor"))
        publish()
        publish()
        connections.close_all()
        yield connection.settings_dict["NAME"]
        replace_database()


@pytest.fixture(scope="module")
def past(ledger: str) -> str:
    return all_that_is_kept(ledger)


@pytest.fixture
def serving(ledger: str, past: str) -> Iterator[Server]:
    with connect(ledger, embedded.RUNTIME) as server:
        yield server


def all_that_is_kept(name: str) -> str:
    """The contents of the ledger and related tables, and their rules."""
    digest = hashlib.sha256()
    with administration(name) as server:
        for query in (
            "SELECT * FROM claims_publication ORDER BY id",
            "SELECT * FROM claims_publishedverdict ORDER BY id",
            "SELECT * FROM claims_transition ORDER BY id",
            "SELECT * FROM claims_signoff ORDER BY id",
            "SELECT * FROM claims_claim ORDER BY id",
            "SELECT * FROM claims_verdict ORDER BY id",
            "SELECT tgname, tgenabled, tgtype, tgfoid, tgrelid FROM pg_trigger ORDER BY 1, 5",
            "SELECT proname, prosrc, proowner, prosecdef, proconfig FROM pg_proc ORDER BY oid",
            "SELECT conname, conrelid, convalidated FROM pg_constraint ORDER BY oid",
            "SELECT oid, relname, relowner, relacl::text FROM pg_class WHERE relnamespace = 2200 ORDER BY oid",
            "SELECT rolname, rolsuper, rolcreaterole FROM pg_roles ORDER BY oid",
            "SELECT roleid, member FROM pg_auth_members ORDER BY 1, 2",
            "SELECT setrole, setdatabase, setconfig FROM pg_db_role_setting ORDER BY 1, 2",
            "SELECT lomowner, count(*) FROM pg_largeobject_metadata GROUP BY 1",
            "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' ORDER BY 1",
            "SELECT count(*) FROM pg_rewrite",
            "SELECT count(*) FROM pg_inherits",
            "SELECT count(*) FROM pg_event_trigger",
        ):
            digest.update(repr(server.execute(query).fetchall()).encode())
    return digest.hexdigest()


PERMISSION, RULE = "42501", "23000"

#: Ways to rewrite publications, or to become a role that can. `{function}` is the function of a rule of
#: the ledger, `{keeper}` one that writes in the name of the owner.
ATTEMPTS = [
    # Rules switched off.
    "ALTER TABLE claims_publication DISABLE TRIGGER ALL",
    "ALTER TABLE claims_publication DISABLE TRIGGER USER",
    "ALTER TABLE claims_publication ENABLE REPLICA TRIGGER {trigger}",
    "DROP TRIGGER {trigger} ON claims_publication",
    "ALTER TRIGGER {trigger} ON claims_publication RENAME TO harmless",
    "SET session_replication_role = replica",
    "SELECT set_config('session_replication_role', 'replica', false)",
    "ALTER ROLE CURRENT_USER SET session_replication_role = replica",
    "ALTER ROLE ALL SET session_replication_role = replica",
    "ALTER DATABASE {database} SET session_replication_role = replica",
    "ALTER SYSTEM SET session_replication_role = replica",
    "UPDATE pg_settings SET setting = 'replica' WHERE name = 'session_replication_role'",
    "DO $$ BEGIN PERFORM set_config('session_replication_role', 'replica', true); END $$",
    # Rules replaced.
    "CREATE OR REPLACE FUNCTION public.{function}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "ALTER FUNCTION public.{function}() SET session_replication_role = replica",
    "ALTER FUNCTION public.{function}() RENAME TO harmless",
    "ALTER FUNCTION public.{function}() OWNER TO CURRENT_USER",
    "DROP FUNCTION public.{function}() CASCADE",
    "CREATE OR REPLACE FUNCTION pg_catalog.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT ''epoch''::timestamptz'",
    "CREATE TRIGGER mine BEFORE UPDATE ON claims_publication FOR EACH ROW EXECUTE FUNCTION public.{function}()",
    "DO $$ BEGIN EXECUTE 'ALTER TABLE public.claims_publication DISABLE TRIGGER ALL'; END $$",
    # What tables are.
    "ALTER TABLE claims_publication DROP CONSTRAINT {constraint}",
    "ALTER TABLE claims_publication ALTER COLUMN body DROP NOT NULL",
    "ALTER TABLE claims_publication ADD COLUMN note_of_mine text",
    "ALTER TABLE claims_publication RENAME TO forgotten",
    "ALTER TABLE claims_publication SET SCHEMA pg_temp",
    "ALTER TABLE claims_publication OWNER TO CURRENT_USER",
    "ALTER TABLE claims_publication ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY hidden ON claims_publication USING (false)",
    "CREATE RULE silence AS ON INSERT TO claims_publication DO INSTEAD NOTHING",
    "CREATE RULE other AS ON SELECT TO claims_publication DO INSTEAD SELECT * FROM claims_claim",
    "CREATE INDEX mine ON claims_publication (lower(note))",
    "CREATE STATISTICS mine ON id, sequence FROM claims_publication",
    "CREATE TABLE child () INHERITS (claims_publication)",
    "ALTER TABLE claims_claim INHERIT claims_publication",
    "ALTER TABLE claims_publication ATTACH PARTITION claims_claim DEFAULT",
    "DROP TABLE claims_publication CASCADE",
    "TRUNCATE claims_publication",
    "TRUNCATE claims_transition, claims_signoff, claims_publication CASCADE",
    "REINDEX TABLE claims_publication",
    "CLUSTER claims_publication USING claims_publication_pkey",
    "COMMENT ON TABLE claims_publication IS 'nothing to see'",
    # Rows.
    "DELETE FROM claims_publication",
    "DELETE FROM claims_transition",
    "UPDATE claims_transition SET at = 'epoch'",
    "UPDATE claims_signoff SET by_name = 'Somebody else'",
    "UPDATE sources_snapshot SET text = ''",
    "INSERT INTO claims_claimevent SELECT * FROM claims_claimevent",
    "DELETE FROM claims_verdictevent",
    "UPDATE claims_mention SET thing_id = 1",
    "UPDATE claims_auditrecord SET kind = 'other'",
    "MERGE INTO claims_publication USING claims_claim ON false WHEN NOT MATCHED BY SOURCE THEN DELETE",
    "UPDATE django_migrations SET name = '0001_none'",
    "SELECT setval('claims_publication_id_seq', 1)",
    "ALTER SEQUENCE claims_publication_id_seq RESTART",
    # Something else in their place.
    "CREATE TEMPORARY TABLE claims_publication AS SELECT * FROM public.claims_publication",
    "CREATE TEMPORARY VIEW claims_signoff AS SELECT 1 AS verdict_id",
    "SELECT * INTO TEMPORARY claims_verdict FROM public.claims_verdict",
    "CREATE TABLE pg_temp.claims_publication (id bigint)",
    "CREATE FUNCTION pg_temp.md5(text) RETURNS text LANGUAGE sql AS 'SELECT ''x'''",
    "CREATE SCHEMA mine",
    "CREATE SCHEMA IF NOT EXISTS mine AUTHORIZATION CURRENT_USER",
    "CREATE TABLE public.mine (id bigint)",
    "CREATE VIEW public.mine AS SELECT 1 AS one",
    "CREATE MATERIALIZED VIEW public.mine AS SELECT 1 AS one",
    "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE OPERATOR public.= (FUNCTION = pg_catalog.int4eq, LEFTARG = int4, RIGHTARG = int8)",
    "CREATE CAST (text AS int) WITH INOUT AS IMPLICIT",
    "CREATE TYPE public.mine AS ENUM ('a')",
    "CREATE DOMAIN public.mine AS text",
    "CREATE AGGREGATE public.mine (int) (SFUNC = int4pl, STYPE = int)",
    'CREATE COLLATION public.mine FROM "C"',
    "CREATE TEXT SEARCH DICTIONARY public.mine (TEMPLATE = pg_catalog.simple)",
    "CREATE EVENT TRIGGER mine ON ddl_command_start EXECUTE FUNCTION public.{function}()",
    "CREATE EXTENSION dblink",
    "CREATE EXTENSION btree_gist",
    "CREATE EXTENSION file_fdw",
    "CREATE FUNCTION pg_temp.mine() RETURNS int LANGUAGE c AS '/tmp/mine.so'",
    "CREATE FOREIGN DATA WRAPPER mine",
    "CREATE PUBLICATION mine FOR TABLE claims_publication",
    "CREATE SUBSCRIPTION mine CONNECTION 'host=example.org' PUBLICATION theirs",
    "LOAD '/tmp/mine.so'",
    # Another role.
    "SET ROLE factcheck_owner",
    "SET ROLE postgres",
    "SET SESSION AUTHORIZATION factcheck_owner",
    "SET LOCAL ROLE pg_database_owner",
    "GRANT factcheck_owner TO CURRENT_USER",
    "GRANT pg_execute_server_program TO CURRENT_USER",
    "GRANT SET ON PARAMETER session_replication_role TO CURRENT_USER",
    "REASSIGN OWNED BY factcheck_owner TO CURRENT_USER",
    "DROP OWNED BY factcheck_owner",
    "ALTER ROLE CURRENT_USER SUPERUSER",
    "ALTER ROLE CURRENT_USER CREATEROLE",
    "ALTER ROLE factcheck_owner PASSWORD 'known'",
    "CREATE ROLE mine SUPERUSER",
    "DROP ROLE factcheck_owner",
    "ALTER DATABASE {database} OWNER TO CURRENT_USER",
    "ALTER SCHEMA public OWNER TO CURRENT_USER",
    "ALTER DEFAULT PRIVILEGES FOR ROLE factcheck_owner GRANT ALL ON TABLES TO CURRENT_USER",
    "SELECT rolpassword FROM pg_authid",
    # The server's files, programs and catalogue.
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "COPY claims_topic FROM PROGRAM 'echo'",
    "COPY (SELECT 1) TO '/tmp/factcheck-nothing'",
    "COPY claims_topic FROM '/etc/passwd'",
    "SELECT pg_read_file('pg_hba.conf')",
    "SELECT pg_ls_dir('.')",
    "SELECT * FROM pg_hba_file_rules",
    "SELECT pg_reload_conf()",
    "SELECT lo_import('/etc/passwd')",
    "SELECT lo_export(1, '/tmp/factcheck-nothing')",
    "SELECT lo_create(0)",
    "SELECT lo_from_bytea(0, 'x')",
    "UPDATE pg_catalog.pg_trigger SET tgenabled = 'D'",
    "DELETE FROM pg_catalog.pg_trigger",
    "UPDATE pg_catalog.pg_proc SET prosrc = 'BEGIN RETURN NEW; END'",
    "UPDATE pg_catalog.pg_authid SET rolsuper = true",
    "UPDATE pg_catalog.pg_class SET relowner = 1",
    "INSERT INTO pg_catalog.pg_auth_members SELECT * FROM pg_auth_members",
    "SELECT pg_promote()",
    "SELECT pg_rotate_logfile()",
    "CREATE TABLESPACE mine LOCATION '/tmp'",
    "CREATE DATABASE mine TEMPLATE {database}",
    "DROP DATABASE {database}",
    "SELECT pg_create_physical_replication_slot('mine')",
    "SELECT public.{keeper}()",
]


@pytest.mark.parametrize("statement", ATTEMPTS)
def test_way_to_rewrite_the_past_is_closed(serving: Server, statement: str) -> None:
    with pytest.raises(psycopg.Error) as refusal:
        serving.execute(filled_in(serving, statement))
    # Not for an error of ours in the statement.
    assert refusal.value.sqlstate == PERMISSION, refusal.value


#: Here PostgreSQL warns, and does nothing.
WITHOUT_EFFECT = [
    "GRANT ALL ON claims_publication TO CURRENT_USER",
    "GRANT UPDATE (body) ON claims_publication TO CURRENT_USER WITH GRANT OPTION",
    "GRANT CREATE ON SCHEMA public TO CURRENT_USER",
    "GRANT TEMPORARY, CREATE ON DATABASE {database} TO CURRENT_USER",
    "REVOKE ALL ON claims_publication FROM factcheck_owner",
    "VACUUM FULL claims_publication",
    "ANALYZE claims_publication",
]


@pytest.mark.parametrize("statement", WITHOUT_EFFECT)
def test_attempts_that_are_not_refused_change_nothing(
    serving: Server, ledger: str, past: str, statement: str
) -> None:
    serving.execute(filled_in(serving, statement))
    assert all_that_is_kept(ledger) == past


def filled_in(serving: Server, statement: str) -> str:
    [(trigger, function)] = serving.execute(
        "SELECT tgname, proname FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid"
        " WHERE tgrelid = 'claims_publication'::regclass AND tgname LIKE 'pgtrigger_publication_no_delete%'"
    ).fetchall()
    [keeper, *_] = serving.execute(
        "SELECT proname FROM pg_proc WHERE prosecdef AND prorettype = 'trigger'::regtype ORDER BY 1"
    ).fetchall()
    [constraint, *_] = serving.execute(
        "SELECT conname FROM pg_constraint WHERE conrelid = 'claims_publication'::regclass AND contype = 'c' ORDER BY 1"
    ).fetchall()
    words = {
        "{trigger}": trigger,
        "{function}": function,
        "{keeper}": keeper[0],
        "{constraint}": constraint[0],
        "{database}": serving.info.dbname,
    }
    for name, word in words.items():
        statement = statement.replace(name, word)
    return statement


#: What it may do to some rows, it may not do to these: the rules hold, and no setting of a session moves them.
AGAINST_RULES = [
    "UPDATE claims_publication SET body = '{}'",
    "UPDATE claims_publication SET published_at = 'epoch'",
    "UPDATE public.claims_publication SET superseded_at = NULL, note = 'x'",
    "UPDATE claims_publishedverdict SET superseded_at = now()",
    "UPDATE claims_verdict SET summary = 'Something else.' WHERE state = 'published'",
    "UPDATE claims_verdict SET state = 'draft'",
    "UPDATE claims_claim SET state = 'proposed'",
    "DELETE FROM claims_verdict",
    "MERGE INTO claims_publication AS p USING claims_claim ON true WHEN MATCHED THEN UPDATE SET note = 'x'",
]
SETTINGS = ["", "SET search_path = pg_temp, public", "SET pgtrigger.ignore = '{claims_publication}'"]


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("statement", AGAINST_RULES)
def test_rules_apply_to_the_serving_role(serving: Server, statement: str, setting: str) -> None:
    if setting:
        serving.execute(setting)
    with pytest.raises(psycopg.errors.IntegrityError):
        serving.execute(statement)


def test_the_staging_functions_create_only_staging_tables(serving: Server) -> None:
    """Its functions create temporary tables in the owner's name; none of our tables has such a name."""
    serving.execute("SELECT public.claims_stage_begin()")
    for statement in (
        "CREATE TEMPORARY TABLE claims_publication (id bigint)",
        "CREATE FUNCTION pg_temp.claims_statement_key(text) RETURNS uuid LANGUAGE sql AS 'SELECT NULL::uuid'",
        "CREATE TRIGGER mine BEFORE INSERT ON pg_temp.staged_review EXECUTE FUNCTION pg_catalog.ri_fkey_check_ins()",
        "ALTER TABLE pg_temp.staged_review RENAME TO claims_publication",
        "ALTER TABLE pg_temp.staged_review ADD COLUMN mine text",
        "CREATE RULE mine AS ON INSERT TO pg_temp.staged_review DO ALSO DELETE FROM claims_publication",
        "CREATE INDEX ON pg_temp.staged_review (lower(statement))",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            serving.execute(statement)
    serving.execute("SELECT public.factcheck_analyze('pg_temp.staged_review')")
    serving.execute("SELECT public.factcheck_analyze('pg_catalog.pg_authid')")  # is passed over
    serving.execute("SELECT public.claims_stage_end()")


def test_it_is_the_role_that_serves_and_can_do_its_work(serving: Server) -> None:
    found = serving.execute(
        "SELECT session_user, current_user, count(*) FROM claims_publication GROUP BY 1, 2"
    ).fetchall()
    assert found == [(embedded.RUNTIME, embedded.RUNTIME, 2)]
    with serving.transaction(force_rollback=True):
        assert serving.execute("UPDATE claims_claim SET context = 'On a bridge.'").rowcount == 2
    owned = "SELECT count(*) FROM pg_shdepend WHERE refobjid = current_user::regrole AND deptype = 'o'"
    assert serving.execute(owned).fetchone() == (0,)


@pytest.mark.parametrize("role", [embedded.OWNER, embedded.SUPERUSER])
def test_its_password_admits_only_this_role(serving: Server, role: str) -> None:
    own = address(serving.info.dbname, embedded.RUNTIME)
    for attempt in (own.replace(f"user={embedded.RUNTIME}", f"user={role}"), own.partition("&passfile")[0]):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(attempt)
    [line] = (
        embedded.ServerPaths(settings.DATA_DIR.resolve()).password_file(embedded.RUNTIME).read_text().split()
    )
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(address(serving.info.dbname, role), password=line.rpartition(":")[2])


def test_each_table_is_granted_as_its_rules_say(serving: Server) -> None:
    """Read from the database, beside what `list_intended_operations` says."""
    may = dict(
        serving.execute(
            "SELECT relname, string_agg(privilege, ' ' ORDER BY privilege) FROM pg_class, unnest(ARRAY['SELECT',"
            " 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS privilege"
            " WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND CASE"
            # Of which columns, `test_forgery` asks.
            " WHEN privilege IN ('INSERT', 'UPDATE') THEN has_any_column_privilege(oid, privilege)"
            " ELSE has_table_privilege(oid, privilege) END"
            " GROUP BY 1"
        ).fetchall()
    )
    assert {
        name: may[name]
        for name in (
            "claims_publication", "claims_transition", "claims_signoff", "claims_claimevent", "claims_mention",
            "sources_snapshot", "django_migrations", "claims_auditrecord", "procrastinate_jobs",
        )
    } == {
        "claims_publication": "INSERT SELECT UPDATE",
        "claims_transition": "INSERT SELECT",
        "claims_signoff": "INSERT SELECT",
        "claims_claimevent": "SELECT",
        "claims_mention": "SELECT",
        "sources_snapshot": "INSERT SELECT",
        "django_migrations": "SELECT",
        "claims_auditrecord": "DELETE INSERT SELECT",
        "procrastinate_jobs": "DELETE INSERT SELECT UPDATE",
    }  # fmt: skip
    assert {name: frozenset(words.split()) for name, words in may.items()} == {
        name: rights for name, rights in database_roles.list_intended_operations().items() if name in may
    }


def test_after_all_of_it_everything_is_as_it_was(ledger: str, past: str) -> None:
    assert all_that_is_kept(ledger) == past

"""Give a new or existing database in an embedded server to the owner role."""

from typing import Any

import psycopg
from psycopg import sql

from factcheck.database.embedded.paths import OWNER, RUNTIME, SUPERUSER, ServerPaths
from factcheck.database.embedded.roles import connect

#: The extensions required by migrations that only a superuser can create.
_EXTENSIONS = ("vector",)

#: With these functions, anyone could store files of any size in the database; nothing here needs them.
_LARGE_OBJECTS = ("lo_creat(integer)", "lo_create(oid)", "lo_from_bytea(oid, bytea)", "lo_open(oid, integer)")


def ensure_database(server_paths: ServerPaths, name: str) -> None:
    """Create the database if necessary and bring its settings up to date.

    Raises:
        psycopg.Error: the database could not be created or changed.
    """
    try:
        connection = connect(server_paths, SUPERUSER, name)
    except psycopg.OperationalError:
        with connect(server_paths, SUPERUSER, "postgres") as server:
            if not server.execute("SELECT FROM pg_database WHERE datname = %s", [name]).rowcount:
                server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        connection = connect(server_paths, SUPERUSER, name)
    with connection:
        restrict_access(connection, name)


def restrict_access(connection: psycopg.Connection[Any], name: str) -> None:
    """Make the owner role the owner of a database, and let other roles only read its structure.

    Args:
        connection: a superuser's connection to this database.
    """
    row = connection.execute(_IS_OWN_SQL, [OWNER, OWNER]).fetchone()
    with connection.transaction():
        if row != (True,):
            for extension in _EXTENSIONS:
                _ensure_extension(connection, extension)
            for function in _LARGE_OBJECTS:
                connection.execute(f"REVOKE EXECUTE ON FUNCTION pg_catalog.{function} FROM PUBLIC")
            connection.execute(_CHANGE_OWNER_SQL)
            owner_sql = sql.SQL("ALTER DATABASE {} OWNER TO {}")
            connection.execute(owner_sql.format(sql.Identifier(name), sql.Identifier(OWNER)))
        revoke_sql = sql.SQL("REVOKE TEMPORARY, CREATE ON DATABASE {} FROM PUBLIC, {}")
        connection.execute(revoke_sql.format(sql.Identifier(name), sql.Identifier(RUNTIME)))
        connection.execute(
            sql.SQL("REVOKE CREATE ON SCHEMA public FROM PUBLIC, {}").format(sql.Identifier(RUNTIME))
        )


#: Whether the owner role owns the database and its tables. It does not if an earlier version created them or if
#: another user restored a dump.
_IS_OWN_SQL = """
    SELECT pg_get_userbyid(datdba) = %s AND NOT EXISTS (
        SELECT FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND pg_get_userbyid(relowner) <> %s
    ) FROM pg_database WHERE datname = current_database()
"""


def _ensure_extension(connection: psycopg.Connection[Any], extension: str) -> None:
    if connection.execute("SELECT FROM pg_available_extensions WHERE name = %s", [extension]).rowcount:
        create_sql = sql.SQL("CREATE EXTENSION IF NOT EXISTS {} SCHEMA public")
        connection.execute(create_sql.format(sql.Identifier(extension)))


# Objects of an earlier version belong to the superuser. The serving role keeps its access to the rows until `migrate`
# sets the grants. Sequences and indexes follow their tables.
_CHANGE_OWNER_SQL = f"""
    DO $$
    DECLARE
        change text;
    BEGIN
        ALTER SCHEMA public OWNER TO pg_database_owner;
        FOR change IN
            SELECT format('ALTER %s %s OWNER TO {OWNER}', kind, name) FROM (
                SELECT 'pg_class'::regclass AS catalog, oid, oid::regclass::text AS name,
                    CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
                        ELSE 'TABLE' END AS kind
                FROM pg_class AS relation
                WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S') AND NOT EXISTS (
                    SELECT FROM pg_depend
                    WHERE objid = relation.oid AND relation.relkind = 'S' AND deptype IN ('a', 'i')
                        AND classid = 'pg_class'::regclass AND refclassid = 'pg_class'::regclass
                )
                UNION ALL
                SELECT 'pg_proc'::regclass, oid, oid::regprocedure::text, 'ROUTINE' FROM pg_proc
                WHERE pronamespace = 'public'::regnamespace
                UNION ALL
                SELECT 'pg_type'::regclass, oid, oid::regtype::text, 'TYPE' FROM pg_type
                WHERE typnamespace = 'public'::regnamespace AND typtype IN ('d', 'e', 'r')
                UNION ALL
                SELECT 'pg_ts_dict'::regclass, oid, oid::regdictionary::text, 'TEXT SEARCH DICTIONARY' FROM pg_ts_dict
                WHERE dictnamespace = 'public'::regnamespace
                UNION ALL
                SELECT 'pg_ts_config'::regclass, oid, oid::regconfig::text, 'TEXT SEARCH CONFIGURATION'
                FROM pg_ts_config WHERE cfgnamespace = 'public'::regnamespace
            ) AS ours
            WHERE NOT EXISTS (
                SELECT FROM pg_depend WHERE classid = ours.catalog AND objid = ours.oid AND deptype = 'e'
            )
        LOOP
            EXECUTE change;
        END LOOP;
        GRANT USAGE ON SCHEMA public TO {RUNTIME};
        GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {RUNTIME};
        GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {RUNTIME};
    END
    $$
"""  # noqa: S608  nothing in it comes from outside

"""System checks of the serving role's permissions. Wrong grants made by hand are reported but not removed."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.core.checks import CheckMessage, Tags, register
from django.core.checks import Warning as Advice
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections

from factcheck.database import database_roles, immediate_references

_DOCUMENTATION_HINT = "docs/database-roles.md says how."

#: PostgreSQL's predefined roles that only extend reading.
HARMLESS_ROLES = ("pg_monitor", "pg_read_all_settings", "pg_read_all_stats", "pg_stat_scan_tables")

#: The maximum number of tables that a message names. If there are more, as after an interrupted `migrate`, it has
#: their number.
MAX_LISTED = 5

_ROLE_SQL = "SELECT oid FROM pg_roles WHERE rolname = coalesce(nullif(%s, ''), session_user)"

#: Whether any of our tables belong to the serving role.
_OWNED_TABLES_SQL = """
    SELECT count(*) FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relowner = %s
"""

#: Finding → its rows. A row completes a sentence: the serving role “…”.
_EXCESS_SQL = {
    "factcheck.W011": """
        SELECT format('has the attribute %%s', attribute) FROM pg_roles, LATERAL (VALUES
            (rolsuper, 'SUPERUSER'), (rolcreaterole, 'CREATEROLE'), (rolcreatedb, 'CREATEDB'),
            (rolreplication, 'REPLICATION'), (rolbypassrls, 'BYPASSRLS')
        ) AS has (it, attribute) WHERE pg_roles.oid = %(role)s AND it
        UNION ALL
        SELECT format('is a member of the role %%s', rolname) FROM pg_roles
        WHERE pg_has_role(%(role)s::oid, oid, 'MEMBER') AND oid <> %(role)s AND NOT rolname = ANY (%(harmless)s)
            AND NOT (SELECT rolsuper FROM pg_roles WHERE oid = %(role)s)
        UNION ALL
        SELECT format('may set %%s', parname) FROM pg_parameter_acl, aclexplode(paracl) AS given
        WHERE given.grantee IN (0, %(role)s)
        UNION ALL
        SELECT format('begins with the setting %%s', setting) FROM pg_db_role_setting, unnest(setconfig) AS setting
        WHERE setrole IN (0, %(role)s) AND setting ~ '^(role|search_path|session_replication_role)='
    """,
    "factcheck.W012": """
        SELECT format('owns %%s', pg_describe_object(classid, objid, objsubid)) FROM pg_shdepend
        WHERE refclassid = 'pg_authid'::regclass AND refobjid = %(role)s AND deptype = 'o'
            AND dbid IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
            AND NOT (SELECT rolsuper FROM pg_roles WHERE oid = %(role)s)
    """,
    "factcheck.W013": """
        SELECT format('may %%s in the database %%s', privilege, current_database())
        FROM unnest(ARRAY['CREATE', 'TEMPORARY']) AS privilege
        WHERE has_database_privilege(%(role)s::oid, current_database(), privilege)
        UNION ALL
        SELECT format('may CREATE in the schema %%s', nspname) FROM pg_namespace
        WHERE nspname !~ '^pg_(toast_)?temp' AND has_schema_privilege(%(role)s::oid, oid, 'CREATE')
        UNION ALL
        SELECT format('may use the foreign data wrapper %%s', fdwname) FROM pg_foreign_data_wrapper
        WHERE has_foreign_data_wrapper_privilege(%(role)s::oid, oid, 'USAGE')
        UNION ALL
        SELECT format('may call %%s', oid::regprocedure) FROM pg_proc
        WHERE has_function_privilege(%(role)s::oid, oid, 'EXECUTE') AND (
            oid::regprocedure::text = ANY (ARRAY['pg_read_file(text)', 'pg_ls_dir(text)', 'pg_reload_conf()',
                'lo_import(text)', 'lo_export(oid,text)'])
            OR proname ~ '^dblink(_|$)' AND prokind = 'f'
            OR prosecdef AND prorettype = 'trigger'::regtype AND pronamespace = 'public'::regnamespace
        )
    """,
    "factcheck.W014": """
        SELECT format('is granted %%s of every new %%s', privilege_type,
            CASE defaclobjtype WHEN 'r' THEN 'table' WHEN 'S' THEN 'sequence' ELSE 'schema' END)
        FROM pg_default_acl, aclexplode(defaclacl) AS given
        WHERE defaclobjtype IN ('r', 'S', 'n') AND given.grantee IN (0, %(role)s)
    """,
}

_HINTS = {
    "factcheck.W011": f"ALTER ROLE, REVOKE or ALTER ROLE … RESET it, as a superuser. {_DOCUMENTATION_HINT}",
    "factcheck.W012": f"Give it to the owner of the tables: ALTER … OWNER TO. {_DOCUMENTATION_HINT}",
    "factcheck.W013": f"REVOKE it, as the owner or a superuser. {_DOCUMENTATION_HINT}",
    "factcheck.W014": "Run manage.py migrate, which takes it back.",
}

_SWITCHED_OFF_SQL = """
    SELECT format('%s of %s', tgname, tgrelid::regclass) FROM pg_trigger
    WHERE tgenabled IN ('D', 'R') AND tgrelid IN (
        SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace
    )
    ORDER BY 1
"""


@register(Tags.security, deploy=True)
def check_owner(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """Check that the serving role does not own the tables, because an owner can disable rules and rewrite history."""
    try:
        if not _is_table_owner(DEFAULT_DB_ALIAS):
            return []
    except DatabaseError:
        return []  # outages are reported elsewhere
    return [
        Advice(
            "The role of DATABASE_URL owns the tables. Anyone who gets hold of it can switch off the rules that keep"
            " what was published, and rewrite it.",
            hint="Give the tables to a role of their own, and its address to migrate, as OWNER_DATABASE_URL."
            f" {_DOCUMENTATION_HINT}",
            id="factcheck.W010",
        )
    ]


@register(Tags.database)
def check_roles(
    app_configs: Any, databases: Sequence[str] | None = None, **options: Any
) -> list[CheckMessage]:
    """Report excessive permissions of the serving role, and disabled rules."""
    if DEFAULT_DB_ALIAS not in (databases or ()) or connections[DEFAULT_DB_ALIAS].vendor != "postgresql":
        return []
    problems = [*_check_switched_off(DEFAULT_DB_ALIAS), *_check_deferrable(DEFAULT_DB_ALIAS)]
    if database_roles.is_separated() or not _is_table_owner(DEFAULT_DB_ALIAS):
        problems += [*_check_excess(DEFAULT_DB_ALIAS), *_check_grants(DEFAULT_DB_ALIAS)]
    return problems


def _is_table_owner(alias: str) -> bool:
    with connections[alias].cursor() as cursor:
        cursor.execute(_OWNED_TABLES_SQL, [_get_serving_oid(alias)])
        return bool(cursor.fetchone() != (0,))


def _get_serving_oid(alias: str) -> int:
    with connections[alias].cursor() as cursor:
        cursor.execute(_ROLE_SQL, [database_roles.get_serving_role()])
        [(oid,)] = cursor.fetchall() or [(0,)]
        return int(oid)


def _check_excess(alias: str) -> Iterator[CheckMessage]:
    parameters: dict[str, Any] = {"role": _get_serving_oid(alias), "harmless": list(HARMLESS_ROLES)}
    for code, query in _EXCESS_SQL.items():
        with connections[alias].cursor() as cursor:
            cursor.execute(query, parameters)
            for (finding,) in cursor.fetchall():
                yield Advice(f"The role that serves {finding}.", hint=_HINTS[code], id=code)


def _check_grants(alias: str) -> Iterator[CheckMessage]:
    """Report wrong permissions, unless `migrate` is about to correct them."""
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT current_user")
        if cursor.fetchone() != (database_roles.get_serving_role(),):
            return
    relations = database_roles.find_wrong_grants(alias)
    deviations = [_describe_deviation(relation) for relation in relations.values()]
    if len(deviations) > MAX_LISTED:
        deviations = [
            f"otherwise than it needs of {len(deviations)} tables and sequences, such as {min(relations)}"
        ]
    for deviation in deviations:
        yield Advice(
            f"The role that serves is granted {deviation}.",
            hint="Run manage.py migrate, which grants what is needed and nothing else.",
            id="factcheck.W015",
        )


def _describe_deviation(relation: database_roles.RelationGrants) -> str:
    operations = database_roles.get_intended_privileges(relation)
    excess = sorted((relation.serving_privileges - operations) | relation.public_privileges)
    omissions = sorted(operations - relation.serving_privileges)
    differences = [f"more than it needs of {relation.name} ({', '.join(excess)})"] if excess else []
    differences += (
        [f"less than it needs of {relation.name} ({', '.join(omissions)} is missing)"] if omissions else []
    )
    return " and ".join(differences)


def _check_switched_off(alias: str) -> Iterator[CheckMessage]:
    with connections[alias].cursor() as cursor:
        cursor.execute(_SWITCHED_OFF_SQL)
        for (trigger,) in cursor.fetchall():
            yield Advice(
                f"A rule of the database is switched off: the trigger {trigger}.",
                hint="Find out who did it and what was changed since; then ALTER TABLE … ENABLE TRIGGER, as the owner.",
                id="factcheck.W016",
            )


def _check_deferrable(alias: str) -> Iterator[CheckMessage]:
    """Warn about deferred foreign keys, except in a database that is not migrated yet."""
    references = immediate_references.find_deferred_references(alias)
    if references:
        table, name = references[0]
        yield Advice(
            f"{len(references)} references between tables are only looked at when a transaction ends, such as {name} of"
            f" {table}: until then what is referred to could be deleted and come back as another.",
            hint="Run manage.py migrate, which has them looked at with each statement.",
            id="factcheck.W017",
        )

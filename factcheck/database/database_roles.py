"""Database roles: one owns everything, another serves requests and owns nothing.

The serving role's grants follow from the models' rules: operations that a rule prohibits for everyone
(`factcheck.database.rules.Prohibition`) are not granted. Nor are the rights to change a row's identifying columns and
to choose the id of a new row. This role cannot switch off rules, because only an owner can. docs/database-roles.md
explains what this ensures and what it does not.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pgtrigger
from django.apps import apps
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from pgtrigger import registry

from factcheck.database.rules import Prohibition, ReservedIds

#: The serving role's permissions on the rows of a table, unless a rule prohibits an operation for everyone.
ROW_PRIVILEGES = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})

_OPERATIONS = {"INSERT": pgtrigger.Insert, "UPDATE": pgtrigger.Update, "DELETE": pgtrigger.Delete}

#: Django's tables that only `migrate` writes to.
_MIGRATION_TABLES = ("django_content_type", "django_migrations", "auth_permission")

#: Our tables that have no model (`factcheck/migrations/`).
_TABLES_WITHOUT_MODELS = ("factcheck_jobrequest", "factcheck_ratelimit")

#: The settings of a connection that identify its role.
_IDENTITY_KEYS = ("USER", "PASSWORD", "HOST", "PORT", "OPTIONS")

Identity = Mapping[str, Any]


def is_separated() -> bool:
    """Return whether a separate role is configured as owner of the tables."""
    return settings.OWNER_DATABASE is not None


@contextmanager
def connect_as_owner(alias: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Connect this thread as the owner until the block ends.

    Without a known owner, the serving role is assumed to be the owner, and the connection stays unchanged.
    """
    if not is_separated():
        yield
        return
    database = connections[alias]
    served_address = {name: database.settings_dict[name] for name in _IDENTITY_KEYS}
    _reconnect_as(database, get_owner_identity())
    try:
        yield
    finally:
        _reconnect_as(database, served_address)


def is_owner() -> bool:
    """Return whether the connection's role owns the tables."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user = pg_get_userbyid(relowner) FROM pg_class WHERE oid = 'django_migrations'::regclass"
        )
        return bool(cursor.fetchone()[0])


def get_owner_identity() -> Identity:
    """Return the connection settings of the owner; empty if unknown."""
    if settings.OWNER_DATABASE is None:
        return {}
    identity = {name: settings.OWNER_DATABASE[name] for name in _IDENTITY_KEYS}
    return identity | {"OPTIONS": dict(identity["OPTIONS"])}


def _reconnect_as(database: BaseDatabaseWrapper, identity: Identity) -> None:
    """Reconnect as another role to the same database, which may be a test database."""
    if database.in_atomic_block:
        raise RuntimeError("A transaction is open; wait until it ends.")
    database.close()
    database.close_pool()  # type: ignore[attr-defined]  # PostgreSQL is the only backend
    database.settings_dict.update({name: identity[name] for name in _IDENTITY_KEYS})


def get_serving_role() -> str:
    """Return the name of the serving role, whichever role is connected; "" if libpq chooses the name."""
    return str(settings.RUNTIME_ROLE)


# Grants
# ---------------------------------------------------------------------------------------------------------------


def list_intended_operations() -> dict[str, frozenset[str]]:
    """Return the operations on rows that the serving role should be allowed on each table."""
    tables = {
        model._meta.db_table: ROW_PRIVILEGES
        for model in apps.get_models(include_auto_created=True)
        if not model._meta.proxy and not model._meta.swapped
    }
    tables |= dict.fromkeys(_TABLES_WITHOUT_MODELS, ROW_PRIVILEGES)
    tables |= dict.fromkeys(_MIGRATION_TABLES, frozenset({"SELECT"}))
    for model, trigger in registry.registered():
        table = model._meta.db_table
        if isinstance(trigger, Prohibition):
            tables[table] -= {
                name
                for name, operation in _OPERATIONS.items()
                if _has_operation(trigger.operation, operation)
            }
    return tables


def _has_operation(operation: Any, name: Any) -> bool:
    return str(name) in str(operation).split(" OR ")


@dataclass(frozen=True)
class RelationGrants:
    """The privileges on a table or sequence, such as `DELETE`, or `UPDATE (name)` on a column."""

    name: str
    is_sequence: bool
    #: The privileges of the serving role, and those of PUBLIC.
    serving_privileges: frozenset[str]
    public_privileges: frozenset[str]
    #: The columns that can be set in a new row, and those that can be changed, quoted: only the owner sets ids, or
    #: changes what identifies a row.
    insertable_columns: frozenset[str]
    updatable_columns: frozenset[str]
    #: Whether ids are given by a sequence.
    has_id_sequence: bool


#: The permissions on a sequence.
SEQUENCE_PRIVILEGES = frozenset({"USAGE"})

_GRANTS_SQL = """
    SELECT relname, relkind = 'S',
        coalesce(rights.serving, '{}'), coalesce(rights.everybody, '{}'),
        coalesce(columns.new, '{}'), coalesce(columns.changing, '{}'), coalesce(columns.is_numbered, false)
    FROM pg_class AS relation, LATERAL (
        SELECT array_agg(what) FILTER (WHERE grantee = (SELECT oid FROM pg_roles WHERE rolname = %s)) AS serving,
            array_agg(what) FILTER (WHERE grantee = 0) AS everybody
        FROM (
            SELECT grantee, privilege_type AS what FROM aclexplode(relacl)
            UNION ALL
            SELECT grantee, format('%%s (%%I)', privilege_type, attname)
            FROM pg_attribute, aclexplode(attacl) WHERE attrelid = relation.oid
        ) AS given
    ) AS rights, LATERAL (
        SELECT array_agg(name) FILTER (WHERE NOT is_number) AS new,
            array_agg(name) FILTER (WHERE NOT is_key) AS changing,
            bool_or(is_number) AS is_numbered
        FROM (
            SELECT format('%%I', attname) AS name, is_key, is_key AND (
                attidentity <> '' OR coalesce(pg_get_expr(adbin, adrelid), '') ~ '^nextval'
            ) AS is_number
            FROM pg_attribute LEFT JOIN pg_attrdef ON (adrelid, adnum) = (attrelid, attnum), LATERAL (
                SELECT EXISTS (
                    SELECT FROM pg_index WHERE indrelid = attrelid AND indisprimary AND attnum = ANY (indkey)
                ) AS is_key
            ) AS place
            WHERE attrelid = relation.oid AND attnum > 0 AND NOT attisdropped
        ) AS named
    ) AS columns
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
        AND NOT EXISTS (
            SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = relation.oid AND deptype = 'e'
        )
    ORDER BY relname
"""


def load_grants(alias: str = DEFAULT_DB_ALIAS) -> list[RelationGrants]:
    """Return the current grants on each table and sequence."""
    with connections[alias].cursor() as cursor:
        cursor.execute(_GRANTS_SQL, [get_serving_role()])
        return [
            RelationGrants(
                name,
                is_sequence,
                frozenset(serving),
                frozenset(public),
                frozenset(new),
                frozenset(changing),
                has_id_sequence,
            )
            for name, is_sequence, serving, public, new, changing, has_id_sequence in cursor.fetchall()
        ]


def get_intended_privileges(relation: RelationGrants) -> frozenset[str]:
    """Return the permissions that the serving role should have on this relation."""
    return _compute_privileges(relation, list_intended_operations(), _find_reserved_id_tables())


def _compute_privileges(
    relation: RelationGrants, operations: Mapping[str, frozenset[str]], reserved_id_tables: frozenset[str]
) -> frozenset[str]:
    if relation.is_sequence:
        return SEQUENCE_PRIVILEGES
    rows = operations.get(relation.name, frozenset())
    privileges = rows - {"UPDATE"}
    if "UPDATE" in rows:
        privileges |= {f"UPDATE ({column})" for column in relation.updatable_columns}
    if "INSERT" in rows and relation.has_id_sequence and relation.name not in reserved_id_tables:
        privileges = privileges - {"INSERT"} | {
            f"INSERT ({column})" for column in relation.insertable_columns
        }
    return privileges


def _find_reserved_id_tables() -> frozenset[str]:
    return frozenset(
        model._meta.db_table for model, rule in registry.registered() if isinstance(rule, ReservedIds)
    )


def find_wrong_grants(alias: str = DEFAULT_DB_ALIAS) -> dict[str, RelationGrants]:
    """Return tables and sequences whose permissions differ from the intended ones."""
    operations, reserved_id_tables = list_intended_operations(), _find_reserved_id_tables()
    return {
        deviation.name: deviation
        for deviation in load_grants(alias)
        if deviation.public_privileges
        or deviation.serving_privileges != _compute_privileges(deviation, operations, reserved_id_tables)
    }


def correct_grants(alias: str = DEFAULT_DB_ALIAS) -> list[str]:
    """Grant the serving role exactly the intended permissions, and return the corrected objects.

    The connection must be the owner's (`connect_as_owner`).
    """
    if not is_separated():
        return []
    database, operations, reserved_id_tables = (
        connections[alias],
        list_intended_operations(),
        _find_reserved_id_tables(),
    )
    serving_role = database.ops.quote_name(get_serving_role())
    with transaction.atomic(alias), database.cursor() as cursor:
        deviations = find_wrong_grants(alias)
        for relation in deviations.values():
            kind = "SEQUENCE" if relation.is_sequence else "TABLE"
            name = f"{kind} public.{database.ops.quote_name(relation.name)}"
            cursor.execute(f"REVOKE ALL ON {name} FROM PUBLIC, {serving_role}")
            privileges = _compute_privileges(relation, operations, reserved_id_tables)
            if privileges:
                cursor.execute(f"GRANT {', '.join(sorted(privileges))} ON {name} TO {serving_role}")
        for function, is_trigger in _list_definer_functions(alias):
            cursor.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC, {serving_role}")
            if not is_trigger:
                cursor.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {serving_role}")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {serving_role}")
        cursor.execute(f"REVOKE CREATE ON SCHEMA public FROM PUBLIC, {serving_role}")
        # New objects of migrations have no grants until this has set them.
        for object_type in ("TABLES", "SEQUENCES"):
            for scope in ("", "IN SCHEMA public "):
                cursor.execute(
                    f"ALTER DEFAULT PRIVILEGES {scope}REVOKE ALL ON {object_type} FROM PUBLIC, {serving_role}"
                )
        return list(deviations)


#: Functions that run as the owner. Trigger functions write protected rows, and cannot be called. The others can be
#: called by the serving role.
_DEFINERS_SQL = """
    SELECT function.oid::regprocedure::text, prorettype = 'trigger'::regtype FROM pg_proc AS function
    WHERE pronamespace = 'public'::regnamespace AND prosecdef AND NOT EXISTS (
        SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = function.oid AND deptype = 'e'
    )
"""


def _list_definer_functions(alias: str) -> list[tuple[str, bool]]:
    with connections[alias].cursor() as cursor:
        cursor.execute(_DEFINERS_SQL)
        return cursor.fetchall()

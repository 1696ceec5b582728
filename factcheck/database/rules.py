"""Database rules: triggers that reject invalid changes.

They build on django-pgtrigger, so each rule is declared in the `Meta` of the model it guards, and migrations follow it.
Unlike pgtrigger's own triggers, a rule cannot be switched off by a session setting, so it also binds anyone who uses
SQL directly.

A rule is written in PL/pgSQL with one more statement: `REJECT 'message';` rejects the row, and Django raises it as
`IntegrityError`. Like a CHECK, a rule reports the name of the violated constraint, so that callers can tell rules
apart: its own name, or the one given by `REJECT 'message' AS other_name;`.

A rule names the schema of its tables (`public.claims_claim`), and its function also has its own search path, so that
temporary tables cannot stand in for ours. The other requirements of a rule are in
docs/decisions/0025-requirements-for-database-rules.md.
"""

import re
from textwrap import dedent

import pgtrigger
from django.apps import apps
from django.db import IntegrityError, models
from django.utils.translation import gettext as _
from pgtrigger import compiler
from psycopg import errors

from factcheck.database import pgtrigger_internals  # noqa: F401  replaces the library's

#: The search path of the database's functions. It names temporary tables last, because PostgreSQL would otherwise
#: search them first.
SEARCH_PATH = "pg_catalog, public, pg_temp"


#: SQL for the owner of the table that a trigger belongs to, to be compared with `current_user`.
OWNER_SQL = "(SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID)"

_REJECTION = re.compile(r"REJECT '((?:[^']|'')+)'(?:\s+AS\s+(\w+))?;")

#: All operations that change the rows of a table.
ANY_CHANGE = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete | pgtrigger.Truncate


class RuleSql(compiler.UpsertTriggerSql):
    """The SQL of a trigger with its own search path, without pgtrigger's escape hatch (`SET pgtrigger.ignore = …`)."""

    def get_template(self) -> str:
        template = """
            CREATE OR REPLACE FUNCTION public.{pgid}()
            RETURNS TRIGGER
            LANGUAGE plpgsql SET search_path = {search_path} AS $$
                {declare}
                BEGIN
                    {func}
                END;
            $$;

            DROP TRIGGER IF EXISTS {pgid} ON public.{table};
            CREATE {constraint} TRIGGER {pgid}
                {when} {operation} ON public.{table}
                {timing}
                {referencing}
                FOR EACH {level} {condition}
                EXECUTE FUNCTION public.{execute};

            COMMENT ON TRIGGER {pgid} ON public.{table} IS '{hash}';
        """
        return template.replace("{search_path}", SEARCH_PATH)


class DefinerSql(RuleSql):
    """The SQL of a trigger that runs as the owner of the tables, to write protected rows.

    It must not be attached to a different table, where it would write that table's values.
    """

    def get_template(self) -> str:
        template = super().get_template().replace("LANGUAGE plpgsql", "LANGUAGE plpgsql SECURITY DEFINER")
        return template + "REVOKE ALL ON FUNCTION public.{pgid}() FROM PUBLIC;\n        "


class Rule(pgtrigger.Trigger):
    """A trigger in PL/pgSQL that checks or completes a row and cannot be bypassed."""

    when = pgtrigger.Before
    sql: type[RuleSql] = RuleSql

    def compile(self, model: models.Model) -> compiler.Trigger:
        return compile_rule(self, model, self.sql)

    def render_func(self, model: models.Model) -> str:
        """Return the PL/pgSQL with each `REJECT` expanded into a RAISE statement."""
        return _REJECTION.sub(self._expand_rejection, super().render_func(model))

    def _expand_rejection(self, rejection: re.Match[str]) -> str:
        message, name = " ".join(rejection[1].split()).replace("''", "'"), rejection[2] or str(self.name)
        return build_error_sql(message, name=name)


class Prohibition(Rule):
    """A rule that always rejects its operation.

    The operation is therefore not granted to the serving role (`factcheck.database.database_roles`).
    """


class MaintenanceTrigger(Rule):
    """A trigger that maintains a table written only by the database (`build_owner_writes_rule`)."""

    when = pgtrigger.After
    sql = DefinerSql


def compile_rule(trigger: pgtrigger.Trigger, model: models.Model, sql: type[RuleSql]) -> compiler.Trigger:
    """Compile the trigger for installation, so that no session setting can disable it."""
    return compiler.Trigger(
        name=trigger.name,
        sql=sql(
            pgid=trigger.get_pgid(model),
            declare=trigger.render_declare(model),
            func=dedent(trigger.render_func(model)).strip(),
            table=model._meta.db_table,
            constraint="CONSTRAINT" if trigger.timing else "",
            when=trigger.when,
            operation=trigger.operation,
            timing=f"DEFERRABLE INITIALLY {trigger.timing}" if trigger.timing else "",
            referencing=trigger.referencing or "",
            level=trigger.level,
            condition=trigger.render_condition(model),
            execute=trigger.render_execute(model),
        ),
    )


def build_error_sql(message: str, *, name: str) -> str:
    """Return the PL/pgSQL statement that rejects the row; Django raises it as `IntegrityError`.

    `name` is reported as the violated constraint, as for a CHECK, so that callers can tell rules apart.
    """
    quoted_message = message.replace("'", "''")
    return (
        "RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', "
        f"MESSAGE = '{quoted_message}', CONSTRAINT = '{name}', TABLE = TG_TABLE_NAME;"
    )


def build_snapshot_check_sql(name: str) -> str:
    """Return PL/pgSQL for the start of a rule that locks rows and must then see what others changed.

    This SQL rejects other isolation levels, because only under READ COMMITTED does a statement see what was committed
    while it waited for a lock.
    """
    error_sql = build_error_sql(
        "Use the isolation level READ COMMITTED: with another one, the rules would check outdated data.",
        name=name,
    )
    return f"""
        IF current_setting('transaction_isolation') <> 'read committed' THEN
            {error_sql}
        END IF;
    """


def build_truncation_rule(table: str, message: str) -> Rule:
    """Return the rule against truncating `table`, which would bypass all row triggers."""
    name = f"{table}_no_truncate"
    return Prohibition(
        name=name,
        operation=pgtrigger.Truncate,
        level=pgtrigger.Statement,
        func=build_error_sql(message, name=name),
    )


def build_owner_writes_rule(table: str, operation: pgtrigger.Operation) -> Rule:
    """Return the rule that only the owner may write to `table`, even if another role was granted permission.

    The table itself checks this, because a grant is easily made too wide.
    """
    name = f"{table}_is_written_by_the_database"
    return Prohibition(
        name=name,
        level=pgtrigger.Statement,
        operation=operation,
        func=f"""
            IF current_user <> {OWNER_SQL} THEN
                {build_error_sql("Only the database itself writes to this table.", name=name)}
            END IF;
            RETURN NULL;
        """,
    )


class ReservedIds(Rule):
    """The rule for a table whose row ids are reserved in advance (`bulk_copy.reserve_ids`).

    Only in these tables may the serving role set the id of a new row (`factcheck.database.database_roles`).
    """


def build_reserved_ids_rule(table: str, *, history: str = "") -> ReservedIds:
    """Return the rule that new rows of `table` have a fresh id from its sequence.

    `history` is the table that stores deleted rows of `table`; "" if rows are never deleted.
    """
    name = f"{table.partition('_')[2]}_id_was_reserved"
    in_history = f"OR EXISTS (SELECT FROM public.{history} WHERE pgh_obj_id = arrived.id)" if history else ""
    return ReservedIds(
        name=name,
        when=pgtrigger.After,
        level=pgtrigger.Statement,
        operation=pgtrigger.Insert,
        referencing=pgtrigger.Referencing(new="arrived"),
        func=f"""
            IF current_user <> {OWNER_SQL} AND EXISTS (
                SELECT FROM arrived
                WHERE id NOT BETWEEN 1 AND coalesce(pg_sequence_last_value('public.{table}_id_seq'), 0) {in_history}
            ) THEN
                {build_error_sql("The id of a new row must be reserved for it and never have been used.", name=name)}
            END IF;
            RETURN NULL;
        """,
    )


def build_append_only_rules(table: str, message: str, *, allowed_update: str = "") -> list[Rule]:
    """Return the rules under which rows of `table` can be added but never changed, deleted or truncated.

    `allowed_update` is an SQL condition on OLD and NEW under which an UPDATE is allowed.
    """
    name = f"{table}_append_only"
    error_sql = build_error_sql(message, name=name)
    update_check_sql = f"""
        IF {allowed_update} THEN
            RETURN NEW;
        END IF;
        {error_sql}
    """
    return [
        Rule(name=f"{table}_no_update", operation=pgtrigger.Update, func=update_check_sql)
        if allowed_update
        else Prohibition(name=f"{table}_no_update", operation=pgtrigger.Update, func=error_sql),
        Prohibition(name=f"{table}_no_delete", operation=pgtrigger.Delete, func=error_sql),
        Prohibition(
            name=f"{table}_no_truncate",
            operation=pgtrigger.Truncate,
            level=pgtrigger.Statement,
            func=error_sql,
        ),
    ]


def describe_refusal(refusal: IntegrityError) -> str:
    """Return the message of the violated constraint or rule as a sentence for a person."""
    cause = refusal.__cause__
    if not isinstance(cause, errors.IntegrityError):
        return _("The database rejected the change.")
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if constraint.name == cause.diag.constraint_name:
                return str(constraint.get_violation_error_message())
    return cause.diag.message_primary or _("The database rejected the change.")

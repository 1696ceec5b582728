"""Rules that the database holds itself: triggers that refuse what must never happen.

They build on django-pgtrigger, so that each rule stands in the `Meta` of the model it guards and migrations follow it.
Unlike pgtrigger's own triggers, a rule cannot be switched off by a session setting: who speaks SQL is bound by it too.
"""

from typing import Any

import pgtrigger
from django.apps import apps
from django.db import IntegrityError, models
from django.utils.translation import gettext as _
from pgtrigger import compiler
from psycopg import errors


class RuleSql(compiler.UpsertTriggerSql):
    """Installs a trigger without pgtrigger's escape hatch (`SET pgtrigger.ignore = …`)."""

    def get_template(self) -> str:
        return """
            CREATE OR REPLACE FUNCTION {pgid}()
            RETURNS TRIGGER AS $$
                {declare}
                BEGIN
                    {func}
                END;
            $$ LANGUAGE plpgsql;

            DROP TRIGGER IF EXISTS {pgid} ON {table};
            CREATE {constraint} TRIGGER {pgid}
                {when} {operation} ON {table}
                {timing}
                {referencing}
                FOR EACH {level} {condition}
                EXECUTE PROCEDURE {execute};

            COMMENT ON TRIGGER {pgid} ON {table} IS '{hash}';
        """


class Rule(pgtrigger.Trigger):
    """A trigger in PL/pgSQL that checks or completes a row and cannot be bypassed."""

    when = pgtrigger.Before

    def compile(self, model: models.Model) -> compiler.Trigger:
        return compiler.Trigger(
            name=self.name,
            sql=RuleSql(
                pgid=self.get_pgid(model),
                declare=self.render_declare(model),
                func=self.render_func(model),
                table=model._meta.db_table,
                constraint="CONSTRAINT" if self.timing else "",
                when=self.when,
                operation=self.operation,
                timing=f"DEFERRABLE INITIALLY {self.timing}" if self.timing else "",
                referencing=self.referencing or "",
                level=self.level,
                condition=self.render_condition(model),
                execute=self.render_execute(model),
            ),
        )


def refuse(message: str, *, name: str) -> str:
    """The PL/pgSQL statement that refuses the row; Django raises it as `IntegrityError`.

    `name` is reported as the violated constraint, as for a CHECK, so that callers can tell rules apart.
    """
    quoted = message.replace("'", "''")
    return (
        "RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', "
        f"MESSAGE = '{quoted}', CONSTRAINT = '{name}', TABLE = TG_TABLE_NAME;"
    )


def append_only(table: str, message: str, *, unless: str = "") -> list[Rule]:
    """Rules under which rows of `table` can be added but never changed, deleted or truncated.

    `unless` is an SQL condition on OLD and NEW under which an UPDATE is let through.
    """
    guard = f"IF {unless} THEN RETURN NEW; END IF; " if unless else ""
    name = f"{table}_append_only"
    rules: list[tuple[str, Any, Any, str]] = [
        (f"{table}_no_update", pgtrigger.Update, pgtrigger.Row, guard),
        (f"{table}_no_delete", pgtrigger.Delete, pgtrigger.Row, ""),
        (f"{table}_no_truncate", pgtrigger.Truncate, pgtrigger.Statement, ""),
    ]
    return [
        Rule(name=rule, operation=operation, level=level, func=before + refuse(message, name=name))
        for rule, operation, level, before in rules
    ]


def in_words(refusal: IntegrityError) -> str:
    """What the database refused, as a sentence for a person: the constraint's own, or what a rule says."""
    cause = refusal.__cause__
    if not isinstance(cause, errors.IntegrityError):
        return _("The database refused it.")
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if constraint.name == cause.diag.constraint_name:
                return str(constraint.get_violation_error_message())
    return cause.diag.message_primary or _("The database refused it.")

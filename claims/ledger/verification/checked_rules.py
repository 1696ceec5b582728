"""Verify that the database rules are in force and equal to the rules of this program."""

import re
from collections.abc import Iterator
from textwrap import dedent
from typing import Any

import pgtrigger
from django.apps import apps
from django.db import connection
from django.utils.translation import gettext

from claims.ledger.verification.findings import Discrepancy

_TRIGGERS_SQL = """
    SELECT relname, tgname, tgenabled = 'O', prosrc
    FROM pg_catalog.pg_trigger AS rule
    JOIN pg_catalog.pg_class AS ruled ON ruled.oid = rule.tgrelid
    JOIN pg_catalog.pg_proc AS body ON body.oid = rule.tgfoid
    WHERE NOT tgisinternal AND relnamespace = 'public'::regnamespace
"""
#: The validated constraints. Some of Django's constraints are unique indexes in the database.
_CONSTRAINTS_SQL = """
    SELECT conname FROM pg_catalog.pg_constraint WHERE convalidated AND connamespace = 'public'::regnamespace
    UNION SELECT relname FROM pg_catalog.pg_class JOIN pg_catalog.pg_index ON indexrelid = pg_class.oid
    WHERE indisvalid AND indisunique AND relnamespace = 'public'::regnamespace
"""


def check_rules() -> Iterator[Discrepancy]:
    """Yield database rules that are missing, disabled or changed."""
    with connection.cursor() as cursor:
        cursor.execute(_TRIGGERS_SQL)
        triggers = {(table, name): (is_enabled, body) for table, name, is_enabled, body in cursor.fetchall()}
        cursor.execute(_CONSTRAINTS_SQL)
        names = {name for [name] in cursor.fetchall()}
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if constraint.name not in names:
                yield Discrepancy(
                    gettext("Rule %(constraint)s of %(db_table)s")
                    % {"constraint": constraint.name, "db_table": model._meta.db_table},
                    gettext("missing from the database."),
                )
        for trigger in getattr(model._meta, "triggers", ()):
            yield from _check_rule(trigger, model, triggers)


def _check_rule(
    trigger: pgtrigger.Trigger, model: Any, triggers: dict[tuple[str, str], tuple[bool, str]]
) -> Iterator[Discrepancy]:
    table, name = model._meta.db_table, trigger.get_pgid(model)
    place = f"Rule {trigger.name} of {table}"
    if (table, name) not in triggers:
        yield Discrepancy(place, gettext("missing from the database."))
        return
    is_enabled, body = triggers[table, name]
    if not is_enabled:
        yield Discrepancy(place, gettext("the trigger is switched off."))
    declaration = trigger.render_declare(model)
    func = dedent(str(trigger.render_func(model))).strip()
    if _normalise_function(body) != _normalise_function(f"{declaration} BEGIN {func} END;"):
        yield Discrepancy(place, gettext("the trigger differs from this program’s definition."))


def _normalise_function(text: str) -> str:
    """Return the text of a function without differences in line breaks."""
    return re.sub(r"\s+", " ", text).strip()

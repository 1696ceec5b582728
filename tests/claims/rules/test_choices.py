"""A field with choices contains one of them: checked in the database for each field of each model."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import IntegrityError, connection, models, transaction
from pghistory.models import Event

from tests.helpers.broken_rules import sql
from tests.helpers.sweeps import sweep

pytestmark = pytest.mark.django_db

Column = models.Field[Any, Any]


def columns_with_choices() -> Iterator[Column]:
    """Rows of the history are written by triggers, from rows for which this was asked."""
    for app in ("factcheck", "sources", "claims"):
        for model in apps.get_app_config(app).get_models(include_auto_created=True):
            if not issubclass(model, Event) and not model._meta.proxy:
                yield from (field for field in model._meta.concrete_fields if one_value(field).choices)


def one_value(column: Column) -> Column:
    return column.base_field if isinstance(column, ArrayField) else column


COLUMNS = list(columns_with_choices())


def is_counted(column: Column) -> bool:
    """Whether the choices are numbers, whose order means something."""
    return isinstance(one_value(column), models.IntegerField)


def probe(column: Column) -> None:
    """Make an empty table with the CHECK constraints of the column's, in which anything else may be unknown."""
    sql(f'CREATE TEMP TABLE probe (LIKE public."{column.model._meta.db_table}" INCLUDING CONSTRAINTS)')
    for each in column.model._meta.concrete_fields:
        sql(f'ALTER TABLE probe ALTER COLUMN "{each.column}" DROP NOT NULL')


def refusing(column: Column, value: str | int) -> list[str]:
    """The columns of the constraint that refuses the value in a row of which nothing else is known, if any does."""
    try:
        with transaction.atomic():
            stored = [value] if isinstance(column, ArrayField) else value
            sql(f'INSERT INTO probe ("{column.column}") VALUES (%s)', stored)
    except IntegrityError as error:
        name = error.__cause__.diag.constraint_name  # type: ignore[union-attr]  # psycopg's, as Django raises from it
    else:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey)"
            " WHERE conrelid = 'pg_temp.probe'::regclass AND conname = %s",
            [name],
        )
        return [name for (name,) in cursor]


@sweep("column", COLUMNS, undone=True)
def test_other_values_are_refused(column: Column) -> None:
    probe(column)
    assert column.column in refusing(column, 99 if is_counted(column) else "nonsense")


@sweep("column", COLUMNS, undone=True)
def test_every_choice_is_stored(column: Column) -> None:
    """Unless a constraint asks for more, such as the day on which a message arrived."""
    probe(column)
    asked = one_value(column)
    values = [value for value, _name in asked.flatchoices] + [""] * (asked.blank and not is_counted(column))
    refused = {value: columns for value in values if (columns := refusing(column, value))}
    assert [value for value, columns in refused.items() if columns == [column.column]] == []


def test_the_columns_are_found_at_all() -> None:
    names = {str(column) for column in COLUMNS}
    assert {"sources.Source.kind", "claims.Verdict.state", "claims.ApiToken.scopes"} < names

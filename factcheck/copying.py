"""Rows of models on their way into the database by COPY: many at once, for a fraction of what INSERT costs.

Everything else is as with INSERT: triggers fire, constraints hold, generated columns are generated.
"""

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from django.db import connection
from django.db.models import JSONField, Model
from django.db.models.expressions import DatabaseDefault
from psycopg import sql
from psycopg.types.json import Jsonb


def copy(model: type[Model], rows: Sequence[Model]) -> None:
    """Insert these rows. Columns whose default is the database's own, and generated ones, are left to it.

    Their ids must be set (`reserve_ids`), or the database's too. What of a model's `save()` goes beyond storing its
    fields does not happen.
    """
    if not rows:
        return
    fields = [
        field
        for field in model._meta.concrete_fields
        if not field.generated
        and not isinstance(getattr(rows[0], field.attname), DatabaseDefault)
        and not (field.primary_key and rows[0].pk is None)
    ]
    names = [field.attname for field in fields]
    documents = [names.index(field.attname) for field in fields if isinstance(field, JSONField)]
    values = attrgetter(*names)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table),
        sql.SQL(",").join([sql.Identifier(str(field.column)) for field in fields]),
    )
    with connection.cursor() as cursor, cursor.copy(statement) as stream:
        for row in rows:
            line: Any = values(row)
            if documents:
                line = list(line)
                for position in documents:
                    if line[position] is not None:
                        line[position] = Jsonb(line[position])
            stream.write_row(line)


def reserve_ids(model: type[Model], count: int) -> list[int]:
    """So many ids for new rows of the model, in their order, which nobody else will get."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [model._meta.db_table, model._meta.pk.column, count],
        )
        return [pk for (pk,) in cursor.fetchall()]

"""No index costs writes and memory where another one serves the same queries, and no foreign key is without one."""

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import DO_NOTHING, ForeignKey, Model

from factcheck import features

#: Indexes of which another has all columns, in their order and with their operators, for the same rows.
SPARE = """
    WITH keys AS (
        SELECT indexrelid, indrelid, indisunique, indnkeyatts, coalesce(pg_get_expr(indpred, indrelid), '') AS rows,
               (SELECT array_agg(concat_ws(' ', pg_get_indexdef(indexrelid, n, false), indclass[n - 1],
                                           indcollation[n - 1], indoption[n - 1]) ORDER BY n)
                FROM generate_series(1, indnkeyatts) AS n) AS columns
        FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid JOIN pg_am ON pg_am.oid = relam AND amname = 'btree'
        WHERE indrelid = ANY (%s::regclass[])
    )
    SELECT spare.indexrelid::regclass::text, min(longer.indexrelid::regclass::text)
    FROM keys AS spare JOIN keys AS longer ON longer.indrelid = spare.indrelid AND longer.rows = spare.rows
         AND longer.indexrelid <> spare.indexrelid AND longer.columns[:spare.indnkeyatts] = spare.columns
    WHERE NOT spare.indisunique
    GROUP BY 1 ORDER BY 1
"""
#: Columns with which an index begins.
LEADING = """
    SELECT indrelid::regclass::text, attname
    FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]
    WHERE indrelid = ANY (%s::regclass[])
"""


@pytest.fixture
def models() -> list[type[Model]]:
    """Models with their own tables. Django indexes those of many-to-many relations twice, which cannot be changed."""
    ours = [apps.get_app_config("claims"), apps.get_app_config("sources"), *features.list_installed()]
    return [
        model
        for config in ours
        for model in config.get_models()
        if not model._meta.proxy and model._meta.managed
    ]


@pytest.mark.django_db
def test_no_index_is_the_beginning_of_another(models: list[type[Model]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(SPARE, [[model._meta.db_table for model in models]])
        assert cursor.fetchall() == []


@pytest.mark.django_db
def test_each_foreign_key_is_the_beginning_of_an_index(models: list[type[Model]]) -> None:
    """What refers to a row is looked for when it is deleted."""
    keys = {
        (model._meta.db_table, field.column)
        for model in models
        for field in model._meta.local_fields
        if isinstance(field, ForeignKey) and field.remote_field.on_delete is not DO_NOTHING
    }
    with connection.cursor() as cursor:
        cursor.execute(LEADING, [[model._meta.db_table for model in models]])
        # Entries of the ledger are never deleted.
        assert keys - set(cursor.fetchall()) == {("webhooks_webhookdelivery", "publication_id")}

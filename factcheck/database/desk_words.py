"""The indexed words for the desk's search; see `sources/migrations/0001_desk_words.py`."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db.models import BooleanField, Func, Model, Value
from django.db.models.expressions import Combinable


class DeskWords(Func):
    """SQL for the search words of several columns together."""

    function = "public.factcheck_desk_words"
    arg_joiner = " || ' ' || "
    output_field = SearchVectorField()


class ContainsWords(Func):
    """The condition that these columns contain all searched words, or words that start with them."""

    template = "(%(expressions)s)"
    arg_joiner = " @@ "
    output_field = BooleanField()

    def __init__(self, columns: Iterable[str | Combinable], search: str) -> None:
        query = Func(Value(search), function="public.factcheck_desk_query")
        super().__init__(DeskWords(*columns), query)


def build_words_index(name: str, *columns: str, **options: Any) -> GinIndex:
    """Return the index for the desk's word search in these columns."""
    return GinIndex(OpClass(DeskWords(*columns), name="tsvector_ops"), name=name, **options)


@cache
def list_indexed_columns(model: type[Model]) -> list[str]:
    """Return the columns of the model's word index; empty if it has none."""
    for index in model._meta.indexes:
        for expression in index.expressions:
            indexed_words = (
                expression.get_source_expressions()[0] if isinstance(expression, OpClass) else None
            )
            if isinstance(indexed_words, DeskWords):
                return [column.name for column in indexed_words.get_source_expressions()]
    return []

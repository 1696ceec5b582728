"""The search for rows in desk lists, pickers and Ctrl-K.

Each word is searched in all columns named by the list (`search_fields`), including columns of related rows. Every word
must occur, each in any of the columns. Each table is searched with its own index and never scanned.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import F, IntegerField, Model, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.text import smart_split, unescape_string_literal

from factcheck.database.desk_words import ContainsWords, list_indexed_columns

#: The maximum number of matches shown; if there are more, the newest are.
MAX_ROWS = 10_000


def split_words(search: str) -> Iterator[str]:
    """Split the search into words, keeping quoted phrases together, as Django's admin does."""
    for word in smart_split(search):
        yield unescape_string_literal(word) if word[0] in "\"'" else word


def filter_by_words(rows: QuerySet[Any], columns: Iterable[str], search: str) -> QuerySet[Any]:
    """Return the rows that contain all words of a search, or words starting with them."""
    columns_by_path = _group_by_table(columns)
    if set(columns_by_path) == {()}:
        return _filter_by_phrases(
            rows.filter(_match_words(rows.model, columns_by_path[()], search)), columns, search
        )
    for word in split_words(search):
        first_query, *other_queries = (
            _find_keys(rows.model, path, names, word) for path, names in columns_by_path.items()
        )
        rows = rows.filter(pk__in=first_query.union(*other_queries, all=True))
    return _filter_by_phrases(rows, columns, search)


def match_keys(model: type[Model], keys: Sequence[Any]) -> Q:
    """Return the condition that a row has one of these keys, using Django's lookups for foreign keys."""
    return Q(pk__in=keys) if model._meta.pk.is_relation else Q(pk__any_of=keys)


def list_newest_keys(found_rows: QuerySet[Any]) -> list[Any]:
    """Return the keys of the newest `MAX_ROWS` rows, and one more key if there are more rows.

    The keys are sorted by an expression. If they were sorted by the primary key itself, the planner would walk that
    index and compare words row by row.
    """
    is_number = isinstance(found_rows.model._meta.pk, IntegerField)
    newness: Any = F("pk") + 0 if is_number else F("pk")
    rows = found_rows.order_by().annotate(newness=newness).order_by("-newness")
    return list(rows.values_list("pk", flat=True)[: MAX_ROWS + 1])


def _group_by_table(columns: Iterable[str]) -> dict[tuple[str, ...], list[str]]:
    """Group columns by the path to their table: `claim__statement` becomes the column `statement` at ("claim",)."""
    columns_by_path: dict[tuple[str, ...], list[str]] = {}
    for column in columns:
        *path, name = column.split("__")
        columns_by_path.setdefault(tuple(path), []).append(name)
    return columns_by_path


def _match_words(model: type[Model], columns: list[str], search: str) -> ContainsWords:
    """Return the search condition on a table's indexed columns; searching other columns would be slow."""
    return ContainsWords(
        list_indexed_columns(model) or [Cast(column, TextField()) for column in columns], search
    )


def _find_keys(
    model: type[Model], path: tuple[str, ...], columns: list[str], word: str
) -> QuerySet[Any, Any]:
    """Return the keys of rows with the word in one of their own columns or in a column of a related row."""
    rows = model._base_manager.order_by()
    if not path:
        return rows.filter(_match_words(model, columns, word)).values("pk")
    relation: Any = model._meta.get_field(path[0])
    keys = _find_keys(relation.related_model, path[1:], columns, word)
    if relation.one_to_many:
        field = relation.remote_field
        return relation.related_model._base_manager.order_by().filter(pk__in=keys).values(field.attname)
    return rows.filter(**{f"{relation.name}__in": keys}).values("pk")


def _filter_by_phrases(rows: QuerySet[Any], columns: Iterable[str], search: str) -> QuerySet[Any]:
    """Keep only rows that contain the phrases in quotation marks exactly."""
    for phrase in (word for word in split_words(search) if " " in word.strip()):
        condition = Q()
        for column in columns:
            condition |= Q(**{f"{column}__icontains": phrase})
        rows = rows.filter(
            pk__in=rows.model._base_manager.filter(condition, pk__in=rows.values("pk")).values("pk")
        )
    return rows

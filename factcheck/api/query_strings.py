"""Query parameters of the API: declared once, parsed strictly, and described in OpenAPI.

This is a stricter django-filter. django-filter ignores misspelt parameters, uses the last of two values, and drops
filters with an empty value, so the response would silently answer a different question. Here, each of these is a 400
that names the parameter and the remedy.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Self

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django_filters import Filter
from rest_framework.serializers import Serializer

from factcheck.api.field_selection import FIELDS_PARAMETER, PartPath
from factcheck.api.pagination import ORDERING_PARAMETER, PAGE_SIZE, PAGE_SIZE_LIMIT, Ordering
from factcheck.api.problems import InvalidParameters, TargetNotFound
from factcheck.api.query_values import (
    InvalidValue,
    Keyword,
    Moment,
    Reader,
    WholeNumber,
    Words,
    add_suggestion,
)
from factcheck.database.cached_sql import Slot, TargetTable, Template
from factcheck.django_internals import UncopiedFilterSet

#: The name of the query parameter that chooses between the short and the whole form of results.
VIEW_PARAMETER = "view"

#: The maximum number of values of one parameter; more would be a bulk request, not a filter.
VALUE_LIMIT = 100


class ValuesField(forms.Field):
    """A form field for the values of one parameter: a list if several are allowed, otherwise a single value."""

    def __init__(self, *, reader: Reader, several: bool, split: bool, **options: Any) -> None:
        super().__init__(**options)
        self.reader, self.several, self.split = reader, several, split

    def clean(self, value: list[str]) -> Any:
        if self.several and self.split:
            value = [part for text in value for part in text.split(",")]
        if len(value) > (VALUE_LIMIT if self.several else 1):
            raise ValidationError(
                gettext("give at most %(most)s values, not %(given)s.")
                % {"most": VALUE_LIMIT, "given": len(value)}
                if self.several
                else gettext("give this parameter once, not %(given)s times.") % {"given": len(value)},
                code="repeated",
            )
        values = [self._read(text) for text in value]
        return values if self.several else values[0]

    def _read(self, text: str) -> Any:
        if not text.strip():
            raise ValidationError(
                gettext("the value is empty; give one or leave the parameter out."), code="empty"
            )
        try:
            return self.reader(text)
        except InvalidValue as refusal:
            excerpt = text if len(text) <= 100 else text[:100] + "…"
            raise ValidationError(
                "“%(shown)s”: %(reason)s", "invalid", {"shown": excerpt, "reason": refusal}
            ) from None


class Parameter(Filter):
    """A query parameter.

    Args:
        reader: the reader of a value (`factcheck.api.query_values`).
        meaning: a sentence for the documentation.
        matches: takes the value to compare with, or a slot for it, and returns the condition on the rows; None if the
            parameter is not a filter.
        resolves: converts the given value or values to the value that rows are compared with, such as names to ids.
        several: whether the parameter can be repeated; rows that match any of the values are returned.
        split: whether commas also separate values.
        slotted: whether the condition accepts a slot; otherwise its SQL is built for each value.
        default: the default value, for the documentation.
        required: whether a request without it is rejected.
    """

    field_class = ValuesField

    def __init__(
        self,
        reader: Reader,
        meaning: str,
        *,
        matches: Callable[[Any], Q] | None = None,
        resolves: Callable[[Any], Any] | None = None,
        several: bool = False,
        split: bool = True,
        slotted: bool = True,
        default: Any = None,
        required: bool = False,
    ) -> None:
        super().__init__(reader=reader, several=several, split=split, required=False)
        self.is_required = required
        self.reader, self.meaning, self.matches, self.resolves = reader, meaning, matches, resolves
        self.several, self.split, self.slotted, self.default = several, split, slotted, default

    @classmethod
    def one_of(cls, column: str, reader: Reader, meaning: str, *, lookup: str = "in", **options: Any) -> Self:
        """Build a filter for rows whose column has one of the given values.

        Args:
            lookup: `in`; `overlap` for arrays; or `any_of`, whose SQL does not depend on the number of values but which
                foreign keys do not support.
        """
        return cls(
            reader,
            meaning,
            matches=lambda values: Q((f"{column}__{lookup}", values)),
            several=True,
            **options,
        )

    @classmethod
    def since(cls, column: str, meaning: str, reader: Reader = Moment()) -> Self:  # noqa: B008  it is immutable
        """Build a filter for rows whose column has this time or a later one."""
        return cls(reader, meaning, matches=lambda moment: Q((f"{column}__gte", moment)))

    @classmethod
    def until(cls, column: str, meaning: str, reader: Reader = Moment(end_of_day=True)) -> Self:  # noqa: B008  as above
        """Build a filter for rows whose column has this time or an earlier one."""
        return cls(reader, meaning, matches=lambda moment: Q((f"{column}__lte", moment)))

    def resolve(self, value: Any) -> Any:
        """Return the value to compare rows with, such as an id for a name."""
        return self.resolves(value) if self.resolves else value

    def make_slot(self, name: str) -> Slot:
        """Return a slot for the value that rows are compared with."""
        return Slot(name, f"{self.reader.sql_type}[]" if self.several else self.reader.sql_type)

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        return qs.filter(self.matches(value)) if self.matches else qs

    def to_openapi(self, name: str) -> dict[str, Any]:
        """Return the parameter as an OpenAPI Parameter Object."""
        schema = dict(self.reader.schema)
        example = schema.pop("example", None)
        if self.several:
            schema = {"type": "array", "items": schema, "minItems": 1, "maxItems": VALUE_LIMIT}
        if self.default is not None:
            schema["default"] = [self.default] if self.several else self.default
        parameter: dict[str, Any] = {
            "name": name,
            "in": "query",
            "description": self.meaning,
            "schema": schema,
        }
        if self.is_required:
            parameter["required"] = True
        if self.several:
            parameter |= {"style": "form", "explode": True}
        if example is not None:
            parameter["example"] = [example] if self.several else example
        return parameter


class Query(UncopiedFilterSet):
    """The query string of one kind of request."""

    def __init__(
        self, data: QueryDict, queryset: QuerySet[Any] | None = None, *, request: HttpRequest
    ) -> None:
        super().__init__(data, queryset, request)
        #: The parsed values of the given parameters, by name.
        self.given_values: dict[str, Any] = {}
        errors = [
            {"parameter": name, "code": "unknown", "detail": self._describe_unknown(name)}
            for name in data
            if name not in self.filters
        ]
        for name in data:
            if name in self.filters:
                try:
                    self.given_values[name] = self.filters[name].field.clean(data.getlist(name))
                except ValidationError as failure:
                    detail = f"`{name}`: {failure.messages[0]}"
                    errors.append({"parameter": name, "code": failure.code or "invalid", "detail": detail})
        errors += [
            {
                "parameter": name,
                "code": "required",
                "detail": gettext("`%(name)s` is required.") % {"name": name},
            }
            for name, parameter in self.base_filters.items()
            if getattr(parameter, "is_required", False) and name not in data
        ]
        if errors:
            raise InvalidParameters(errors)

    def value(self, name: str, default: Any = None) -> Any:
        """Return the value of a parameter, or `default` if not given."""
        return self.given_values.get(name, default)

    @cached_property
    def qs(self) -> QuerySet[Any]:
        """Return the requested rows."""
        return self.filter_queryset(self.queryset)

    @cached_property
    def filter_values(self) -> dict[str, Any]:
        """Return the values to compare rows with, by parameter."""
        return {name: self.filters[name].resolve(value) for name, value in self.given_values.items()}

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return self.apply_filters(queryset, self.filter_values)

    def apply_filters(self, queryset: QuerySet[Any], filter_values: Mapping[str, Any]) -> QuerySet[Any]:
        """Return the requested rows.

        Args:
            filter_values: the values to compare rows with, or slots for them.
        """
        for name, value in filter_values.items():
            queryset = self.filters[name].filter(queryset, value)
        return queryset

    def _describe_unknown(self, name: str) -> str:
        excerpt = name if len(name) <= 50 else name[:50] + "…"
        names = sorted(self.filters)
        message = gettext("`%(name)s` is not a parameter of this address.") % {"name": excerpt}
        allowed_names = (
            gettext("Valid names: %(names)s.") % {"names": ", ".join(names)}
            if names
            else gettext("This address has no parameters.")
        )
        return f"{add_suggestion(message, name, names)} {allowed_names}"


class NoQuery(Query):
    """The query of a URL without parameters."""


class ListQuery(Query):
    """The common parameters of lists: pages and ordering."""

    #: The name of the list in cursors. It never changes: mirrors store cursors.
    list_name: ClassVar[str] = ""
    #: The orders that the list knows. The first is the default.
    orderings: Sequence[Ordering] = ()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.orderings = tuple(replace(ordering, list_name=cls.list_name) for ordering in cls.orderings)

    page_size = Parameter(
        WholeNumber(1, PAGE_SIZE_LIMIT), "The number of results per page.", default=PAGE_SIZE
    )
    cursor = Parameter(
        Words(2000), "The start of the page, copied unchanged from `next` or `previous` of another page."
    )
    count = Parameter(
        Keyword(("none", "estimate", "exact")),
        "Whether to return the total number of results as `count`: `exact` counts all of them, which is slow "
        "for long lists; `estimate` counts up to 10,000 and otherwise returns the database's estimate.",
        default="none",
    )

    @property
    def template(self) -> Template:
        """Return the cached query for the requested rows, for `factcheck.api.pagination.read_template_page`."""
        filters = self.given_filters
        slots = {name: self.filters[name].make_slot(name) for name in filters if self.filters[name].slotted}
        fixed_filters = {name: value for name, value in filters.items() if name not in slots}
        return Template(
            shape=(
                type(self),
                self.shape,
                self.target_table,
                *slots,
                *((name, repr(value)) for name, value in fixed_filters.items()),
            ),
            rows=lambda: self.select_candidates(fixed_filters | slots),
            values=filters,
            target_table=self.target_table,
            has_one_plan=not filters,  # the order of the list leads straight to the page
        )

    @property
    def is_full(self) -> bool:
        """Return whether results are shown in full or as selected by `fields`, rather than as summaries."""
        return (
            VIEW_PARAMETER not in self.base_filters
            or self.value(VIEW_PARAMETER) == "full"
            or bool(self.value(FIELDS_PARAMETER))
        )

    @property
    def given_filters(self) -> dict[str, Any]:
        """Return the filters, without the paging parameters."""
        readers = {*ListQuery.base_filters, ORDERING_PARAMETER, FIELDS_PARAMETER, VIEW_PARAMETER}
        return {name: value for name, value in self.filter_values.items() if name not in readers}

    @property
    def target_table(self) -> TargetTable | None:
        """Return the table of the list if its rows are found through another table; otherwise None."""
        return None

    def select_candidates(self, filter_values: Mapping[str, Any]) -> QuerySet[Any]:
        """Return the requested rows or, if `target_table` is set, the rows of another table that refer to them."""
        return self.apply_filters(self.queryset, filter_values)

    @property
    def shape(self) -> Hashable:
        """Return everything that changes the SQL, apart from the names of the given parameters."""
        return None

    @property
    def ordering(self) -> Ordering:
        """Return the requested ordering of the list."""
        return next(ordering for ordering in self.orderings if ordering.name == self.ordering_name)

    @property
    def ordering_name(self) -> str:
        name: str = self.value(ORDERING_PARAMETER, self.orderings[0].name)
        return name


def make_ordering_parameter(orderings: Sequence[Ordering], *, default: str = "") -> Parameter:
    """Build the parameter `ordering` for a list with these orderings."""
    return Parameter(
        Keyword(tuple(ordering.name for ordering in orderings)),
        f"{default}The order of the results; `-` means descending.",
        default=None if default else orderings[0].name,
    )


def make_view_parameter() -> Parameter:
    """Build the parameter `view` for a list whose results have summaries."""
    return Parameter(
        Keyword(("summary", "full")),
        "`summary` returns only what a list of results needs; `full` returns complete results. With `fields`,"
        " the selected parts of the complete results are returned.",
        default="summary",
    )


def make_fields_parameter(serializer: type[Serializer]) -> Parameter:
    """Build the parameter `fields` for responses with this serializer."""
    return Parameter(
        PartPath(serializer),
        "Return only these parts, such as `statement`, or `verdicts.rating.label` for a nested part. By "
        "default, all. The schema describes the complete response; parts that were not requested are missing.",
        several=True,
    )


def build_value_error(name: str, reason: str) -> InvalidParameters:
    """Build the 400 for a value that is well formed but not acceptable."""
    return InvalidParameters([{"parameter": name, "code": "invalid", "detail": f"`{name}`: {reason}"}])


def build_target_error(name: str, reason: str) -> TargetNotFound:
    """Build the 404 for a parameter whose target does not exist."""
    return TargetNotFound([{"parameter": name, "code": "not_found", "detail": f"`{name}`: {reason}"}])

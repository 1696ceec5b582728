"""URLs of the same entity elsewhere (schema.org `sameAs`): Wikidata, ROR, VIAF, an official site."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler
from django.utils.translation import gettext_lazy as _

from factcheck.database.model_fields import AddressField, AddressFormField
from sources.identifiers import expand_identifier, normalise_identifier


class _SameAsFormField(AddressFormField):
    """A form field that accepts an identifier in any spelling, including bare ones such as `Q64`."""

    def to_python(self, value: Any) -> Any:
        text = str(value or "")
        return super().to_python(expand_identifier(text) or normalise_identifier(text))


class SameAsField(ArrayField[list[str], list[str]]):
    """An array of distinct URLs, with the identifiers of authorities in canonical form.

    They are normalised on every write: forms, `save`, `update`, `bulk_create` and COPY. For lookups, use
    `normalise_identifier`.
    """

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        if isinstance(value, list | tuple):
            value = list(dict.fromkeys(normalise_identifier(address) for address in value))
        return super().get_db_prep_value(value, connection, prepared)

    def to_python(self, value: Any) -> Any:
        addresses = super().to_python(value)
        return addresses and list(dict.fromkeys(map(normalise_identifier, addresses)))

    def formfield(self, **kwargs: Any) -> Any:
        field = super().formfield(**kwargs)
        if field is not None:
            # The form field of an array; its type does not declare `base_field`.
            field.base_field = _SameAsFormField(max_length=500, assume_scheme="https")  # type: ignore[attr-defined]
        return field

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return (
            name,
            "django.contrib.postgres.fields.ArrayField",
            args,
            kwargs,
        )  # the database sees no difference


class HasCanonicalIdentifiers(models.Func):
    """SQL condition: all Wikidata and ROR identifiers in an array of URLs are in canonical form."""

    template = (
        r"array_to_string(%(expressions)s, ' ') !~ '(^| )(?!https://www\.wikidata\.org/wiki/Q[1-9][0-9]*( |$))"
        r"https?://([a-z.]+\.)?wikidata\.org/(wiki|entity)/([Qq]|Special:Entity(Page|Data)/[Qq])[1-9][0-9]*/?( |$)' "
        r"AND array_to_string(%(expressions)s, ' ') !~ "
        r"'(^| )(http://(www\.)?|https://www\.)ror\.org/0[a-z0-9]{6}[0-9]{2}/?( |$)'"
    )
    output_field = models.BooleanField()
    arity = 1

    def as_sql(  # type: ignore[override]  # the stubs name what it takes besides one by one
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> Any:
        """Return SQL that contains the array, and therefore its parameters, twice."""
        sql, values = super().as_sql(compiler, connection, **context)
        return sql, (*values, *values)


def build_same_as_field() -> SameAsField:
    return SameAsField(
        AddressField(max_length=500),
        default=list,
        blank=True,
        verbose_name=_("same as"),
        help_text=_(
            "Addresses that identify the same entity elsewhere, for example its Wikidata page; separated by "
            "commas. A Wikidata or ROR identifier can stand alone, such as Q64."
        ),
    )


def build_canonical_constraint(name: str) -> models.CheckConstraint:
    """Return the constraint that `same_as` contains only normalised identifiers (`sources.identifiers`)."""
    return models.CheckConstraint(name=name, condition=HasCanonicalIdentifiers("same_as"))

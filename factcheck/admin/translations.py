"""Names of third-party models that are not translated by their libraries."""

from collections.abc import Callable
from typing import TypeVar

from django.apps import apps
from django.db.models import Model
from django_stubs_ext import StrOrPromise

_Row = TypeVar("_Row", bound=Model)


def call(
    model: type[Model],
    one: StrOrPromise,
    many: StrOrPromise,
    *,
    section: StrOrPromise,
    **fields: StrOrPromise,
) -> None:
    """Name a model, its section of the desk, and its fields. Migrations see nothing of it."""
    model._meta.verbose_name, model._meta.verbose_name_plural = one, many
    apps.get_app_config(model._meta.app_label).verbose_name = section
    for name, words in fields.items():
        model._meta.get_field(name).verbose_name = words  # type: ignore[union-attr]  # fields, no relations to others


def call_rows(model: type[_Row], name: Callable[[_Row], str]) -> None:
    """Name each row of a model, in lists, on its page and wherever one is chosen."""
    model.__str__ = name  # type: ignore[assignment, method-assign]

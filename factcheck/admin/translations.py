"""Translated display names for third-party models."""

from collections.abc import Callable
from typing import TypeVar

from django.apps import apps
from django.db.models import Model
from django_stubs_ext import StrOrPromise

_Row = TypeVar("_Row", bound=Model)


def set_model_names(
    model: type[Model],
    singular: StrOrPromise,
    plural: StrOrPromise,
    *,
    section: StrOrPromise,
    **fields: StrOrPromise,
) -> None:
    """Set the display names of a model, its section and its fields, without affecting migrations."""
    model._meta.verbose_name, model._meta.verbose_name_plural = singular, plural
    apps.get_app_config(model._meta.app_label).verbose_name = section
    for name, label in fields.items():
        model._meta.get_field(name).verbose_name = label  # type: ignore[union-attr]  # fields, no relations to others


def set_display_name(model: type[_Row], name: Callable[[_Row], str]) -> None:
    """Set the display name of a model's rows."""
    model.__str__ = name  # type: ignore[assignment, method-assign]

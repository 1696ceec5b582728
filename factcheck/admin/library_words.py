"""What the desk calls models of libraries that do not mark their own words for translation."""

from django.apps import apps
from django.db.models import Model
from django_stubs_ext import StrOrPromise


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

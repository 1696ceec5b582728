"""All pages of the desk whose cost grows with the archive, derived from the registered models."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.contrib.auth import get_user
from django.db.models import ForeignKey, Model
from django.http import HttpRequest
from django.test import RequestFactory
from django.urls import reverse

#: A word that stands in a large part of the archive's texts, one of few, one of none, and one in another script.
WORDS = {"a common word": "the", "a rare word": "", "no such word": "zzzqqq", "a word in Arabic": "عام"}
#: Further back than the desk leads: who types such a number gets an answer as well.
FAR_PAGE = 4_000


@dataclass(frozen=True, slots=True)
class DeskPage:
    """A page: its URL, its name in the report, and whether it is the most frequent kind of page."""

    name: str
    path: str
    is_frequent: bool = True


def list_pages(client: Any) -> Iterator[DeskPage]:
    """Return the pages of the user signed in with `client`."""
    yield DeskPage("dashboard", reverse("admin:index"))
    words = WORDS | {"a rare word": _find_rare_word()}
    for description, word in words.items():
        yield DeskPage(
            f"Ctrl-K, {description}", f"{reverse('admin:search')}?{urlencode({'s': word, 'extended': 1})}"
        )
    for model, desk in admin.site._registry.items():
        yield from _iterate_lists(client, model, desk, words)
        yield from _iterate_rows(client, model, desk)
        if desk.search_fields:
            yield from _iterate_pickers(model, words)


def _iterate_lists(
    client: Any, model: type[Model], desk: ModelAdmin, words: dict[str, str]
) -> Iterator[DeskPage]:
    name, path = model._meta.label_lower.partition(".")[2], _build_path(model, "changelist")
    yield DeskPage(name, path)
    changelist = desk.get_changelist_instance(_request(client, path))
    for parameters in ({"p": 2}, {"p": FAR_PAGE}):
        yield _build_page(name, path, parameters)
    for number, field in enumerate(changelist.list_display):
        if changelist.get_ordering_field(field):
            for sign in ("", "-"):
                yield _build_page(name, path, {"o": f"{sign}{number}"})
    for filter_spec in changelist.filter_specs:
        for parameter, value in _iterate_values(filter_spec):
            yield _build_page(name, path, {parameter: value})
    if desk.search_fields:
        for description, word in words.items():
            yield DeskPage(f"{name}, {description}", f"{path}?{urlencode({'q': word})}")


def _iterate_rows(client: Any, model: type[Model], desk: ModelAdmin) -> Iterator[DeskPage]:
    """Yield the pages of the first row, which has the most related rows, and of a row in the middle."""
    name = model._meta.label_lower.partition(".")[2]
    if client.get(_build_path(model, "add")).status_code == 200:
        yield DeskPage(f"{name}, to add one", _build_path(model, "add"))
    keys = model._default_manager.order_by("pk").values_list("pk", flat=True)
    heaviest_key, typical_key = keys.first(), keys[min(keys.count() // 2, 20_000) :].first()
    if name == "verdict":
        heaviest_key = keys.filter(claim=1).last()
    for description, key in (("the heaviest", heaviest_key), ("a usual one", typical_key)):
        if key is not None:
            yield DeskPage(f"{name}, {description}", _build_path(model, "change", key))
            yield DeskPage(
                f"{name}, history of {description}", _build_path(model, "history", key), is_frequent=False
            )


def _iterate_pickers(model: type[Model], words: dict[str, str]) -> Iterator[DeskPage]:
    """Yield the autocomplete pages of the model, requested for each field that uses it."""
    for field in model._meta.related_objects:
        relation = field.remote_field
        if (
            isinstance(relation, ForeignKey)
            and relation.model in admin.site._registry
            and not relation.remote_field.hidden
        ):
            parameters = {
                "app_label": relation.model._meta.app_label,
                "model_name": relation.model._meta.model_name,
                "field_name": relation.name,
            }
            name = f"picker of {model._meta.model_name}s"
            for description, word in {"nothing typed": "", **words}.items():
                yield DeskPage(
                    f"{name}, {description}",
                    f"{reverse('admin:autocomplete')}?{urlencode(parameters | {'term': word})}",
                )
            return


def _iterate_values(filter_spec: Any) -> Iterator[tuple[str, str]]:
    """Yield the query values of a filter: its first choices, or an existing row."""
    names = filter_spec.expected_parameters()
    if hasattr(filter_spec, "lookup_choices") and hasattr(filter_spec, "parameter_name"):
        choices = [choice[0] for choice in filter_spec.lookup_choices if choice[0] is not None]
        yield from ((filter_spec.parameter_name, str(choice)) for choice in choices[:6])
    elif (field := getattr(filter_spec, "field", None)) is not None and field.is_relation:
        row = field.related_model._default_manager.order_by("pk").first()
        if row is not None:
            yield names[0], str(row.pk)
    elif field is not None and field.flatchoices:
        yield from ((names[0], str(choice)) for choice, _title in field.flatchoices[:3])
    elif field is not None and "date" in field.get_internal_type().lower():
        yield names[0], "2024-01-01"
    else:
        yield names[0], "1"


def _request(client: Any, path: str) -> HttpRequest:
    request = RequestFactory().get(path)
    request.user = get_user(client)
    return request


def _build_page(name: str, path: str, parameters: dict[str, Any]) -> DeskPage:
    query = urlencode(parameters)
    return DeskPage(f"{name}?{query}", f"{path}?{query}", is_frequent=False)


def _build_path(model: type[Model], page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def _find_rare_word() -> str:
    """Return the longest word of a statement, which few other statements contain."""
    from claims.models import Claim

    claim = Claim.objects.filter(language="en").order_by("pk").last()
    return max(claim.statement.split(), key=len) if claim else "nothing"

"""That no page of the desk grows with the archive: what its lists and pickers ask the database, and what they weigh.

How long pages take, `python -m benchmarks.desk_at_scale` measures on 250,000 claims.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import CharField, Model, TextField
from django.db.models.signals import pre_save
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims.models import Claim, Claimant, ImportProblem, Topic
from factcheck.admin.base import DeskAdmin
from sources.models import Publisher, Source
from tests.helpers.full_desk import MODELS, add_row_of_each, address, make_superuser
from tests.helpers.shared_newsroom import checker, editor, shared_rows

__all__ = ["checker", "editor", "shared_rows"]  # fixtures

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

#: Tables that stay short: configuration by the newsroom, and Django's own tables.
SHORT = {
    *(
        "auth_user",
        "auth_group",
        "auth_permission",
        "auth_user_groups",
        "django_content_type",
        "django_session",
    ),
    *(
        "claims_ratingscale",
        "watches_watch",
        "webhooks_webhookendpoint",
        "claims_embeddingmodel",
        "claims_topic",
    ),
    *("mfa_authenticator", "socialaccount_socialaccount", "claims_apitoken"),
}
#: What a page may weigh, and the rows of one.
MOST_BYTES, ROWS = 130_000, 50
#: As long as words in the wild are, in letters that take two bytes each.
LONG = "Überlänge der Donaudampfschifffahrtsgesellschaftskapitänsmütze " * 8
LENGTHENED: dict[type[Model], tuple[str, ...]] = {
    Claim: ("statement",),
    Claimant: ("name",),
    Source: ("title",),
    Topic: ("name",),
    Publisher: ("name",),
    ImportProblem: ("reason",),
}


def _longer(sender: type[Model], instance: Model, **_signal: Any) -> None:
    """Have new rows say as much as their columns hold."""
    for name in LENGTHENED.get(sender, ()) if instance.pk is None else ():
        field = sender._meta.get_field(name)
        assert isinstance(field, CharField | TextField)
        value = getattr(instance, name)
        setattr(instance, name, f"{value} {LONG}"[: min(field.max_length or len(LONG), len(LONG))])


@pytest.fixture(scope="module")
def filled(shared_rows: None, checker: User, editor: User) -> User:
    """Three rows of everything that a newsroom makes, with long words; who looks at them."""
    pre_save.connect(_longer)
    try:
        for _row in range(3):
            add_row_of_each(checker, editor)
    finally:
        pre_save.disconnect(_longer)
    return make_superuser()


@pytest.fixture
def desk(filled: User, client: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    """The desk of a person with all permissions, with so few rows per page that lists have several pages."""
    admin.autodiscover()
    for model_admin in admin.site._registry.values():
        monkeypatch.setattr(model_admin, "list_per_page", 2)
    client.force_login(filled)
    return client


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
def test_no_list_reads_or_counts_a_whole_table(model: type[Model], desk: Client) -> None:
    path = address(model, "changelist")
    with CaptureQueriesContext(connection) as queries:
        changelist = desk.get(path).context["cl"]
    assert not [*_unbounded(queries)]
    asked: list[dict[str, Any]] = [{"p": 2}, {"q": "bridge"}]
    asked += [{parameter: value} for spec in changelist.filter_specs for parameter, value in _choices(spec)]
    asked += [
        {"o": number}
        for number, column in enumerate(changelist.list_display)
        if changelist.get_ordering_field(column)
    ]
    for parameters in asked:
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(path, parameters).status_code in (200, 302), parameters
        assert not [*_unbounded(queries)], parameters


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
def test_no_picker_reads_or_counts_a_whole_table(model: type[Model], desk: Client) -> None:
    for field in model._meta.fields:
        related = field.related_model
        picks = isinstance(related, type) and admin.site._registry.get(related)
        if not picks or not picks.search_fields:
            continue
        for word in ("", "bridge"):
            with CaptureQueriesContext(connection) as queries:
                answer = desk.get(
                    reverse("admin:autocomplete"),
                    {
                        "app_label": model._meta.app_label,
                        "model_name": str(model._meta.model_name),
                        "field_name": field.name,
                        "term": word,
                    },
                )
            assert answer.status_code == 200
            assert len(answer.json()["results"]) <= 20
            assert not [*_unbounded(queries)], field


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
def test_a_list_of_long_words_stays_light(model: type[Model], filled: User, client: Client) -> None:
    client.force_login(filled)
    model_admin = admin.site._registry[model]
    page = client.get(address(model, "changelist")).content.decode()
    rows = re.findall(r"<tbody.*?</tbody>", page, re.DOTALL)
    shown = min(ROWS, model_admin.list_per_page)
    others = len(page.encode()) - sum(len(row.encode()) for row in rows)
    assert others + shown * max((len(row.encode()) for row in rows), default=0) <= MOST_BYTES


def test_every_list_of_the_desk_counts_no_further_than_it_leads() -> None:
    exact = [model for model, desk in admin.site._registry.items() if not isinstance(desk, DeskAdmin)]
    assert exact == []


def _choices(spec: Any) -> Iterator[tuple[str, str]]:
    """A choice of the filter."""
    names = spec.expected_parameters()
    field = getattr(spec, "field", None)
    if getattr(spec, "lookup_choices", None) and hasattr(spec, "parameter_name"):
        yield spec.parameter_name, str(spec.lookup_choices[-1][0])
    elif field is not None and field.is_relation:
        yield names[0], "1"
    elif field is not None and field.flatchoices:
        yield names[0], str(field.flatchoices[0][0])
    elif field is not None and "Date" in field.get_internal_type():
        yield names[0], "2024-01-01"


def _unbounded(queries: CaptureQueriesContext) -> Iterator[str]:
    """Statements that would read or count all rows of a long table."""
    for query in queries:
        sql = query["sql"]
        if not sql.startswith("SELECT"):
            continue
        tables = set(re.findall(r'FROM "(\w+)"', sql)) - SHORT
        # So many at most, or those of keys that are given.
        is_bounded = re.search(r"LIMIT \d+|= ANY\(|\bIN \((?:\d+|'[^']*')", sql) or re.search(
            r'WHERE .*"\w+" = (?:\d+|\'[^\']*\')', sql
        )
        if tables and not is_bounded:
            yield sql

"""Making new tables without putting models together anew for each of their constraints, indexes and triggers.

After each operation Django renders the model that it changed, and all models related to it. A new installation has some
800 constraints, indexes and triggers on 150 models that are nearly all related: that took three quarters of the time in
which its tables are made. An operation that adds one has all in itself that its SQL is made of, and in a migration that
only adds to the schema no other operation asks for what was added. Everything is rendered again after it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from django.db.migrations import AddConstraint, AddField, AddIndex, CreateModel, Migration
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger

_ADDING = (CreateModel, AddField, AddIndex, AddConstraint, AddTrigger)


@contextmanager
def rendering_options_last() -> Iterator[None]:
    """Have migrations that are applied meanwhile, and only add to the schema, render options of models at their end."""
    applied = Migration.apply

    def apply(migration: Migration, state: ProjectState, *args: Any, **options: Any) -> ProjectState:
        if not all(isinstance(operation, _ADDING) for operation in migration.operations):
            return applied(migration, state, *args, **options)
        with (
            patch.object(ProjectState, "_append_option", _append_option),
            patch.object(AddTrigger, "state_forwards", _note_trigger),
        ):
            state = applied(migration, state, *args, **options)
        vars(state).pop("apps", None)  # a cached property
        return state

    with patch.object(Migration, "apply", apply):
        yield


def _append_option(state: ProjectState, app_label: str, model_name: str, option: str, added: Any) -> None:
    """What Django does, without rendering."""
    options = state.models[app_label, model_name].options
    options[option] = [*options.get(option, []), added]


def _note_trigger(operation: AddTrigger, app_label: str, state: ProjectState) -> None:
    _append_option(state, app_label, operation.model_name, "triggers", operation.trigger)

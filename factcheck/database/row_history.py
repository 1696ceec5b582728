"""Row history of all data that editors can change.

Database triggers store the row that an UPDATE or DELETE is about to replace or delete. So the history is complete
whichever program writes (admin, API, bulk import, psql), and inserting costs nothing: the current row is the last
version.

The triggers are django-pghistory's, installed like our rules: no session setting switches them off, and
TRUNCATE, which would bypass them, is refused. History rows are append-only, and only these triggers write them.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import pghistory
import pgtrigger
from django.db import models
from pghistory import trigger
from pgtrigger import compiler

from factcheck.database.rules import (
    DefinerSql,
    build_append_only_rules,
    build_owner_writes_rule,
    build_truncation_rule,
    compile_rule,
)

AnyModel = TypeVar("AnyModel", bound=type[models.Model])

#: The context that pghistory's triggers store: who made the change.
_CONTEXT_SQL = "COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB"


class _HistoryTrigger(trigger.Event):
    """The trigger that stores a row, installed as a rule that cannot be switched off."""

    def get_func(self, model: models.Model) -> pgtrigger.Func:
        function: pgtrigger.Func = super().get_func(model)
        sql = function.func.replace('INSERT INTO "', 'INSERT INTO public."')
        # IP addresses are stored only in the audit log, which few people can read and which is deleted after some time.
        return pgtrigger.Func(sql.replace(_CONTEXT_SQL, f"{_CONTEXT_SQL} - ARRAY['address', 'agent']"))

    def compile(self, model: models.Model) -> compiler.Trigger:
        return compile_rule(self, model, DefinerSql)


class _RowEvent(pghistory.RowEvent):
    """A history event that is stored by a `_HistoryTrigger`."""

    def add_event_trigger(self, event_model: Any) -> None:
        history_trigger = _HistoryTrigger(
            event_model=event_model,
            label=self.label,
            name=self.trigger_name,
            row=self.row,
            operation=self.operation,
            condition=self.condition,
            level=pgtrigger.Row,
        )
        pgtrigger.register(history_trigger)(event_model.pgh_tracked_model)


class _ChangeEvent(_RowEvent, pghistory.UpdateEvent):
    label, row = "changed", pghistory.Old


class _DeletionEvent(_RowEvent, pghistory.DeleteEvent):
    label, row = "deleted", pghistory.Old


class _LinkAdditionEvent(_RowEvent, pghistory.InsertEvent):
    label = "added"


class _LinkRemovalEvent(_RowEvent, pghistory.DeleteEvent):
    label = "removed"


def keep_history(*, exclude: list[str] | None = None) -> Callable[[AnyModel], AnyModel]:
    """Decorate a model so that every replaced or deleted row is stored, with the person who changed it and the page."""

    def decorate(model: AnyModel) -> AnyModel:
        track = pghistory.track(
            _ChangeEvent(), _DeletionEvent(), exclude=exclude, **_build_history_options(model)
        )
        return _forbid_truncation(track(model))

    return decorate


def keep_links(app_label: str) -> Callable[[AnyModel], AnyModel]:
    """Decorate a proxy of a many-to-many table so that added and removed links are recorded."""

    def decorate(model: AnyModel) -> AnyModel:
        track = pghistory.track(
            _LinkAdditionEvent(),
            _LinkRemovalEvent(),
            obj_field=None,
            app_label=app_label,
            **_build_history_options(model),
        )
        return _forbid_truncation(track(model))

    return decorate


def _build_history_options(model: type[models.Model]) -> dict[str, Any]:
    """Return the options shared by all history tables; their rows are never changed or deleted."""
    table = f"{model.__name__.lower()}event"
    rules = [
        *build_append_only_rules(table, "History is never changed or deleted."),
        build_owner_writes_rule(table, pgtrigger.Insert),
    ]
    return {"context_field": pghistory.ContextJSONField(), "append_only": False, "meta": {"triggers": rules}}


def _forbid_truncation(model: AnyModel) -> AnyModel:
    rule = build_truncation_rule(
        model.__name__.lower(), "TRUNCATE would bypass the history of this table: delete its rows instead."
    )
    pgtrigger.register(rule)(model)
    return model

"""What a migration makes, and what is known of models after it, does not depend on when they are rendered."""

from contextlib import AbstractContextManager, nullcontext
from unittest.mock import patch

import pytest
from django.db import connection, models
from django.db.migrations import AddConstraint, AddField, AddIndex, CreateModel, Migration, RemoveConstraint
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState, StateApps
from pgtrigger.compiler import Trigger, UpsertTriggerSql
from pgtrigger.migrations import AddTrigger

from factcheck.database.quick_migrations import rendering_options_last

pytestmark = pytest.mark.django_db

_TRIGGER = Trigger(
    name="no_delete",
    sql=UpsertTriggerSql(
        func="RAISE EXCEPTION 'No.';",
        hash="0" * 40,
        operation="DELETE",
        pgid="pgtrigger_no_delete_0",
        table="tests_bridge",
        when="BEFORE",
    ),
)
ADDING: list[Operation] = [
    CreateModel("Town", [("id", models.BigAutoField(primary_key=True)), ("name", models.TextField())]),
    CreateModel("Bridge", [("id", models.BigAutoField(primary_key=True)), ("cost", models.IntegerField())]),
    AddConstraint("bridge", models.CheckConstraint(name="costs", condition=models.Q(cost__gte=0))),
    AddTrigger("bridge", _TRIGGER),
    AddIndex("town", models.Index(name="by_name", fields=["name"])),
    AddField("bridge", "town", models.ForeignKey("Town", models.CASCADE)),
    AddConstraint("bridge", models.UniqueConstraint(name="one_a_town", fields=["town"])),
]
REMOVING: list[Operation] = [*ADDING, RemoveConstraint("bridge", "costs")]


def applied(
    operations: list[Operation], context: AbstractContextManager[None]
) -> tuple[list[str], dict[str, list[str]], int]:
    """The statements, the options of models afterwards, and how often models were rendered on the way."""
    migration = type("Initial", (Migration,), {"operations": operations})("0001_initial", "tests")
    state = ProjectState()
    _ = state.apps
    with (
        patch.object(
            StateApps, "render_multiple", autospec=True, side_effect=StateApps.render_multiple
        ) as made,
        context,
        connection.schema_editor(collect_sql=True, atomic=False) as editor,
    ):
        state = migration.apply(state, editor)
        number = made.call_count
        statements = [str(line) for line in editor.collected_sql]
        bridge = state.apps.get_model("tests", "bridge")._meta
    known = {
        "constraints": [one.name for one in bridge.constraints],
        "indexes": [one.name for one in state.apps.get_model("tests", "town")._meta.indexes],
        "triggers": [one.name for one in bridge.triggers],
        "fields": [one.name for one in bridge.get_fields()],
    }
    return statements, known, number


def test_what_only_adds_makes_the_same_and_renders_less() -> None:
    statements, known, often = applied(ADDING, nullcontext())
    assert known == {
        "constraints": ["costs", "one_a_town"],
        "indexes": ["by_name"],
        "triggers": ["no_delete"],
        "fields": ["id", "cost", "town"],
    }
    assert applied(ADDING, rendering_options_last()) == (statements, known, often - 4)


def test_what_takes_away_is_left_to_django() -> None:
    plain = applied(REMOVING, nullcontext())
    assert plain[1]["constraints"] == ["one_a_town"]
    assert applied(REMOVING, rendering_options_last()) == plain


def test_django_is_as_it_was_afterwards() -> None:
    def patched() -> list[object]:
        owners = {Migration: "apply", ProjectState: "_append_option", AddTrigger: "state_forwards"}
        return [vars(owner)[name] for owner, name in owners.items()]

    before = patched()
    with pytest.raises(ZeroDivisionError), rendering_options_last():
        raise ZeroDivisionError
    assert patched() == before

"""The first migration of an app, applied in one piece.

Django renders a model, and every model related to it, again after each operation. Our initial migrations have some
1,100 operations on 130 models, nearly all related, so rendering took nine tenths of the time of a new installation.
"""

from collections.abc import Sequence
from typing import Any, cast

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import AddConstraint, AddField, AddIndex, CreateModel, Migration
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger


class InitialMigration(Migration):
    """A migration that creates each table in its final form, with all columns, constraints and indexes.

    The operations are those that `makemigrations` writes. They may only add; anything else raises `TypeError`.
    Django's own code reverses, plans and checks it.
    """

    initial = True

    def __init__(self, name: str, app_label: str) -> None:
        super().__init__(name, app_label)
        if self.__module__.startswith("claims.features."):
            # Indexes and triggers of features call functions of the core, which `makemigrations` does not see.
            # `Migration.__init__` has copied the list, so it belongs to this instance.
            dependencies = cast("list[tuple[str, str]]", self.dependencies)
            dependencies += [("claims", "0001_search"), ("claims", "0001_removal")]

    def apply(
        self, project_state: ProjectState, schema_editor: BaseDatabaseSchemaEditor, collect_sql: bool = False
    ) -> ProjectState:
        unexpected_operations = [
            operation
            for operation in self.operations
            if not isinstance(operation, CreateModel | AddField | AddIndex | AddConstraint | AddTrigger)
        ]
        if unexpected_operations:
            raise TypeError(
                f"{self}: {unexpected_operations[0].describe()}: an initial migration only adds to the schema."
            )
        # Triggers come last: a trigger may refer to any table.
        triggers = [operation for operation in self.operations if isinstance(operation, AddTrigger)]
        tables = [operation for operation in self.operations if not isinstance(operation, AddTrigger)]
        self._change_state(tables, project_state)
        created = {operation.name_lower for operation in tables if isinstance(operation, CreateModel)}
        for operation in tables:
            # A table is created with the columns, constraints and indexes that its model has in the end. If
            # `makemigrations` divided an app's migration in two, the second may add some to tables of the first.
            if (
                isinstance(operation, CreateModel)
                or getattr(operation, "model_name_lower", "") not in created
            ):
                self._run(operation, project_state, schema_editor, collect_sql)
        for operation in triggers:
            self._run(operation, project_state, schema_editor, collect_sql)
        self._change_state(triggers, project_state)
        return project_state

    def _change_state(self, operations: Sequence[Operation], state: ProjectState) -> None:
        # While no models are rendered, an operation only records its additions. They are rendered on the next use.
        vars(state).pop("apps", None)
        for operation in operations:
            operation.state_forwards(self.app_label, state)

    def _run(
        self,
        operation: Operation,
        state: ProjectState,
        schema_editor: BaseDatabaseSchemaEditor,
        collect_sql: bool,
    ) -> None:
        if collect_sql:
            statements: list[Any] = schema_editor.collected_sql
            statements += ["--", f"-- {operation.describe()}", "--"]
        operation.database_forwards(self.app_label, schema_editor, state, state)

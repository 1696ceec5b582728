from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext, gettext_noop

from factcheck.database import embedded
from factcheck.database.migration_review import JUSTIFICATIONS_ATTRIBUTE, ReviewedMigration, review_migration
from factcheck.database.released_migrations import (
    Key,
    RevisionNotFound,
    find_last_release,
    find_unreleased_migrations,
)
from factcheck.database.schema_shape import KnownTables
from factcheck.database.scratch_database import open_scratch_database
from factcheck.management.localized_command import LocalizedCommand


class Command(LocalizedCommand):
    help = gettext_noop(
        "Run the migrations that the previous version lacks, in an empty temporary database, and reject "
        "those that would stop or break the running version."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "migrations",
            nargs="*",
            help=gettext(
                "Migrations to review instead of the new ones, as APP.NAME; they may belong to libraries."
            ),
        )
        parser.add_argument(
            "--since",
            metavar="REVISION",
            help=gettext("The previous version, in git (default: the last tag)."),
        )

    def handle(self, *, migrations: list[str], since: str | None, **options: Any) -> None:
        database = connections[DEFAULT_DB_ALIAS]
        loader = MigrationExecutor(None).loader
        try:
            keys = (
                [_parse_key(name, loader.disk_migrations) for name in migrations]
                if migrations
                else find_unreleased_migrations(loader, since or find_last_release())
            )
        except RevisionNotFound as error:
            raise CommandError(str(error)) from None
        if not keys:
            self.stdout.write(gettext("There are no new migrations."))
            return
        embedded.ensure_running()
        with open_scratch_database(database):
            results = self.run_new(set(keys))
        if any(result.objections or result.unused_justifications for result in results):
            raise CommandError(
                gettext(
                    "These migrations cannot run beside the previous version. Change them, or give the "
                    "reason in `%(weighed)s`."
                )
                % {"weighed": JUSTIFICATIONS_ATTRIBUTE}
            )

    def run_new(self, new_keys: set[Key]) -> list[ReviewedMigration]:
        database = connections[DEFAULT_DB_ALIAS]
        executor = MigrationExecutor(database)
        executor.recorder.ensure_schema()
        plan = [migration for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
        state = executor.loader.project_state([])
        _ = (
            state.apps
        )  # created once, and updated by each migration: recreating it for each would take ten times as long
        tables, results = None, []
        for migration in plan:
            if (migration.app_label, migration.name) not in new_keys:
                state = executor.apply_migration(state, migration)
                continue
            tables = tables or KnownTables.from_state(state)
            result, state = review_migration(migration, state, database, known_tables=tables)
            self.report(result)
            results.append(result)
        return results

    def report(self, result: ReviewedMigration) -> None:
        self.stdout.write(
            f"{result.migration}: {'refused' if result.objections or result.unused_justifications else 'fine'}"
        )
        for effect in result.objections:
            self.stdout.write(f"  {effect.name}")
            if effect.statement:
                self.stdout.write(f"    {' '.join(effect.statement.split())[:300]}")
        for name in result.unused_justifications:
            self.stdout.write(
                gettext("  `%(weighed)s` names an operation that the migration does not contain: %(name)s")
                % {"weighed": JUSTIFICATIONS_ATTRIBUTE, "name": name}
            )


def _parse_key(name: str, graph: Any) -> Key:
    app, _, migration_name = name.partition(".")
    if (app, migration_name) not in graph:
        raise CommandError(
            gettext("There is no migration %(name)s; the form is APP.NAME, as in claims.0002_initial.")
            % {"name": name}
        )
    return app, migration_name

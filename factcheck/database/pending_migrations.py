"""The migrations that the database has not run yet."""

from django.db import DEFAULT_DB_ALIAS, ProgrammingError, connections
from django.db.migrations.executor import MigrationExecutor
from psycopg import errors

#: Listed as a pending migration if `migrate` was interrupted before it granted the serving role its permissions.
GRANTS_PENDING = "what migrate grants in the end"


def list_pending_migrations() -> list[str]:
    try:
        executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    except ProgrammingError as error:
        if isinstance(error.__cause__, errors.InsufficientPrivilege):
            return [GRANTS_PENDING]
        raise
    return [str(migration) for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]

"""The migrations of the previous version, from git."""

import subprocess
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader

Key = tuple[str, str]


class RevisionNotFound(Exception):
    """Git has no such revision. The message is a sentence for the user."""


def find_last_release() -> str | None:
    """Return the last tag before the checkout; None if nothing has been released."""
    tag = _run_git("describe", "--tags", "--abbrev=0")
    return tag.stdout.strip() if tag.returncode == 0 else None


def list_migrations(revision: str) -> set[Key]:
    """Return the app and name of each of our migrations in a revision."""
    names = _run_git("ls-tree", "-r", "--name-only", revision)
    if names.returncode:
        raise RevisionNotFound(f"git knows no revision {revision} here: {names.stderr.strip()}")
    paths = [Path(line) for line in names.stdout.splitlines()]
    return {
        (path.parts[-3], path.stem)
        for path in paths
        if path.suffix == ".py" and path.parts[-2:-1] == ("migrations",) and path.name != "__init__.py"
    }


def select_own_migrations(loader: MigrationLoader) -> dict[Key, Migration]:
    """Return the migrations of this tree's apps, without those of libraries."""
    return {
        key: migration
        for key, migration in loader.disk_migrations.items()
        if Path(apps.get_app_config(key[0]).path).is_relative_to(settings.BASE_DIR)
        and "site-packages" not in apps.get_app_config(key[0]).path
    }


def find_unreleased_migrations(loader: MigrationLoader, revision: str | None) -> list[Key]:
    """Return migrations that the revision lacks; before the first release, all except initial migrations."""
    migrations = select_own_migrations(loader)
    if revision is not None:
        return sorted(migrations.keys() - list_migrations(revision))
    initial_keys = {key for key, migration in migrations.items() if migration.initial}
    roots = {
        key for key in migrations if not any(parent[0] == key[0] for parent in migrations[key].dependencies)
    }
    return sorted(migrations.keys() - initial_keys - roots)


def _run_git(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["git", "-C", str(settings.BASE_DIR), *arguments],  # noqa: S607  the one on the PATH
        capture_output=True,
        text=True,
        check=False,
    )

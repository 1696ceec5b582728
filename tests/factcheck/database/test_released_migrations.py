"""Migrations added since the previous version are found with git."""

import subprocess
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader

from factcheck import features
from factcheck.database.released_migrations import (
    RevisionNotFound,
    find_last_release,
    find_unreleased_migrations,
    list_migrations,
    select_own_migrations,
)

#: Features with tables.
_FEATURES = [feature.label for feature in features.list_installed() if any(feature.get_models())]


@pytest.fixture
def repository(tmp_path: Path, settings: LazySettings) -> Path:
    settings.BASE_DIR = tmp_path
    git(tmp_path, "init", "--quiet")
    return tmp_path


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", folder, *identity, *arguments], check=True, capture_output=True)


def commit(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "Some")


def test_the_last_tag_is_the_version_before(repository: Path) -> None:
    assert find_last_release() is None
    commit(repository, "claims/migrations/__init__.py", "claims/migrations/0001_search.py")
    assert find_last_release() is None
    git(repository, "tag", "v1.0.0")
    commit(repository, "claims/migrations/0002_initial.py", "claims/models/0003_no.py")
    assert find_last_release() == "v1.0.0"
    assert list_migrations("v1.0.0") == {("claims", "0001_search")}
    assert list_migrations("HEAD") == {("claims", "0001_search"), ("claims", "0002_initial")}


def test_an_unknown_revision_is_named(repository: Path) -> None:
    with pytest.raises(RevisionNotFound, match="git knows no revision v9 here"):
        list_migrations("v9")


def test_migrations_of_libraries_are_not_ours() -> None:
    apps = {app for app, _name in select_own_migrations(MigrationLoader(None))}
    assert apps == {"claims", "factcheck", "sources", *_FEATURES}


def test_before_the_first_release_initial_migrations_are_not_new() -> None:
    loader = MigrationLoader(None)
    assert find_unreleased_migrations(loader, None) == []

    class Added(Migration):
        dependencies = [("claims", "0002_initial")]

    loader.disk_migrations["claims", "0003_more"] = Added("0003_more", "claims")
    assert find_unreleased_migrations(loader, None) == [("claims", "0003_more")]


def test_migrations_missing_in_the_revision_are_new(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "factcheck.database.released_migrations.list_migrations",
        lambda revision: {
            ("claims", "0001_search"),
            ("claims", "0001_staging"),
            ("sources", "0001_desk_words"),
            ("sources", "0002_initial"),
        },
    )
    assert sorted(find_unreleased_migrations(MigrationLoader(None), "v1")) == sorted(
        [
            ("claims", "0001_removal"),
            ("claims", "0002_initial"),
            ("factcheck", "0001_ratelimit"),
            ("factcheck", "0002_jobrequest"),
            ("factcheck", "0003_owners_work"),
            *(key for key in MigrationLoader(None).disk_migrations if key[0] in _FEATURES),
        ]
    )

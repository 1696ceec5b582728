"""What tests of media may use."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    """Where files are kept, for one test."""
    place = tmp_path / "files"
    backend = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(place)},
    }
    settings.STORAGES = settings.STORAGES | {"default": backend}
    return place


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_user("ada")


def kept(folder: Path) -> set[str]:
    """The digests under which files are kept."""
    return {path.name for path in folder.rglob("*") if path.is_file()}

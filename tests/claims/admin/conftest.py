from typing import Any

import pytest
from django.test import Client

from claims.imports.reading import recipe
from claims.imports.storing import runs, undo
from claims.models import ImportRun
from tests.helpers.desk import Desk
from tests.helpers.desk_imports import SETTINGS, Format, Intake


@pytest.fixture
def intake(monkeypatch: pytest.MonkeyPatch) -> Intake:
    """What the desk's pages call, without reading and writing for real."""
    fake = Intake()
    for name in ("create_run", "start_run", "write_problem_report", "preview_run"):
        monkeypatch.setattr(runs, name, getattr(fake, name))
    for name in ("find_obstacles", "queue_undo"):
        monkeypatch.setattr(undo, name, getattr(fake, name))
    monkeypatch.setattr(recipe, "FORMATS", (Format,))
    return fake


@pytest.fixture
def desk(client: Client, editor: Any) -> Desk:
    return Desk(client).sign_in(editor)


@pytest.fixture
def run(editor: Any) -> ImportRun:
    """A file that was uploaded and not started."""
    return make_run(editor)


def make_run(by: Any, **fields: Any) -> ImportRun:
    present = {
        "origin": "archive.csv",
        "upload": "imports/archive.csv",
        "size": 2000,
        "format": "csv",
        "format_settings": SETTINGS,
        "started_by": by,
        "started_by_name": by.first_name,
    }
    return ImportRun.objects.create(**(present | fields))

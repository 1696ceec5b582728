from typing import Any

import pytest
from django.test import Client

from claims.importers import detecting
from claims.intake import runs, undoing
from claims.models import ImportRun
from tests.claims.imports.intake import SETTINGS, Format, Intake
from tests.desk import Desk


@pytest.fixture
def intake(monkeypatch: pytest.MonkeyPatch) -> Intake:
    """What the desk's pages call, without reading and writing for real."""
    fake = Intake()
    for name in ("choose", "start", "problems_report", "preview"):
        monkeypatch.setattr(runs, name, getattr(fake, name))
    for name in ("obstacles", "begin"):
        monkeypatch.setattr(undoing, name, getattr(fake, name))
    monkeypatch.setattr(detecting, "FORMATS", (Format,))
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

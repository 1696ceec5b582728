"""Imports that were started, or are to be undone, at the desk. What starts them calls these by name."""

from django.contrib.auth.models import User
from procrastinate.contrib.django import app

from claims.imports.storing.house_archive import hold
from claims.imports.storing.runs import RUN_IMPORT, run_upload
from claims.imports.storing.undo import UNDO_IMPORT, undo
from claims.models import ImportRun


@app.task(name=RUN_IMPORT, queue="imports")
def run_import(*, run_id: int) -> None:
    """Carry out an import; one that was broken off goes on."""
    run = ImportRun.objects.get(pk=run_id)
    if run.state in (ImportRun.State.WAITING, ImportRun.State.READING, ImportRun.State.WRITING):
        hold(run) if run.house_archive and run.released_at is None else run_upload(run)


@app.task(name=UNDO_IMPORT, queue="imports")
def undo_import(*, run_id: int, by_id: int) -> None:
    """Take an import back; where a worker was stopped in the middle of it, the rest."""
    run = ImportRun.objects.get(pk=run_id)
    if run.state == ImportRun.State.UNDOING:
        undo(run, by=User.objects.get(pk=by_id))

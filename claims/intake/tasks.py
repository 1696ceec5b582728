"""Imports that were started at the desk."""

from procrastinate.contrib.django import app

from claims.models import ImportRun


@app.task(queue="imports")
def run_import(*, run_id: int) -> None:
    """Carry out an import; one that was broken off goes on."""
    from claims.intake.runs import run_upload  # which has this task called

    run = ImportRun.objects.get(pk=run_id)
    if run.state in (ImportRun.State.WAITING, ImportRun.State.READING, ImportRun.State.WRITING):
        run_upload(run)

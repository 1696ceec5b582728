"""Background jobs that run or undo imports started at the desk. They are queued by function name."""

from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from claims.imports.storing.house_archive import preview_archive
from claims.imports.storing.runs import REMOVE_UPLOAD, RUN_IMPORT, record_missing_storage, run_upload
from claims.imports.storing.undo import UNDO_IMPORT, undo_run
from claims.models import ImportRun
from factcheck.installation.file_store import FileStoreUnavailable

# Retries after 4, 16, 64 seconds and so on; the last after four and a half hours.
_FILE_STORE_RETRIES = RetryStrategy(
    max_attempts=8, exponential_wait=4, retry_exceptions=[FileStoreUnavailable]
)
_State = ImportRun.State


@app.task(name=RUN_IMPORT, queue="imports", retry=_FILE_STORE_RETRIES)
def run_import(*, run_id: int) -> None:
    """Run an import, or continue an interrupted one, even if its file was unavailable the last time."""
    run = ImportRun.objects.get(pk=run_id)
    if run.state in (_State.WAITING, _State.READING, _State.WRITING, _State.FAILED):
        try:
            preview_archive(run) if run.house_archive and run.released_at is None else run_upload(run)
        except FileStoreUnavailable as error:
            record_missing_storage(run, error)
            raise


@app.task(name=UNDO_IMPORT, queue="imports")
def undo_import(*, run_id: int, by_id: int, keep_later_work: bool = False) -> None:
    """Undo an import, or finish undoing it after a worker was stopped."""
    run = ImportRun.objects.get(pk=run_id)
    if run.state == _State.UNDOING:
        undo_run(run, by=User.objects.get(pk=by_id), keep_later_work=keep_later_work)


@app.task(name=REMOVE_UPLOAD, queue="imports", retry=_FILE_STORE_RETRIES)
def remove_upload(*, name: str) -> None:
    """Remove the file of an import that was discarded while the file store was unavailable."""
    if not ImportRun.objects.filter(upload=name).exists():
        default_storage.delete(name)

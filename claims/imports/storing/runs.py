"""The lifecycle of an import: preparing, starting, and continuing after an interruption."""

import hashlib
import secrets
from collections.abc import Callable, Iterator
from collections.abc import Mapping as Table
from contextlib import closing, contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from claims.imports.reading.formats import spreadsheets
from claims.imports.reading.inputs import crawler, input_files
from claims.imports.reading.inputs.file import File
from claims.imports.reading.interpretation import read_review
from claims.imports.reading.mappings.mapping import Mapping
from claims.imports.reading.processes import RecordInput
from claims.imports.reading.raw_record import RawRecord, Refusal
from claims.imports.reading.recipe import (
    AllowsUnrated,
    Recipe,
    ReportDetection,
    ReportNote,
    detect_format,
    read_records,
)
from claims.imports.reading.review_record import Review
from claims.imports.storing.run_import import ReportProgress, run_import
from claims.imports.storing.unusable_records import write_report
from claims.models import ImportRun, VisitedPage
from claims.newsroom.people import get_display_name
from claims.newsroom.refusals import NotPossible
from claims.newsroom.roles import require_permission
from factcheck.database.locks import NameAlreadyLocked, lock_exclusively
from factcheck.installation.file_store import FileStoreUnavailable
from factcheck.installation.messages import activate_newsroom_language, translate_message
from sources.addresses import is_address
from sources.source_kinds import STANDARD_INPUT

#: Tasks of the worker, in the module `tasks`.
RUN_IMPORT, REMOVE_UPLOAD = "claims.imports.run_import", "claims.imports.remove_upload"

_State = ImportRun.State
#: The states in which an import can be started or restarted.
STARTABLE_STATES = (_State.CHOSEN, _State.READING, _State.WRITING, _State.FAILED)


#: The key of the setting that allows an upload's reviews without ratings to be imported.
UNRATED_KEY = "unrated"
#: The maximum number of notes stored for one import; a folder may contain a thousand files.
MAX_NOTES = 200

#: A record from a preview, and the review or the refusal that it would become.
PreviewedRecord = tuple[RawRecord | Refusal, Review | Refusal]


class AlreadyRunning(Exception):
    """The import is already running."""


# Imports from the desk ------------------------------------------------------------------------------------------------


def create_run(upload: UploadedFile, *, by: User) -> ImportRun:
    """Store an uploaded file, and detect its format and settings.

    Raises:
        NotAllowed: the person's role does not include importing.
    """
    require_permission(by, "claims.run_import", _("import files"))
    run = ImportRun(
        origin=(upload.name or _("upload"))[:2000],
        size=upload.size,
        content_sha256=_digest_upload(upload),
        started_by=by,
        started_by_name=get_display_name(by),
    )
    upload.seek(0)
    run.upload.save(build_storage_name(upload.name or "upload"), upload, save=False)
    with _open_upload(run) as files:
        first_file, second_file = next(files, None), None
        detection = detect_format(first_file) if isinstance(first_file, File) else first_file
        if isinstance(first_file, File) and isinstance(detection, tuple) and detection[0] is spreadsheets:
            # The columns are not in the first bytes of this file.
            detection = spreadsheets, spreadsheets.inspect_workbook(first_file)
        second_file = next(files, None)
    if isinstance(detection, tuple) and second_file is None:
        import_format, format_settings = detection
        run.format, run.format_settings = import_format.NAME, dict(format_settings)
    run.save()
    return run


def build_storage_name(name: str) -> str:
    """Return the storage name of a file: its own name, in a unique folder.

    A store that receives two files with the same name at the same moment may keep only the last one.
    """
    return f"{secrets.token_hex(8)}/{Path(name).name}"


def preview_run(
    run: ImportRun,
    *,
    format: str,  # noqa: A002  as on the command line
    settings: Table[str, Any],
    count: int = 20,
    report_note: Callable[[str], None] = lambda sentence: None,
) -> list[PreviewedRecord]:
    """Return the first records of the upload with the claims they would become.

    Args:
        report_note: called with a note on each part that was skipped or read in an unusual way.
    """
    recipe = Recipe(format, settings if format else None)
    with _open_upload(run) as files:
        first_records = islice(
            read_records(
                files,
                recipe,
                report_note=lambda file, sentence: report_note(sentence),
                allows_unrated=lambda file: bool(settings.get(UNRATED_KEY)),
            ),
            count,
        )
        return [
            (item, item if isinstance(item, Refusal) else read_review(item, conventions))
            for item, conventions in first_records
        ]


@transaction.atomic
def discard_run(run: ImportRun, *, by: User) -> None:
    """Discard an import that has not started, and delete its file.

    Raises:
        NotAllowed: the person's role does not include importing.
        NotPossible: the import has started; its changes stay on record and can be undone.
    """
    require_permission(by, "claims.run_import", _("import files"))
    run = ImportRun.objects.select_for_update().get(pk=run.pk)
    if run.state != _State.CHOSEN:
        raise NotPossible(
            _("This import cannot be discarded: it is “%(state)s”. Undo it instead.")
            % {"state": run.get_state_display()}
        )
    name = run.upload.name
    run.delete()
    if name:
        transaction.on_commit(partial(_delete_file, name))


def _delete_file(name: str) -> None:
    try:
        default_storage.delete(name)
    except FileStoreUnavailable:
        app.configure_task(REMOVE_UPLOAD).defer(name=name)


def start_run(run: ImportRun, *, by: User) -> None:
    """Queue the import.

    Raises:
        NotAllowed: the person's role does not include importing.
        NotPossible: the import is running, finished or undone, or it has no upload that the worker can read.
    """
    require_permission(by, "claims.run_import", _("import files"))
    with transaction.atomic():
        run = ImportRun.objects.select_for_update().get(pk=run.pk)
        if run.state not in STARTABLE_STATES:
            raise NotPossible(
                _("This import cannot be started: it is “%(state)s”.") % {"state": run.get_state_display()}
            )
        if not run.upload:
            raise NotPossible(_("This import was started on the command line. Repeat the command there."))
        run.state = _State.WAITING
        run.save(update_fields=["state"])
        app.configure_task(RUN_IMPORT, queueing_lock=f"import {run.pk}").defer(run_id=run.pk)


# Imports from the command line ----------------------------------------------------------------------------------------


def find_or_create_run(path_or_url: str, recipe: Recipe, *, by: User | None) -> ImportRun:
    """Return the interrupted import of the same file, or a new one."""
    digest = compute_digest(path_or_url)
    settings = build_recipe_settings(recipe)
    interrupted_runs = ImportRun.objects.filter(
        content_sha256=digest,
        state__in=[_State.READING, _State.WRITING, _State.FAILED],
        format=recipe.format,
        house_archive=False,
    )
    run = interrupted_runs.filter(format_settings=settings).order_by("pk").last() if digest else None
    return run or ImportRun.objects.create(
        origin=path_or_url[:2000],
        content_sha256=digest,
        size=input_files.measure_size(path_or_url),
        format=recipe.format,
        format_settings=settings,
        started_by=by,
        started_by_name=get_display_name(by) if by else "",
    )


# Running an import ----------------------------------------------------------------------------------------------------


def import_files(
    run: ImportRun,
    path_or_url: str,
    recipe: Recipe,
    *,
    report_detection: ReportDetection,
    report_progress: ReportProgress,
    max_pages: int,
    allows_unrated: AllowsUnrated = lambda file: False,
) -> ImportRun:
    """Import the files at a path or URL.

    Args:
        allows_unrated: whether to import reviews from a file without ratings.
        max_pages: the maximum number of pages of a site.

    Raises:
        AlreadyRunning: the import is running.
    """
    visits, byte_count = StoredVisits(), _ByteCount()
    if is_address(path_or_url):
        files = crawler.crawl_files(path_or_url, memory=visits, max_pages=max_pages)
    else:
        files = input_files.open_files(path_or_url, report_progress=byte_count.add)
    with _lock_run(run), closing(files):  # type: ignore[type-var]  # generators, which can be closed
        records = read_records(
            files,
            recipe,
            report_detection=report_detection,
            report_note=_build_note_recorder(run),
            allows_unrated=allows_unrated,
        )
        run_import(run, records, report_progress=report_progress, bytes_read=byte_count.get_total)
    visits.save()
    return run


def read_upload(run: ImportRun) -> Iterator[RecordInput]:
    """Read the uploaded file without importing it."""
    with _open_upload(run) as files:
        yield from read_records(files, _load_recipe(run))


def run_upload(run: ImportRun) -> ImportRun:
    """Import an uploaded file. Raises AlreadyRunning."""
    recipe, byte_count = _load_recipe(run), _ByteCount()
    with _lock_run(run), _open_upload(run, byte_count.add) as files:
        allows_unrated = bool(run.format_settings.get(UNRATED_KEY))
        records = read_records(
            files, recipe, report_note=_build_note_recorder(run), allows_unrated=lambda file: allows_unrated
        )
        return run_import(run, records, bytes_read=byte_count.get_total)


def build_recipe_settings(recipe: Recipe) -> dict[str, Any]:
    """Return the reading settings of a recipe, as a run stores them."""
    mapping = {"mapping": recipe.mapping.to_json()} if recipe.mapping else {}
    constants = {"constants": dict(recipe.constants)} if recipe.constants else {}
    return mapping | constants | ({"sheet": recipe.sheet} if recipe.sheet else {})


def _load_recipe(run: ImportRun) -> Recipe:
    """Return the reading settings of an upload: detected, corrected at the desk, or given to the command."""
    format_settings = run.format_settings
    if run.format and not format_settings.keys() & {"constants", "sheet"}:
        return Recipe(run.format, format_settings)
    mapping = Mapping.from_json(format_settings["mapping"]) if "mapping" in format_settings else None
    return Recipe(
        run.format,
        mapping=mapping,
        constants=format_settings.get("constants", {}),
        sheet=format_settings.get("sheet", ""),
    )


def record_missing_storage(run: ImportRun, error: FileStoreUnavailable) -> None:
    """Record that the import cannot start because the file store is unavailable. The worker retries automatically."""
    run.state, run.error = _State.FAILED, f"{error} It is tried again by itself."
    run.save(update_fields=["state", "error"])


def write_problem_report(run: ImportRun) -> Iterator[bytes]:
    """Yield the rejected and incomplete records as NDJSON, to be corrected and imported again."""
    return write_report(run.problems.order_by("pk").iterator(chunk_size=1000))


def _build_note_recorder(run: ImportRun) -> ReportNote:
    """Return a function that adds a note about a file to the run, each note once."""

    def note(file: File, sentence: str) -> None:
        with activate_newsroom_language():
            note = f"{file.name}: {translate_message(sentence)}"
        if note not in run.notes and len(run.notes) < MAX_NOTES:
            run.notes.append(note)

    return note


class _ByteCount:
    """The number of input bytes read."""

    def __init__(self) -> None:
        self._bytes = 0

    def add(self, count: int) -> None:
        self._bytes += count

    def get_total(self) -> int:
        return self._bytes


@contextmanager
def _lock_run(run: ImportRun) -> Iterator[None]:
    """Lock the run against other processes. Raises AlreadyRunning."""
    try:
        with lock_exclusively(f"import {run.pk}"):
            yield
    except NameAlreadyLocked:
        raise AlreadyRunning(_("%(run)s is already running.") % {"run": run}) from None


@contextmanager
def _open_upload(
    run: ImportRun, report_progress: Callable[[int], None] = lambda count: None
) -> Iterator[Iterator[File | Refusal]]:
    with (
        run.upload.open("rb") as stream,
        closing(input_files.open_stream(run.origin, cast(BinaryIO, stream), report_progress)) as files,
    ):
        yield files


def _digest_upload(upload: UploadedFile) -> str:
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    return digest.hexdigest()


def compute_digest(path_or_url: str) -> str:
    """Return the SHA-256 of a file; "" for other inputs, which cannot be recognised again."""
    if path_or_url == STANDARD_INPUT or is_address(path_or_url) or not Path(path_or_url).is_file():
        return ""
    with Path(path_or_url).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class StoredVisits:
    """The visited pages of a crawl (`claims.imports.reading.inputs.crawler.VisitMemory`).

    New visits are stored when the import has finished, because a page whose reviews are not stored yet must be
    fetched again.
    """

    def __init__(self) -> None:
        self._new_visits: dict[str, tuple[str, str]] = {}

    def get(self, url: str) -> tuple[str, str] | None:
        return VisitedPage.objects.filter(url=url[:2000]).values_list("etag", "last_modified").first()

    def put(self, url: str, etag: str, last_modified: str) -> None:
        if (etag or last_modified) and len(url) <= 2000 and len(etag) <= 500 and len(last_modified) <= 100:
            self._new_visits[url] = (etag, last_modified)

    def save(self) -> None:
        rows = [
            VisitedPage(url=url, etag=etag, last_modified=last_modified)
            for url, (etag, last_modified) in self._new_visits.items()
        ]
        VisitedPage.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["url"],
            update_fields=["etag", "last_modified", "visited_at"],
            batch_size=1000,
        )

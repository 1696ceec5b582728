"""Write a dump: all files show the same moment of the ledger, and none appears until all are complete.

A process that is killed or fills the disk leaves files without a manifest. These are never listed, and the next run
removes them. Each file is written to a working folder first and then moved to the file store, so the working folder
needs room for one file only.
"""

import logging
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, NamedTuple

from django.conf import settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage

from claims.exports.dumps import kept_dumps
from claims.exports.dumps.kept_dumps import FOLDER, MANIFEST, KeptDump
from claims.exports.format_choice import Csv, DataFeed, ExportFormat, Ndjson, Parquet
from claims.exports.formats import csv, datafeed, ndjson
from claims.exports.formats.stored_bodies import stream_body_blocks
from claims.exports.manifest import describe_software, format_manifest
from claims.exports.outputs import ExportPosition, Output, StreamOutput
from claims.exports.selection import LedgerMoment, Selection, use_one_snapshot
from claims.ledger.document.claim_document import format_moment as written
from claims.ledger.proofs.witness_policy import build_published_note, load_policy
from claims.models import Checkpoint
from factcheck.database.locks import LastingTransaction, NameAlreadyLocked, lock_exclusively
from factcheck.installation.file_store import FileStoreUnavailable
from factcheck.installation.whole_files import compute_digest, write_atomically

logger = logging.getLogger(__name__)

MANIFEST_VERSION = 1

#: Called with the name of each file before it is written.
ReportProgress = Callable[[str], None]


class DumpUnderWay(Exception):
    """Another process is writing a dump; `str()` is a sentence for a person."""


class DumpDamaged(Exception):
    """The stored file differs from the one written."""


class WithdrawnClaims(ExportFormat):
    """The format of the list of retracted and merged claims, one per line, for people who update their own copies."""

    name, extension = "ndjson", "ndjson"

    def write(self, selection: Selection, output: Output) -> None:
        for block in stream_body_blocks(selection.withdrawn):
            output.write(block.lines)
            output.complete(ExportPosition(0, block.sequence), block.claims)


class DumpPart(NamedTuple):
    """A file of every dump."""

    name: str
    format: type[ExportFormat]
    media_type: str
    contents: str


DUMP_PARTS = (
    DumpPart(
        "claims.ndjson", Ndjson, ndjson.MEDIA_TYPE, "Every published claim, one per line, as in the API."
    ),
    DumpPart(
        "withdrawn.ndjson",
        WithdrawnClaims,
        ndjson.MEDIA_TYPE,
        "Every retracted or merged claim, one per line, as in the API.",
    ),
    DumpPart(
        "claims.csv", Csv, csv.MEDIA_TYPE, "Every published claim as a table, one row for each verdict."
    ),
    # The writer is imported on first use.
    DumpPart("claims.parquet", Parquet, "application/vnd.apache.parquet", "The columns of the CSV, typed."),
    DumpPart(
        "claims.jsonld",
        DataFeed,
        datafeed.MEDIA_TYPE,
        "A schema.org DataFeed of ClaimReview markup, with withdrawn reviews.",
    ),
)


class _MovableFile(File):
    """A file that a Django storage on disk moves instead of copying."""

    def __init__(self, file: IO[bytes], path: Path) -> None:
        super().__init__(file)
        self._path = path

    def temporary_file_path(self) -> str:
        return str(self._path)


def write_dump(*, kept_count: int | None = None, report_part: ReportProgress = lambda name: None) -> KeptDump:
    """Write a dump of the current publications, then remove the oldest dumps beyond the number kept.

    Args:
        kept_count: the number of dumps to keep; by default `DUMPS_KEPT`.

    Raises:
        DumpUnderWay: another process is writing a dump.
        DumpDamaged: the stored file differs from the one written.
    """
    try:
        with lock_exclusively("claims.exports.dumps") as lock:
            for folder in kept_dumps.list_all_folders():
                if not kept_dumps.is_complete(folder):
                    kept_dumps.remove(folder)
            dump = _write_dump(report_part, lock)
            _remove_old_dumps(dump, settings.DUMPS_KEPT if kept_count is None else kept_count)
            return dump
    except NameAlreadyLocked:
        raise DumpUnderWay("Another dump is already being written.") from None


def _write_dump(report_part: ReportProgress, lock: LastingTransaction) -> KeptDump:
    now = datetime.now(UTC)
    # Microseconds sort two dumps of the same second; the random part makes each name unique.
    folder = f"{now:%Y-%m-%dT%H%M%SZ}-{now.microsecond:05x}{secrets.token_hex(2)[:3]}"
    try:
        with _create_work_folder() as work_folder, use_one_snapshot():
            selection = Selection("", LedgerMoment.now())
            description = _describe_dump(selection.moment, now)
            files = [_write_file(part, selection, work_folder, folder, report_part) for part in DUMP_PARTS]
        # A process that had the lock in the meantime may have removed our files, which had no manifest yet.
        lock.require_connection()
        manifest = format_manifest({**description, "files": files})
        write_atomically(default_storage, f"{FOLDER}/{folder}/{MANIFEST}", ContentFile(manifest.encode()))
    except BaseException:
        # If the store is unavailable, the next run removes the folder.
        with suppress(FileStoreUnavailable):
            kept_dumps.remove(folder)
        raise
    kept_dumps.list_all_folders()
    dump = kept_dumps.find_newest()
    assert dump is not None  # noqa: S101  it was written just now, and only this run removes files
    logger.info("Dump %s, up to entry %d.", dump.folder, selection.moment.sequence)
    return dump


@contextmanager
def _create_work_folder() -> Iterator[Path]:
    """Create a working folder, on the disk of the file store if possible, and remove the remains of killed runs."""
    parent_folder: Path | None = None
    if isinstance(default_storage, FileSystemStorage):
        parent_folder = Path(default_storage.location, FOLDER)
        parent_folder.mkdir(parents=True, exist_ok=True)
        for leftover in parent_folder.glob("unfinished-*"):
            shutil.rmtree(leftover, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="unfinished-", dir=parent_folder) as folder:
        yield Path(folder)


def _write_file(
    dump_part: DumpPart, selection: Selection, work_folder: Path, folder: str, report_part: ReportProgress
) -> dict[str, Any]:
    """Write a file, store it, and return its manifest entry."""
    report_part(dump_part.name)
    path, stored_path = work_folder / dump_part.name, f"{FOLDER}/{folder}/{dump_part.name}"
    export_format = dump_part.format()
    with path.open("wb") as file:
        output = StreamOutput(file, lambda written_bytes: None)
        export_format.write(selection, output)
        output.finish()
    digest = output.hash.hexdigest()
    with path.open("rb") as file:
        write_atomically(default_storage, stored_path, _MovableFile(file, path))
    path.unlink(missing_ok=True)
    if compute_digest(default_storage, stored_path) != digest:
        raise DumpDamaged(
            f"The file store does not contain {stored_path} as it was written. Check it, and try again."
        )
    rows = {"rows": export_format.rows} if isinstance(export_format, Parquet) else {}
    return {
        "name": dump_part.name,
        "contents": dump_part.contents,
        "media_type": dump_part.media_type,
        "bytes": output.bytes,
        "sha256": digest,
        "claims": output.claims,
        **rows,
    }


def _describe_dump(moment: LedgerMoment, now: datetime) -> dict[str, Any]:
    """Return the values of the manifest that concern the whole dump."""
    signature = (
        Checkpoint.objects.of_ledger().filter(tree_size__lte=moment.sequence).order_by("-tree_size").first()
    )
    return {
        "manifest_version": MANIFEST_VERSION,
        "dump": f"{now:%Y-%m-%d}",
        "written_at": written(now),
        "publisher": settings.NEWSROOM_NAME,
        "site": settings.SITE_URL,
        "licence": settings.DATA_LICENSE or None,
        "ledger": {
            **asdict(moment),
            "checkpoint": build_published_note(signature) if signature else None,
            "witnesses": load_policy()._asdict(),
        },
        "changes": f"{settings.SITE_URL}/api/v1/changes/?since={moment.sequence}",
        "software": describe_software(),
    }


def _remove_old_dumps(newest_dump: KeptDump, kept_count: int) -> None:
    """Remove dumps beyond the number to keep, and dumps that were replaced on the same day."""
    kept_folders = {dump.folder for dump in kept_dumps.list_dumps()[: max(1, kept_count)]} | {
        newest_dump.folder
    }
    for folder in kept_dumps.list_all_folders():
        if folder not in kept_folders:
            kept_dumps.remove(folder)

"""Run a restore, or continue an interrupted one."""

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby, islice, takewhile
from typing import Any, BinaryIO, cast

from django.apps import apps
from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext

from claims.exports import lines
from claims.exports.lines import ArchiveLine
from claims.exports.restore.checks import CheckedExport, Progress, RestoreCounts, RestoreRefused, check_export
from claims.exports.restore.final_states import restore_claim_states
from claims.exports.restore.replay import replay
from claims.exports.restore.restored_entries import MergedParts, RestoredEntry
from claims.exports.restore.restored_translations import restore_translation_states
from claims.ledger.document.sections import get_sections
from claims.models import Publication, Rating, RatingScale
from factcheck.database import bulk_copy
from factcheck.database.bulk_copy import RowMaker, copy_rows, speed_up_transaction
from factcheck.database.locks import LastingTransaction, NameAlreadyLocked, lock_exclusively
from sources.addresses import build_url_key
from sources.models import Publisher

#: The number of entries restored at once, and the limit on the total text of their bodies and snapshots.
_MAX_BATCH_ENTRIES, _MAX_BATCH_BYTES = 2_000, 16 * 1024 * 1024
_LEADING_TYPES = {"header", *(kind.name for kind in lines.ROW_KINDS)}


def restore(
    stream: BinaryIO, *, progress: Progress = lambda read: None, dry_run: bool = False
) -> RestoreCounts:
    """Restore the ledger of a lossless export, with everything it depends on.

    The export is read twice: first to check it, then to store it, some thousand entries at a time. After an
    interruption, the same call continues after the last stored entry.

    Args:
        stream: the uncompressed export. A stream that cannot be read twice is first copied to a temporary file.
        progress: called with the number of bytes read, out of twice the size of the export.
        dry_run: only check the export, and count the rows that would be written.

    Raises:
        RestoreRefused: the export is incomplete or does not fit the database. Nothing (more) was written.
    """
    with _lock_restores() as lasting_transaction, _make_seekable(stream) as file:
        start = file.tell()
        checked_export = check_export(file, progress=progress)
        if not dry_run:
            bytes_read = file.tell()
            file.seek(start)
            _write(
                file,
                checked_export,
                lasting_transaction,
                progress=lambda bytes_written: progress(bytes_read + bytes_written),
            )
        return checked_export.counts


def _write(
    file: BinaryIO,
    checked_export: CheckedExport,
    lasting_transaction: LastingTransaction,
    *,
    progress: Progress,
) -> None:
    merged_parts = MergedParts()
    archive_lines = lines.read(file)
    # The first line after the mentioned rows is held back, because it belongs to the entries.
    held_lines: list[ArchiveLine] = []

    def is_leading_line(line: ArchiveLine) -> bool:
        if line.type in _LEADING_TYPES:
            return True
        held_lines.append(line)
        return False

    leading_rows = (line for line in takewhile(is_leading_line, archive_lines) if line.type != "header")
    store_mentioned_rows(leading_rows, replaces_newsroom=checked_export.replaces_newsroom)
    for batch in _iterate_batches(_prepend_lines(held_lines, archive_lines), merged_parts):
        lasting_transaction.require_connection()
        _restore_batch(batch, merged_parts, checked_export.begins_after)
        progress(file.tell())
    advance_ids()


def _prepend_lines(
    held_lines: list[ArchiveLine], archive_lines: Iterator[ArchiveLine]
) -> Iterator[ArchiveLine]:
    yield from held_lines
    yield from archive_lines


def _iterate_batches(
    archive_lines: Iterator[ArchiveLine], merged_parts: MergedParts
) -> Iterator[list[ArchiveLine]]:
    """Yield entries after the snapshots that they quote, and remember merged claims."""
    batch: list[ArchiveLine] = []
    entries = byte_count = 0
    for line in archive_lines:
        if line.type == "merged_claim":
            merged_parts.add(line.values)
        elif line.type == "snapshot":
            batch.append(line)
            byte_count += len(line.values["text"])
        elif line.type == "entry":
            batch.append(line)
            entries += 1
            byte_count += len(line.body)
            # The target of a merge may first appear in the next entry, so both must be in one batch.
            needs_next_entry = line.values["status"] == Publication.Status.MERGED
            if (entries >= _MAX_BATCH_ENTRIES or byte_count >= _MAX_BATCH_BYTES) and not needs_next_entry:
                yield batch
                batch, entries, byte_count = [], 0, 0
    if batch:
        yield batch


@transaction.atomic
def _restore_batch(batch: list[ArchiveLine], merged_parts: MergedParts, begins_after: int) -> None:
    new_lines = [line for line in batch if line.type == "entry" and line.values["sequence"] > begins_after]
    if not new_lines:
        return
    with connection.cursor() as cursor:
        # Prevents publications in between; the ledger takes the same lock.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('claims_publication'))")
    speed_up_transaction()  # `advance_ids` waits until everything is committed
    store_missing_rows(lines.SNAPSHOT_KIND, [line for line in batch if line.type == "snapshot"])
    entries = [RestoredEntry.parse(line) for line in new_lines]
    replay(entries, merged_parts)
    restore_claim_states(entries, merged_parts)
    restore_translation_states(entries)


@contextmanager
def _lock_restores() -> Iterator[LastingTransaction]:
    """Allow only one restore at a time."""
    try:
        with lock_exclusively("restore") as lasting_transaction:
            yield lasting_transaction
    except NameAlreadyLocked:
        raise RestoreRefused(gettext("Another restore is running on this database.")) from None


@contextmanager
def _make_seekable(stream: BinaryIO) -> Iterator[BinaryIO]:
    if stream.seekable():
        yield stream
        return
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(stream, copy)
        copy.seek(0)
        yield cast(BinaryIO, copy)


_BATCH_SIZE = 500
_KINDS = {kind.name: kind for kind in lines.ROW_KINDS}


@transaction.atomic
def store_mentioned_rows(lines: Iterable[ArchiveLine], *, replaces_newsroom: bool) -> None:
    """Store the mentioned rows that the database does not have, all or none."""
    if replaces_newsroom:
        Rating.objects.all().delete()
        RatingScale.objects.all().delete()
        Publisher.objects.all().delete()
    for name, lines_of_type in groupby(lines, key=lambda line: line.type):
        while lines_of_kind := list(islice(lines_of_type, _BATCH_SIZE)):
            store_missing_rows(_KINDS[name], lines_of_kind)


def store_missing_rows(kind: lines.LineKind, archive_lines: list[ArchiveLine]) -> None:
    """Store the rows of one kind that the database does not have."""
    ids = [line.values["id"] for line in archive_lines]
    stored_ids = set(kind.model._default_manager.filter(pk__in=ids).order_by().values_list("pk", flat=True))
    build_row = RowMaker(kind.model)
    copy_rows(
        kind.model,
        [
            build_row(**_complete_values(kind, line.values))
            for line in archive_lines
            if line.values["id"] not in stored_ids
        ],
    )


def _complete_values(kind: lines.LineKind, values: dict[str, Any]) -> dict[str, Any]:
    """Return the values together with those that the model computes in `save()`."""
    if kind.name != "source":
        return values
    return {**values, "url_key": build_url_key(values["url"]), "updated_at": timezone.now()}


def advance_ids() -> None:
    """Advance the id sequences beyond the restored ids."""
    bulk_copy.advance_ids(*(model._meta.db_table for model in _iterate_models()))


def _iterate_models() -> Iterator[type[models.Model]]:
    for app in ("sources", "claims"):
        yield from apps.get_app_config(app).get_models(include_auto_created=True)
    yield from (section.model for section in get_sections())

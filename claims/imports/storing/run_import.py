"""Run an import: read, stage, store, count. It can be killed at any moment and run again."""

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from queue import Empty, Queue
from threading import Thread
from typing import NamedTuple, TypeVar

from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone

from claims.imports.reading.processes import CleanedBatch, RecordInput, clean_in_processes
from claims.imports.storing.batches import PreparedBatch, WrittenBatch, prepare_batch, store_batch
from claims.imports.storing.stage import Stage, StagedReview
from claims.imports.storing.unusable_records import (
    CONFLICT_CODE,
    MERGED_CODE,
    build_refusal_problem,
    build_value_problems,
    drop_earlier_problems,
)
from claims.models import (
    Claim,
    Claimant,
    ImportedRecord,
    ImportProblem,
    ImportRun,
    Mention,
    Publication,
    PublishedVerdict,
    SearchWord,
    Verdict,
)
from claims.newsroom.signals import import_finished
from factcheck.database.bulk_copy import copy_rows, update_statistics
from factcheck.database.locks import open_lasting_transaction

#: Reviews per transaction. Concurrent publications wait for it, for about a second.
BATCH_SIZE = 2_400

_State = ImportRun.State
#: Attempts per batch: another process may be adding the same publisher or source.
_MAX_TRIES = 3
_REPORT_PERIOD = timedelta(seconds=0.5)
#: The lock of an import while it writes: two imports of the same claims must see each other's rows. Others may read.
_LOCK_NAME = "claims intake"


#: After these numbers of batches, the tables may have outgrown PostgreSQL's statistics, so these are updated.
_ANALYSED_BATCH_NUMBERS = frozenset(10**power for power in range(4))
_GROWING_TABLES = (
    Claim,
    Claimant,
    Verdict,
    Publication,
    PublishedVerdict,
    ImportedRecord,
    Mention,
    SearchWord,
)


class Progress(NamedTuple):
    """The progress of an import, for display."""

    phase: str
    """"reading" or "writing"."""
    done_count: int
    """The number of bytes read, or of reviews written."""
    total: int | None
    """The total number; None if unknown."""
    record_count: int
    refused_count: int


ReportProgress = Callable[[Progress], None]
Result = TypeVar("Result")


def run_import(
    run: ImportRun,
    records: Iterable[RecordInput],
    *,
    report_progress: ReportProgress = lambda progress: None,
    bytes_read: Callable[[], int] = lambda: 0,
    processes: int = 0,
) -> ImportRun:
    """Import all records. A resumed import recognises the records it has already written.

    Args:
        records: the output of a reader, with the conventions of its file.
        report_progress: called after every step.
        bytes_read: the number of input bytes that the reader has consumed.
        processes: the number of processes that clean records; 0 for one per processor.
    """
    running_import = _RunningImport(run, report_progress, bytes_read)
    running_import.begin()
    try:
        with (
            _reduce_garbage_collection(),
            open_lasting_transaction() as lasting_transaction,
            Stage(lasting_transaction.connection) as stage,
        ):
            running_import.read(clean_in_processes(records, processes=processes), stage)
            lasting_transaction.lock(_LOCK_NAME)
            running_import.write(stage)
    except BaseException as error:
        running_import.fail(error)
        raise
    running_import.finish()
    return run


class _RunningImport:
    """The steps of a running import, with its counts and its progress."""

    def __init__(
        self, run: ImportRun, report_progress: ReportProgress, bytes_read: Callable[[], int]
    ) -> None:
        self.run, self._show_progress, self.bytes_read = run, report_progress, bytes_read
        self.pending_count = self.written_count = 0

    def begin(self) -> None:
        run = self.run
        # An earlier attempt's problems are deleted, because this attempt finds them again; stored records are kept.
        ImportProblem.objects.filter(run=run).exclude(code__in=[MERGED_CODE, CONFLICT_CODE]).delete()
        run.created = run.updated = run.unchanged = run.merged = run.refused = run.records = (
            run.bytes_read
        ) = 0
        run.incomplete = (
            ImportedRecord.objects.filter(run=run, differs=True).exclude(outcome="merged").count()
        )
        run.state, run.error, run.finished_at, run.notes = _State.READING, "", None, []
        run.started_at = run.started_at or timezone.now()
        self._save("started_at", "finished_at", "error")

    # Reading ----------------------------------------------------------------------------------------------------------

    def read(self, chunks: Iterable[CleanedBatch], stage: Stage) -> None:
        for chunk in chunks:
            stage.add(chunk.lines)
            problems = [build_refusal_problem(self.run, refusal) for refusal in chunk.refusals]
            for record, remarks in chunk.incomplete_records:
                problems += build_value_problems(self.run, record, remarks)
            copy_rows(ImportProblem, problems)
            self.run.records += chunk.record_count
            self.run.refused += len(chunk.refusals)
            self.run.incomplete += len(chunk.incomplete_records)
            self.run.bytes_read = self.bytes_read()
            self._report_progress("reading", self.run.bytes_read, self.run.size)

    # Writing ----------------------------------------------------------------------------------------------------------

    def write(self, stage: Stage) -> None:
        known_count = stage.remove_known(self.run)
        run, outcomes = self.run, ImportedRecord.Outcome
        run.unchanged += known_count.unchanged
        run.created += known_count.written.get(outcomes.CREATED, 0)
        run.updated += known_count.written.get(outcomes.UPDATED, 0)
        run.merged += known_count.written.get(outcomes.MERGED, 0)
        run.state = _State.WRITING
        self.pending_count = run.records - run.done
        self._save()
        for batch_number, (size, written_batch) in enumerate(
            _write_batches(stage.iterate_batches(BATCH_SIZE), run), 1
        ):
            self._count(size, written_batch)
            if batch_number in _ANALYSED_BATCH_NUMBERS:
                _analyse_tables()

    def _count(self, size: int, written_batch: WrittenBatch) -> None:
        run = self.run
        run.created += written_batch.created
        run.updated += written_batch.updated
        run.unchanged += written_batch.agreed
        run.merged += written_batch.merged
        run.refused += written_batch.refused
        run.incomplete += written_batch.incomplete
        self.written_count += size
        self._report_progress("writing", self.written_count, self.pending_count)

    # Progress ---------------------------------------------------------------------------------------------------------

    def finish(self) -> None:
        self.run.state, self.run.finished_at = _State.FINISHED, timezone.now()
        self._save("finished_at")
        drop_earlier_problems(self.run)
        import_finished.send(None, run=self.run.pk)

    def fail(self, error: BaseException) -> None:
        """Record why the import ended, if the database is available."""
        if connection.in_atomic_block:
            return
        self.run.state, self.run.error = _State.FAILED, f"{type(error).__name__}: {error}".replace("\0", "")
        try:
            connection.close_if_unusable_or_obsolete()
            self._save("error")
            drop_earlier_problems(self.run)
        except (OperationalError, IntegrityError):
            return

    def _report_progress(self, phase: str, done_count: int, total: int | None) -> None:
        self._show_progress(Progress(phase, done_count, total, self.run.records, self.run.refused))
        if not self.run.moved_at or timezone.now() - self.run.moved_at > _REPORT_PERIOD:
            self._save()

    def _save(self, *more: str) -> None:
        self.run.moved_at = timezone.now()
        counts = (
            "records", "created", "updated", "unchanged", "merged", "refused", "incomplete", "bytes_read"
        )  # fmt: skip
        self.run.save(update_fields=["state", "moved_at", "notes", *counts, *more])


def _write_batches(
    batches: Iterator[list[StagedReview]], run: ImportRun
) -> Iterator[tuple[int, WrittenBatch]]:
    """Yield the size of each batch and its outcomes, after storing it. One thread stores a batch while the next is
    prepared.

    Inside a transaction (a dry run, a test) there is only one connection, so everything runs in sequence.
    """
    if connection.in_atomic_block:
        for batch in batches:
            yield len(batch), store_batch(prepare_batch(batch, run))
        return
    waiting_batches: Queue[PreparedBatch | None] = Queue(maxsize=1)
    finished_batches: Queue[tuple[int, WrittenBatch] | BaseException] = Queue()

    def store_prepared_batches() -> None:
        try:
            while prepared_batch := waiting_batches.get():
                finished_batches.put((len(prepared_batch.batch), _store_batch(prepared_batch)))
        except BaseException as error:  # noqa: BLE001  raised again where the result is awaited
            finished_batches.put(error)
        finally:
            connection.close()

    thread = Thread(target=store_prepared_batches, name="intake", daemon=True)
    thread.start()
    waiting_count = 0
    try:
        for batch in batches:
            prepared_batch = _retry_conflicts(lambda batch=batch: prepare_batch(batch, run))  # type: ignore[misc]  # bound in each iteration
            while waiting_count > 1:
                yield _unwrap_result(finished_batches.get())
                waiting_count -= 1
            waiting_batches.put(prepared_batch)
            waiting_count += 1
        for _ in range(waiting_count):
            yield _unwrap_result(finished_batches.get())
    finally:
        # If the caller stops early, the current batch is still stored completely, and no other.
        with suppress(Empty):
            waiting_batches.get_nowait()
        waiting_batches.put(None)
        thread.join()


def _unwrap_result(result: tuple[int, WrittenBatch] | BaseException) -> tuple[int, WrittenBatch]:
    if isinstance(result, BaseException):
        raise result
    return result


def _store_batch(prepared_batch: PreparedBatch) -> WrittenBatch:
    """Store a batch; after a conflict with another process, prepare it again."""
    try:
        return store_batch(prepared_batch)
    except (IntegrityError, OperationalError):
        connection.close_if_unusable_or_obsolete()
        return _retry_conflicts(lambda: store_batch(prepare_batch(prepared_batch.batch, prepared_batch.run)))


def _retry_conflicts(operation: Callable[[], Result]) -> Result:
    """Run a function, and run it again if another process has just created the same rows."""
    for _ in range(_MAX_TRIES - 1):
        try:
            return operation()
        except (IntegrityError, OperationalError):
            connection.close_if_unusable_or_obsolete()
    return operation()


@contextmanager
def _reduce_garbage_collection() -> Iterator[None]:
    """Exclude existing objects from garbage collection, which would otherwise take a sixth of the time.

    A background worker did this before it was forked, and its objects stay excluded afterwards: collecting them would
    copy every memory page that the worker shares with the web processes.
    """
    if gc.get_freeze_count():
        yield
        return
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _analyse_tables() -> None:
    """Update PostgreSQL's statistics immediately, instead of waiting for autovacuum."""
    update_statistics(*(model._meta.db_table for model in _GROWING_TABLES))


def run_dry_import(import_all: Callable[[], ImportRun]) -> ImportRun:
    """Run an import and roll it back."""
    with transaction.atomic():
        run = import_all()
        transaction.set_rollback(True)
    return run

"""`RawRecord` → rows for staging, in one process per processor.

Reading the values takes most of the time. It needs no database, so other processes can do it.
"""

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import NamedTuple

from claims.imports.reading.interpretation import read_review
from claims.imports.reading.mappings.conventions import Conventions
from claims.imports.reading.raw_record import RawRecord, Refusal
from claims.imports.reading.review_record import Remark
from claims.imports.reading.staging_rows import pack_review

#: How many records a process gets at a time: enough that handing them over costs little.
CHUNK_SIZE = 500

RecordInput = tuple[RawRecord | Refusal, Conventions]


class CleanedBatch(NamedTuple):
    """A batch of cleaned records."""

    records: int
    """How many they were."""
    lines: bytes
    """Those that may be stored, as they wait for that (`claims.imports.reading.staging_rows`)."""
    incomplete: list[tuple[RawRecord, tuple[Remark, ...]]]
    """Those of them in which something was left out, as they were found, and what."""
    refusals: list[Refusal]


def clean_in_processes(records: Iterable[RecordInput], *, processes: int = 0) -> Iterator[CleanedBatch]:
    """Clean records in order, in batches. Many records are cleaned in several processes.

    Args:
        processes: the number of processes; 0 for one per processor.
    """
    source = iter(records)
    chunks = iter(lambda: list(islice(source, CHUNK_SIZE)), [])
    first = next(chunks, [])
    if len(first) < CHUNK_SIZE:
        yield _clean(first)
        return
    workers = processes or os.cpu_count() or 1
    # Neither threads nor connections of this process are taken along. What all need is loaded once, before they fork.
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__])
    with ProcessPoolExecutor(workers, context, initializer=_end_with_parent) as pool:
        waiting = deque([pool.submit(_clean, first)])
        try:
            for chunk in chunks:
                waiting.append(pool.submit(_clean, chunk))
                # No more than the processes need to be busy: what waits takes memory.
                if len(waiting) > 2 * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            _cancel(waiting)


def _clean(chunk: list[RecordInput]) -> CleanedBatch:
    lines: list[bytes] = []
    incomplete: list[tuple[RawRecord, tuple[Remark, ...]]] = []
    refusals: list[Refusal] = []
    for item, conventions in chunk:
        if isinstance(item, Refusal):
            refusals.append(item)
            continue
        review = read_review(item, conventions)
        if isinstance(review, Refusal):
            refusals.append(review)
            continue
        lines.append(pack_review(review, item))
        if review.remarks:
            incomplete.append((item, review.remarks))
    return CleanedBatch(len(chunk), b"".join(lines), incomplete, refusals)


def _end_with_parent() -> None:
    """End this process when its parent ends, for whatever reason."""
    Thread(target=_wait_for_parent, name="end-with-parent", daemon=True).start()


def _wait_for_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()  # a pipe is behind it, which the system closes at the other end
        os._exit(1)


def _cancel(waiting: deque[Future[CleanedBatch]]) -> None:
    for future in waiting:
        future.cancel()

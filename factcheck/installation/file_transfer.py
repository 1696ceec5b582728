"""Copy files between storages and verify each by its SHA-256. An interrupted copy can be restarted."""

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from enum import Enum, auto
from typing import NamedTuple

from django.core.files.storage import Storage

from factcheck.installation.whole_files import UNFINISHED_SUFFIX, compute_digest, write_atomically


class TransferOutcome(Enum):
    """The outcome of the transfer of a file."""

    COPIED = auto()
    THERE = auto()
    GONE = auto()  # removed while others were copied
    DAMAGED = auto()
    DIFFERS = auto()
    BROKEN = auto()


#: The problem, printed after the file's name.
FAULT_MESSAGES = {
    TransferOutcome.DAMAGED: "is damaged: its SHA-256 is not what is known of it. Restore it from a backup.",
    TransferOutcome.DIFFERS: "differs from the file in the other place. Find out which is right, and remove the other.",
    TransferOutcome.BROKEN: "was not the same after it was copied, and was removed again. Run this again.",
}


class TransferredFile(NamedTuple):
    name: str
    outcome: TransferOutcome


def iterate_names(storage: Storage, folder: str = "") -> Iterator[str]:
    """Yield all complete files of a storage, folder by folder."""
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    prefix = f"{folder}/" if folder else ""
    for file in sorted(files):
        if not file.endswith(UNFINISHED_SUFFIX):
            yield f"{prefix}{file}"
    for name in sorted(folders):
        yield from iterate_names(storage, f"{prefix}{name}")


def transfer(
    name: str, origin: Storage, target: Storage, *, known_digest: str = "", remove: bool = False
) -> TransferredFile:
    """Copy a file to the target.

    Args:
        known_digest: the SHA-256 that the file must have, if known.
        remove: delete the original once the copy is verified.
    """
    outcome = _copy_file(name, origin, target, known_digest)
    if remove and outcome in (TransferOutcome.COPIED, TransferOutcome.THERE):
        origin.delete(name)
    return TransferredFile(name, outcome)


def _copy_file(name: str, origin: Storage, target: Storage, digest: str) -> TransferOutcome:
    target_digest = compute_digest(target, name)
    if target_digest and target_digest == digest:
        return TransferOutcome.THERE
    origin_digest = compute_digest(origin, name)
    if not origin_digest:
        return TransferOutcome.GONE
    if digest and origin_digest != digest:
        return TransferOutcome.DAMAGED
    if origin_digest == target_digest:
        return TransferOutcome.THERE
    if target_digest and not digest:
        return TransferOutcome.DIFFERS
    if target_digest:
        target.delete(name)
    with origin.open(name, "rb") as file:
        write_atomically(target, name, file)
    if compute_digest(target, name) != origin_digest:
        target.delete(name)
        return TransferOutcome.BROKEN
    return TransferOutcome.COPIED


def transfer_files(
    names: Iterator[str], transfer_one: Callable[[str], TransferredFile], *, threads: int
) -> Iterator[TransferredFile]:
    """Transfer files, several at a time. The first error stops the transfer after the files in progress."""
    with ThreadPoolExecutor(threads, thread_name_prefix="files") as pool:
        futures: set[Future[TransferredFile]] = set()
        for name in names:
            futures.add(pool.submit(transfer_one, name))
            if len(futures) >= 2 * threads:
                done_futures, futures = wait(futures, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done_futures)
        yield from (future.result() for future in futures)

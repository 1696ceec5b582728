"""Copying files between storages, each verified by its SHA-256; an interrupted copy can start again without loss."""

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from enum import Enum, auto
from typing import NamedTuple

from django.core.files.storage import Storage

from factcheck.installation.whole_files import UNFINISHED, digest_in, write_whole


class Outcome(Enum):
    """The outcome for a file."""

    COPIED = auto()
    THERE = auto()
    GONE = auto()  # removed while others were copied
    DAMAGED = auto()
    DIFFERS = auto()
    BROKEN = auto()


#: What is amiss, behind the name of the file.
FAULTS = {
    Outcome.DAMAGED: "is damaged: its SHA-256 is not what is known of it. Restore it from a backup.",
    Outcome.DIFFERS: "is another file in the other place, and which is right nobody knows. Remove one of them.",
    Outcome.BROKEN: "was not the same after it was copied, and was removed again. Run this again.",
}


class Transferred(NamedTuple):
    name: str
    outcome: Outcome


def names_in(storage: Storage, folder: str = "") -> Iterator[str]:
    """Yield all complete files of a storage, folder by folder."""
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    before = f"{folder}/" if folder else ""
    for file in sorted(files):
        if not file.endswith(UNFINISHED):
            yield f"{before}{file}"
    for inner in sorted(folders):
        yield from names_in(storage, f"{before}{inner}")


def transfer(
    name: str, origin: Storage, target: Storage, *, known: str = "", remove: bool = False
) -> Transferred:
    """Copy a file to the target.

    Args:
        known: the SHA-256 that it must have, where that is known.
        remove: it is taken away from its origin, once it is certain at the target.
    """
    outcome = _copied(name, origin, target, known)
    if remove and outcome in (Outcome.COPIED, Outcome.THERE):
        origin.delete(name)
    return Transferred(name, outcome)


def _copied(name: str, origin: Storage, target: Storage, known: str) -> Outcome:
    there = digest_in(target, name)
    if there and there == known:
        return Outcome.THERE
    here = digest_in(origin, name)
    if not here:
        return Outcome.GONE
    if known and here != known:
        return Outcome.DAMAGED
    if here == there:
        return Outcome.THERE
    if there and not known:
        return Outcome.DIFFERS
    if there:
        target.delete(name)
    with origin.open(name, "rb") as file:
        write_whole(target, name, file)
    if digest_in(target, name) != here:
        target.delete(name)
        return Outcome.BROKEN
    return Outcome.COPIED


def transferred(
    names: Iterator[str], work: Callable[[str], Transferred], *, threads: int
) -> Iterator[Transferred]:
    """Transfer files, several at a time. The first error stops the transfer, after the files already begun."""
    with ThreadPoolExecutor(threads, thread_name_prefix="files") as pool:
        begun: set[Future[Transferred]] = set()
        for name in names:
            begun.add(pool.submit(work, name))
            if len(begun) >= 2 * threads:
                done, begun = wait(begun, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done)
        yield from (future.result() for future in begun)

"""Moving files: only identical copies count as copied, and no file is overwritten."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, InMemoryStorage, Storage

from factcheck.installation.file_transfer import (
    TransferOutcome,
    TransferredFile,
    iterate_names,
    transfer,
    transfer_files,
)
from factcheck.installation.whole_files import compute_digest
from tests.helpers.sweeps import sweep

NAME, HELD, OTHER = "imports/a.json", b"held", b"other"
KNOWN = hashlib.sha256(HELD).hexdigest()


def holding(content: bytes | None) -> Storage:
    storage = InMemoryStorage()
    if content is not None:
        storage.save(NAME, ContentFile(content))
    return storage


def content_of(storage: Storage) -> bytes | None:
    if not storage.exists(NAME):
        return None
    with storage.open(NAME) as file:
        content: bytes = file.read()
    return content


@sweep(
    "origin, target, known, outcome, then_at_target",
    [
        (HELD, None, "", TransferOutcome.COPIED, HELD),
        (HELD, None, KNOWN, TransferOutcome.COPIED, HELD),
        (HELD, HELD, "", TransferOutcome.THERE, HELD),
        (HELD, HELD, KNOWN, TransferOutcome.THERE, HELD),
        (None, HELD, KNOWN, TransferOutcome.THERE, HELD),
        (OTHER, HELD, KNOWN, TransferOutcome.THERE, HELD),
        (HELD, OTHER, KNOWN, TransferOutcome.COPIED, HELD),
        (HELD, OTHER, "", TransferOutcome.DIFFERS, OTHER),
        (OTHER, None, KNOWN, TransferOutcome.DAMAGED, None),
        (OTHER, OTHER, KNOWN, TransferOutcome.DAMAGED, OTHER),
        (None, None, KNOWN, TransferOutcome.GONE, None),
        (b"", None, "", TransferOutcome.COPIED, b""),
    ],
)
def test_outcomes_for_a_file(
    origin: bytes | None,
    target: bytes | None,
    known: str,
    outcome: TransferOutcome,
    then_at_target: bytes | None,
) -> None:
    source, there = holding(origin), holding(target)
    assert transfer(NAME, source, there, known_digest=known) == TransferredFile(NAME, outcome)
    assert (content_of(source), content_of(there)) == (origin, then_at_target)


@sweep(
    "origin, target, known, then_at_origin",
    [(HELD, None, "", None), (HELD, HELD, KNOWN, None), (OTHER, None, KNOWN, OTHER), (HELD, OTHER, "", HELD)],
)
def test_only_files_with_a_verified_copy_are_removed(
    origin: bytes, target: bytes | None, known: str, then_at_origin: bytes | None
) -> None:
    source = holding(origin)
    transfer(NAME, source, holding(target), known_digest=known, remove=True)
    assert content_of(source) == then_at_origin


def test_a_file_changed_during_transfer_is_not_a_copy() -> None:
    class Careless(InMemoryStorage):
        def _save(self, name: str, content: Any) -> str:
            return super()._save(name, ContentFile(content.read()[:-1]))  # type: ignore[misc]  # not in the stubs

    source, there = holding(HELD), Careless()
    assert transfer(NAME, source, there, remove=True) == TransferredFile(NAME, TransferOutcome.BROKEN)
    assert (content_of(source), content_of(there)) == (HELD, None)


def test_on_a_disk_a_copy_is_whole_or_not_there(tmp_path: Path) -> None:
    disk = FileSystemStorage(location=tmp_path)
    (tmp_path / "imports").mkdir()
    (tmp_path / f"{NAME}.0123456789abcdef.part").write_bytes(b"half")  # of one who was killed
    assert list(iterate_names(disk)) == []
    assert transfer(NAME, holding(HELD), disk) == TransferredFile(NAME, TransferOutcome.COPIED)
    assert (list(iterate_names(disk)), compute_digest(disk, NAME)) == ([NAME], KNOWN)


def test_all_files_of_a_storage_are_found_and_of_none_nothing(tmp_path: Path) -> None:
    storage = InMemoryStorage()
    names = ["a.json", "imports/b.json", "snapshots/01/23/c", "snapshots/01/24/d"]
    for name in reversed(names):
        storage.save(name, ContentFile(b"x"))
    assert list(iterate_names(storage)) == names
    assert list(iterate_names(FileSystemStorage(location=tmp_path / "nothing"))) == []


@pytest.mark.parametrize("threads", [1, 3])
def test_each_is_done_once_and_the_first_error_ends_it(threads: int) -> None:
    names = [str(number) for number in range(20)]
    done = list(
        transfer_files(
            iter(names), lambda name: TransferredFile(name, TransferOutcome.COPIED), threads=threads
        )
    )
    assert sorted(file.name for file in done) == sorted(names)
    begun: list[str] = []

    def fails(name: str) -> TransferredFile:
        begun.append(name)
        raise ConnectionError

    with pytest.raises(ConnectionError):
        list(transfer_files(iter(names), fails, threads=threads))
    assert len(begun) <= 2 * threads

"""Records are cleaned in processes of their own, which end with the one that reads."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from claims.imports.reading.mappings.conventions import NO_CONVENTIONS
from claims.imports.reading.processes import CHUNK_SIZE, RecordInput, clean_in_processes
from claims.imports.reading.raw_record import RawRecord, RecordLocation


def records(count: int) -> Iterator[RecordInput]:
    for number in range(count):
        fields = {"statement": f"Lake {number} froze over last winter.", "language": "en"}
        yield RawRecord(RecordLocation("lakes.csv", f"row {number}"), fields), NO_CONVENTIONS


def test_order_and_number_are_kept() -> None:
    chunks = list(clean_in_processes(records(3 * CHUNK_SIZE + 1), processes=2))
    assert [chunk.record_count for chunk in chunks] == [CHUNK_SIZE, CHUNK_SIZE, CHUNK_SIZE, 1]
    assert sum(chunk.lines.count(b"\n") for chunk in chunks) == 3 * CHUNK_SIZE + 1


_READER = """
from threading import Event
from claims.imports.reading.processes import CHUNK_SIZE, clean_in_processes
from tests.claims.imports.reading.test_processes import records

def stalled():
    yield from records(5 * CHUNK_SIZE)
    print("reading", flush=True)
    Event().wait()

list(clean_in_processes(stalled(), processes=2))
"""


@pytest.mark.slow
def test_processes_end_when_the_reader_is_killed() -> None:
    """They share its standard output, which ends with the last of them."""
    reader = subprocess.Popen([sys.executable, "-c", _READER], stdout=subprocess.PIPE)
    assert reader.stdout is not None
    assert reader.stdout.readline() == b"reading\n"
    reader.kill()
    assert reader.communicate(timeout=300)[0] == b""
    assert reader.returncode == -9

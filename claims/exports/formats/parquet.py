"""The columns of the CSV as Apache Parquet, with typed numbers, dates and times.

Unknown values are null. Rows are written in groups, so writers and readers hold only one group in memory.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from io import UnsupportedOperation
from itertools import islice
from typing import IO, Any, cast

from arro3.core import Array, DataType, Field, RecordBatch, RecordBatchReader, Schema
from arro3.io import write_parquet

from claims.exports.formats import csv

MEDIA_TYPE = "application/vnd.apache.parquet"

#: The number of rows written, and read, at once.
GROUP_SIZE = 16_384

_INTEGER, _DAY, _MOMENT = DataType.int64(), DataType.date32(), DataType.timestamp("us", tz="UTC")
_TYPES = {
    **dict.fromkeys(
        ("claim_id", "version", "claimant_id", "verdict_id", "publisher_id", "corrections", "merged_into"),
        _INTEGER,
    ),
    **dict.fromkeys(("claimed_on", "first_appearance_published_on", "reviewed_on", "valid_as_of"), _DAY),
    **dict.fromkeys(("published_at", "updated_at"), _MOMENT),
}
#: The type of each column; text by default.
COLUMN_TYPES = {name: _TYPES.get(name, DataType.string()) for name in csv.COLUMNS}
SCHEMA = Schema([Field(name, kind, nullable=True) for name, kind in COLUMN_TYPES.items()])

_EPOCH_DAY = date(1970, 1, 1).toordinal()
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00Z")


class _GuardedWriter:
    """A file and an iterator that never raise into the Parquet writer, which would crash; `failure` is raised later."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.failure: BaseException | None = None

    def write(self, chunk: bytes) -> int:
        if self.failure is None:
            try:
                self._file.write(chunk)
            except BaseException as failure:  # noqa: BLE001  it is raised below
                self.failure = failure
        return len(chunk)

    def flush(self) -> None: ...

    def seek(self, offset: int, whence: int = 0) -> int:
        raise UnsupportedOperation("seek")

    def iterate(self, groups: Iterator[RecordBatch]) -> Iterator[RecordBatch]:
        while self.failure is None:
            try:
                yield next(groups)
            except StopIteration:
                return
            except BaseException as failure:  # noqa: BLE001  it is raised below
                self.failure = failure


def write(bodies: Iterable[bytes], file: IO[bytes], *, metadata: dict[str, Any]) -> int:
    """Write the table to a file and return the number of rows. The file need not be readable or seekable.

    Args:
        metadata: further metadata of the file, as JSON values.
    """
    guarded = _GuardedWriter(file)
    rows = 0

    def count_rows(groups: Iterator[RecordBatch]) -> Iterator[RecordBatch]:
        nonlocal rows
        for group in groups:
            rows += group.num_rows
            yield group

    write_parquet(
        RecordBatchReader.from_batches(SCHEMA, guarded.iterate(count_rows(_iterate_groups(bodies)))),
        cast(IO[bytes], guarded),
        compression="zstd(3)",
        max_row_group_size=GROUP_SIZE,
        # A single key, because several would be written in random order.
        key_value_metadata={"factcheck": json.dumps(metadata)},
    )
    if guarded.failure:
        raise guarded.failure
    return rows


def _iterate_groups(bodies: Iterable[bytes]) -> Iterator[RecordBatch]:
    rows = (row for body in bodies for row in csv.build_rows(body))
    while group := list(islice(rows, GROUP_SIZE)):
        columns = zip(*group, strict=True)
        yield RecordBatch.from_arrays(
            [_build_array(values, kind) for values, kind in zip(columns, COLUMN_TYPES.values(), strict=True)],
            schema=SCHEMA,
        )


def _build_array(values: tuple[Any, ...], kind: DataType) -> Array:
    if kind == _DAY:
        days = [value and date.fromisoformat(value).toordinal() - _EPOCH_DAY for value in values]
        return Array(days, DataType.int32()).cast(kind)
    if kind == _MOMENT:
        return Array([_parse_microseconds(value) for value in values], DataType.int64()).cast(kind)
    return Array(values, kind)


def _parse_microseconds(value: str | None) -> int | None:
    if not value:
        return None
    time_since_epoch = datetime.fromisoformat(value) - _EPOCH
    return (
        time_since_epoch.days * 86_400 + time_since_epoch.seconds
    ) * 1_000_000 + time_since_epoch.microseconds

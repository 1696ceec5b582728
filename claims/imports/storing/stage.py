"""The staging table, which collects the reviews of each statement after reading and before storing.

A claim that a file contains in three records is therefore stored once, with all its verdicts, in one ledger entry.
The table exists only during the transaction, so the input is read again after a crash. Database functions create it
(`claims/migrations/0001_staging.py`), because the serving role cannot create tables.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from uuid import UUID

from django.db.backends.base.base import BaseDatabaseWrapper

from claims.imports.reading.processes import COLUMNS, unpack_location, unpack_review
from claims.imports.reading.review_record import Review
from claims.models import ImportRun


class StagedReview(NamedTuple):
    """A review with the keys that identify it."""

    review: Review
    digest: UUID
    key: UUID | None
    number_key: UUID | None
    statement_key: UUID
    has_number: bool
    """Whether its number is unique among the records of this import."""
    seen_claims: frozenset[int]
    """Claims of other records with the same content as an earlier record of this review."""
    fields_json: str
    """The fields of the record in the file, as JSON; rarely parsed."""
    repeats: Sequence[str]
    """Packed records of this import with exactly the same content; rarely parsed."""

    def iterate_repeats(self) -> "Iterator[StagedReview]":
        """Yield the record once for each repeat in this import, with the repeat's location."""
        for packed_review in self.repeats:
            yield self._replace(
                review=self.review._replace(location=unpack_location(packed_review)), repeats=()
            )


class KnownRecordCounts(NamedTuple):
    """The counts of staged records that need not be written."""

    unchanged: int
    """The number of records with exactly the same content as in an earlier import."""
    written: dict[str, int]
    """The number of records written before this import was interrupted, by `ImportedRecord.Outcome`."""


_COPY_SQL = f"COPY pg_temp.staged_review ({', '.join(COLUMNS)}) FROM STDIN"


class Stage:
    """The staged reviews of one import, as a context manager that cleans up.

    Args:
        connection: a connection whose transaction lasts as long as the import (`factcheck.database.locks`).
    """

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._connection = connection

    def __enter__(self) -> "Stage":
        self._execute("SELECT public.claims_stage_begin()")
        return self

    def __exit__(self, *exception: object) -> None:
        # The settings made for staging otherwise end with the import's own transaction.
        if self._connection.in_atomic_block and not self._connection.needs_rollback:
            self._execute("SELECT public.claims_stage_end()")

    def add(self, lines: bytes) -> None:
        """Add reviews in the form that `claims.imports.reading.processes` writes."""
        with self._connection.cursor() as cursor, cursor.copy(_COPY_SQL) as stream:
            stream.write(lines)

    def remove_known(self, run: ImportRun) -> KnownRecordCounts:
        """Remove known records from the stage, sort the rest for writing, and count the removed ones."""
        with self._connection.cursor() as cursor:
            cursor.execute("SELECT outcome, number FROM public.claims_stage_set_aside_known(%s)", [run.pk])
            counts = dict(cursor.fetchall())
        return KnownRecordCounts(unchanged=counts.pop("agreed", 0), written=counts)

    def iterate_batches(self, size: int) -> Iterator[list[StagedReview]]:
        """Yield reviews in batches of about this size, keeping reviews of one statement together."""
        pending_reviews: list[StagedReview] = []
        offset = 0
        while rows := self._load_rows(offset, size):
            offset += len(rows)
            pending_reviews += rows
            last_key = pending_reviews[-1].statement_key
            complete_groups = [review for review in pending_reviews if review.statement_key != last_key]
            if len(complete_groups) >= size // 2:
                yield complete_groups
                pending_reviews = pending_reviews[len(complete_groups) :]
        if pending_reviews:
            yield pending_reviews

    def _load_rows(self, offset: int, size: int) -> list[StagedReview]:
        with self._connection.cursor() as cursor:
            cursor.execute(
                "SELECT review, digest, key, number_key, queued_review.statement_key, has_number, found, ARRAY("
                " SELECT known.claim_id FROM pg_temp.known_review AS known WHERE known.key = staged_review.key UNION"
                " SELECT known.claim_id FROM pg_temp.known_review AS known"
                " WHERE known.number_key = staged_review.number_key),"
                " ARRAY(SELECT one.review FROM pg_temp.repeated_review AS one WHERE one.digest = staged_review.digest)"
                " FROM pg_temp.queued_review JOIN pg_temp.staged_review USING (number)"
                " WHERE turn > %s AND turn <= %s ORDER BY turn",
                [offset, offset + size],
            )
            return [
                StagedReview(unpack_review(review), *keys, frozenset(date_order), fields, repeats)  # type: ignore[call-arg]  # rows
                for review, *keys, fields, date_order, repeats in cursor.fetchall()
            ]

    def _execute(self, statement: str) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(statement)

"""Between reading and writing: a temporary table in which reviews of one statement come to stand together.

So a claim that a file names in three places is written once, with all its verdicts, in one entry of the ledger. The
table is the connection's own and goes with it: what a crash takes is read again.
"""

from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from claims.importers.review import Review
from claims.importers.waiting import COLUMNS, restored
from claims.models import ImportRun


class Staged(NamedTuple):
    """A review with what it is known by."""

    review: Review
    digest: UUID
    key: UUID | None
    statement_key: UUID
    is_alone: bool
    """Whether no other record of this import has the same key."""
    seen_claims: frozenset[int]
    """Claims that other records with the same key are about, which say what they said before."""
    found: str
    """The fields of the record as they were found, as JSON; few are ever looked at."""


class Known(NamedTuple):
    """How many staged records need no writing."""

    unchanged: int
    """They say what an earlier import, or an earlier record of this one, said to the letter."""
    written: dict[str, int]
    """They were written when this import was begun before, by `ImportedRecord.Outcome`."""


#: The keys of statements are made while others read, which keep Python busy and not PostgreSQL.
_CREATE = """
    CREATE TEMPORARY TABLE staged_review (
        number serial, digest uuid, key uuid, statement text, review text, found text,
        statement_key uuid GENERATED ALWAYS AS (claims_statement_key(statement)) STORED
    )
"""

_ADD = f"COPY staged_review ({', '.join(COLUMNS)}) FROM STDIN"

_DROP = "DROP TABLE IF EXISTS staged_review, known_review, queued_review"

#: The reviews that are still to be written, those of one statement together, in the order in which statements appear.
#: Without their texts, so that sorting moves little.
_QUEUE = """
    CREATE TEMPORARY TABLE queued_review AS
    SELECT row_number() OVER (ORDER BY first, number) AS turn, number, statement_key,
        count(*) OVER (PARTITION BY key) = 1 AS is_alone
    FROM (
        SELECT number, key, statement_key, min(number) OVER (PARTITION BY statement_key) AS first FROM staged_review
    ) AS together
"""


class Stage:
    """The staged reviews of one import. Use as a context: it leaves nothing behind."""

    def __enter__(self) -> "Stage":
        self._execute(_DROP)
        self._execute(_CREATE)
        return self

    def __exit__(self, *exception: object) -> None:
        if not connection.needs_rollback and connection.connection is not None:
            self._execute(_DROP)

    def add(self, lines: bytes) -> None:
        """Add reviews, as `claims.importers.waiting` writes them."""
        with connection.cursor() as cursor, cursor.copy(_ADD) as stream:
            stream.write(lines)

    def set_aside_known(self, run: ImportRun) -> Known:
        """Take out what says nothing new, and put the rest in the order of writing."""
        # Sorted in memory: these tables are a few ten bytes for each record.
        self._execute("SET work_mem = '128MB'")
        self._execute("CREATE UNIQUE INDEX ON staged_review (number)")
        self._execute("ANALYZE staged_review")
        twice = self._execute(
            """
            DELETE FROM staged_review AS later USING (
                SELECT digest, min(number) AS number FROM staged_review GROUP BY digest HAVING count(*) > 1
            ) AS first
            WHERE later.digest = first.digest AND later.number > first.number
            """
        )
        self._execute(
            """
            CREATE TEMPORARY TABLE known_review AS
            SELECT DISTINCT ON (staged.number)
                staged.number, staged.key, taken.claim_id, taken.run_id, taken.outcome
            FROM staged_review AS staged JOIN claims_importedrecord AS taken USING (digest)
            WHERE NOT EXISTS (
                -- A later import changed it: what it says now is new again.
                SELECT FROM claims_importedrecord AS later
                WHERE later.key = taken.key AND later.claim_id = taken.claim_id AND later.run_id > taken.run_id
                    AND later.outcome = 'updated'
            )
            ORDER BY staged.number, taken.id DESC
            """
        )
        self._execute(
            "DELETE FROM staged_review AS staged USING known_review AS known WHERE staged.number = known.number"
        )
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT coalesce(outcome, ''), count(*) FROM (SELECT CASE WHEN run_id = %s THEN outcome END AS outcome"
                " FROM known_review) AS known GROUP BY outcome",
                [run.pk],
            )
            counts = dict(cursor.fetchall())
        self._execute("CREATE INDEX ON known_review (key)")
        self._execute("ANALYZE known_review")
        self._execute(_QUEUE)
        self._execute("CREATE UNIQUE INDEX ON queued_review (turn)")
        self._execute("ANALYZE queued_review")
        self._execute("RESET work_mem")
        return Known(unchanged=twice + counts.pop("", 0), written=counts)

    def batches(self, size: int) -> Iterator[list[Staged]]:
        """The reviews to write, about so many at a time; those of one statement are never divided."""
        waiting: list[Staged] = []
        turn = 0
        while rows := self._rows(turn, size):
            turn += len(rows)
            waiting += rows
            last = waiting[-1].statement_key
            complete = [staged for staged in waiting if staged.statement_key != last]
            if len(complete) >= size // 2:
                yield complete
                waiting = waiting[len(complete) :]
        if waiting:
            yield waiting

    def _rows(self, turn: int, size: int) -> list[Staged]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT review, digest, key, queued_review.statement_key, is_alone, found,"
                " ARRAY(SELECT known.claim_id FROM known_review AS known WHERE known.key = staged_review.key)"
                " FROM queued_review JOIN staged_review USING (number)"
                " WHERE turn > %s AND turn <= %s ORDER BY turn",
                [turn, turn + size],
            )
            return [
                Staged(
                    restored(review), digest, key, statement_key, alone and not seen, frozenset(seen), found
                )
                for review, digest, key, statement_key, alone, found, seen in cursor.fetchall()
            ]

    def _execute(self, statement: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.rowcount

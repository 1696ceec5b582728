"""Between reading and writing: a temporary table in which reviews of one statement come to stand together.

So a claim that a file names in three places is written once, with all its verdicts, in one entry of the ledger. The
table is the transaction's own and goes with it: what a crash takes is read again.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db.backends.base.base import BaseDatabaseWrapper

from claims.imports.reading.review_record import Review
from claims.imports.reading.staged_lines import COLUMNS, place_of, restored
from claims.models import ImportRun


class Staged(NamedTuple):
    """A review with what it is known by."""

    review: Review
    digest: UUID
    key: UUID | None
    number_key: UUID | None
    statement_key: UUID
    has_number: bool
    """Whether it has a number of its own, which no other record of this import has."""
    seen_claims: frozenset[int]
    """Claims that other records of the same review are about, which say what they said before."""
    found: str
    """The fields of the record as they were found, as JSON; few are ever looked at."""
    repeats: Sequence[str]
    """Other records of this import that say the same to the letter, as they wait; few are ever looked at."""

    def repeated(self) -> "Iterator[Staged]":
        """Those other records."""
        for waiting in self.repeats:
            yield self._replace(review=self.review._replace(place=place_of(waiting)), repeats=())


class KnownRecords(NamedTuple):
    """How many staged records need no writing."""

    unchanged: int
    """They say what an earlier import said to the letter."""
    written: dict[str, int]
    """They were written when this import was begun before, by `ImportedRecord.Outcome`."""


#: The keys of statements are made while others read, which keep Python busy and not PostgreSQL.
_CREATE = """
    CREATE TEMPORARY TABLE staged_review (
        number serial, digest uuid, key uuid, number_key uuid, statement text, review text, found text,
        statement_key uuid GENERATED ALWAYS AS (claims_statement_key(statement)) STORED
    )
"""

_ADD = f"COPY staged_review ({', '.join(COLUMNS)}) FROM STDIN"

_DROP = "DROP TABLE IF EXISTS staged_review, repeated_review, known_review, queued_review"

#: The reviews that are still to be written, those of one statement together, in the order in which statements appear.
#: Without their texts, so that sorting moves little.
_QUEUE = """
    CREATE TEMPORARY TABLE queued_review AS
    SELECT row_number() OVER (ORDER BY first, number) AS turn, number, statement_key,
        number_key IS NOT NULL AND count(*) OVER (PARTITION BY number_key) = 1 AS has_number
    FROM (
        SELECT number, number_key, statement_key, min(number) OVER (PARTITION BY statement_key) AS first
        FROM staged_review
    ) AS together
"""

#: Records that need no writing: this import wrote them before it was broken off, or what they say was taken to the
#: letter and is what is stored. Where the verdict was replaced or the claim changed since, that has to be looked at,
#: unless an editor decided about the claim.
_KNOWN = """
    CREATE TEMPORARY TABLE known_review AS
    SELECT DISTINCT ON (staged.number)
        staged.number, staged.digest, staged.key, staged.number_key, taken.claim_id, taken.run_id,
        CASE WHEN taken.run_id = %(run)s THEN taken.outcome ELSE 'agreed' END AS outcome,
        CASE WHEN taken.run_id = %(run)s AND taken.differs THEN 'merged' ELSE 'agreed' END AS outcome_of_repeats
    FROM staged_review AS staged
    JOIN claims_importedrecord AS taken USING (digest)
    JOIN claims_claim AS claim ON claim.id = taken.claim_id
    LEFT JOIN claims_verdict AS verdict ON verdict.id = taken.verdict_id
    WHERE taken.run_id = %(run)s OR NOT taken.differs AND (
        claim.state IN ('declined', 'merged')
        OR claim.updated_at <= taken.at AND coalesce(verdict.state, 'published') = 'published'
    )
    ORDER BY staged.number, taken.id DESC
"""

#: What became of them, and of what says the same.
_COUNTED = """
    SELECT outcome, count(*) FROM (
        SELECT outcome FROM known_review
        UNION ALL SELECT outcome_of_repeats FROM known_review JOIN repeated_review USING (digest)
    ) AS known GROUP BY outcome
"""


class Stage:
    """The staged reviews of one import. Use as a context: it leaves nothing behind.

    Args:
        connection: one whose transaction lasts as long as the import (`factcheck.database.locks`).
    """

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._connection = connection

    def __enter__(self) -> "Stage":
        self._execute(_DROP)
        self._execute(_CREATE)
        return self

    def __exit__(self, *exception: object) -> None:
        # Where the transaction is the import's own, they end with it.
        if self._connection.in_atomic_block and not self._connection.needs_rollback:
            self._execute(_DROP)

    def add(self, lines: bytes) -> None:
        """Add reviews, as `claims.imports.reading.staged_lines` writes them."""
        with self._connection.cursor() as cursor, cursor.copy(_ADD) as stream:
            stream.write(lines)

    def set_aside_known(self, run: ImportRun) -> KnownRecords:
        """Take out what says nothing new, and put the rest in the order of writing."""
        # Sorted in memory: these tables are a few ten bytes for each record.
        self._execute("SET LOCAL work_mem = '128MB'")
        self._execute("CREATE UNIQUE INDEX ON staged_review (number)")
        self._execute("ANALYZE staged_review")
        self._execute(
            """
            CREATE TEMPORARY TABLE repeated_review AS
            SELECT number, digest, review FROM (
                SELECT number, digest, review, min(number) OVER (PARTITION BY digest) AS first FROM staged_review
            ) AS staged WHERE number > first
            """
        )
        self._execute(
            "DELETE FROM staged_review AS staged USING repeated_review AS one WHERE staged.number = one.number"
        )
        self._execute("CREATE INDEX ON repeated_review (digest)")
        self._execute("ANALYZE repeated_review")
        self._execute(_KNOWN, {"run": run.pk})
        self._execute(
            "DELETE FROM staged_review AS staged USING known_review AS known WHERE staged.number = known.number"
        )
        with self._connection.cursor() as cursor:
            cursor.execute(_COUNTED)
            counts = dict(cursor.fetchall())
        self._execute("CREATE INDEX ON known_review (key)")
        self._execute("CREATE INDEX ON known_review (number_key)")
        self._execute("ANALYZE known_review")
        self._execute(_QUEUE)
        self._execute("CREATE UNIQUE INDEX ON queued_review (turn)")
        self._execute("ANALYZE queued_review")
        self._execute("SET LOCAL work_mem TO DEFAULT")
        return KnownRecords(unchanged=counts.pop("agreed", 0), written=counts)

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
        with self._connection.cursor() as cursor:
            cursor.execute(
                "SELECT review, digest, key, number_key, queued_review.statement_key, has_number, found, ARRAY("
                " SELECT known.claim_id FROM known_review AS known WHERE known.key = staged_review.key UNION"
                " SELECT known.claim_id FROM known_review AS known WHERE known.number_key = staged_review.number_key),"
                " ARRAY(SELECT one.review FROM repeated_review AS one WHERE one.digest = staged_review.digest)"
                " FROM queued_review JOIN staged_review USING (number)"
                " WHERE turn > %s AND turn <= %s ORDER BY turn",
                [turn, turn + size],
            )
            return [
                Staged(restored(review), *known_by, frozenset(seen), found, repeats)  # type: ignore[call-arg]  # rows
                for review, *known_by, found, seen, repeats in cursor.fetchall()
            ]

    def _execute(self, statement: str, values: Mapping[str, Any] | None = None) -> int:
        with self._connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.rowcount

"""Run the whole verification on one database snapshot, while other work continues."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext

from claims.ledger.proofs.merkle_tree import GrowingTree
from claims.ledger.proofs.signed_note import SignedNote, TreeHead
from claims.ledger.verification.checked_entries import EntriesCheck, check_snapshots
from claims.ledger.verification.checked_heads import (
    SignedHeads,
    build_log_names,
    check_keys,
    is_signed_here,
)
from claims.ledger.verification.checked_indexes import check_indexes
from claims.ledger.verification.checked_reviews import check_reviews
from claims.ledger.verification.checked_rules import check_rules
from claims.ledger.verification.checked_signoffs import check_signoffs
from claims.ledger.verification.findings import Discrepancy
from claims.models import Checkpoint, Publication, SigningKey
from factcheck import features

#: Called with the number of entries read so far.
ReportProgress = Callable[[int], None]

_NO_LIMITS_SQL = (
    "SELECT set_config(name, '0', true) FROM unnest(ARRAY['statement_timeout', 'lock_timeout']) AS name"
)


@dataclass(frozen=True)
class ExternalCheckpoint:
    """A checkpoint stored outside the database."""

    name: str
    """Where the checkpoint was stored, in words for people."""
    note: SignedNote
    head: TreeHead

    @classmethod
    def read(cls, name: str, note: str) -> "ExternalCheckpoint":
        """Parse a checkpoint stored elsewhere. Raises `InvalidNote`."""
        signed_note = SignedNote.read(note)
        return cls(name, signed_note, TreeHead.read(signed_note.text))


def verify(
    checkpoints: Sequence[ExternalCheckpoint] = (),
    *,
    trusted_keys: Sequence[str] = (),
    progress: ReportProgress = lambda entries: None,
) -> Iterator[Discrepancy]:
    """Yield every discrepancy, as it is found.

    Args:
        checkpoints: checkpoints stored outside the database.
        trusted_keys: the public keys (base64url) trusted for `checkpoints`; by default, the stored keys.
    """
    with _read_snapshot() as indexes:
        yield from check_rules()
        yield from _check_logs(checkpoints, trusted_keys, progress)
        yield from indexes()


def count_entries() -> int:
    """Return the number of entries to verify."""
    return Publication.objects.count()


def _check_logs(
    checkpoints: Sequence[ExternalCheckpoint], trusted_keys: Sequence[str], progress: ReportProgress
) -> Iterator[Discrepancy]:
    yield from check_keys()
    heads = {log: SignedHeads(log) for log in Checkpoint.Log.values}
    for log_heads in heads.values():
        yield from log_heads.add_stored()
    yield from _add_external(checkpoints, trusted_keys, heads)
    ledger, reviews = heads[Checkpoint.Log.LEDGER], heads[Checkpoint.Log.REVIEWS]

    def report_growth_of(tree: GrowingTree) -> None:
        if ledger.has_signed_size(tree.size):
            ledger.compare(tree.size, tree.root)
        if tree.size % 1_000 == 0:
            progress(tree.size)

    entries = EntriesCheck(report_growth_of)
    yield from entries.findings()
    yield from ledger.findings()
    yield from check_snapshots(entries.quoted_snapshots)
    yield from check_reviews(reviews.compare)
    yield from reviews.findings()
    for check in features.load_declared("verification"):
        yield from check()


def _add_external(
    checkpoints: Sequence[ExternalCheckpoint], trusted_keys: Sequence[str], heads: dict[str, SignedHeads]
) -> Iterator[Discrepancy]:
    logs = build_log_names()
    keys = trusted_keys or list(SigningKey.objects.values_list("public_key", flat=True))
    for checkpoint in checkpoints:
        place = f"Checkpoint in {checkpoint.name} ({checkpoint.head.size} entries)"
        if checkpoint.head.origin not in logs:
            yield Discrepancy(
                place,
                gettext("the checkpoint belongs to another log, %(origin)s.")
                % {"origin": checkpoint.head.origin},
            )
        elif not is_signed_here(checkpoint.note, checkpoint.head.origin, keys):
            yield Discrepancy(place, gettext("the checkpoint has no signature of a trusted key."))
        else:
            heads[logs[checkpoint.head.origin]].add_head(checkpoint.head, place)


@contextmanager
def _read_snapshot() -> Iterator[Callable[[], Iterator[Discrepancy]]]:
    """Let this connection read from one snapshot of the database. Yields a function that checks the indexes.

    That check is slow, so the indexes are checked on a second connection with the same snapshot, while this connection
    reads entries. Inside a caller's transaction, which no other connection sees, this connection checks the indexes.
    """
    if connection.in_atomic_block:
        yield lambda: _run_checks(connection)
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute(_NO_LIMITS_SQL)
        cursor.execute("SELECT pg_export_snapshot()")
        [snapshot] = cursor.fetchone()
        with ThreadPoolExecutor(1) as second_connection:
            checks = second_connection.submit(_run_checks_in_parallel, snapshot)
            yield lambda: iter(checks.result())


def _run_checks(database: BaseDatabaseWrapper) -> Iterator[Discrepancy]:
    yield from check_indexes(database)
    yield from check_signoffs(database)


def _run_checks_in_parallel(snapshot: str) -> list[Discrepancy]:
    own_connection = connection.copy()  # a connection belongs to the thread that opened it
    own_connection.settings_dict["OPTIONS"].pop("pool", None)
    with closing(own_connection):
        own_connection.set_autocommit(False)
        with own_connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute(f"SET TRANSACTION SNAPSHOT '{snapshot}'")
            cursor.execute(_NO_LIMITS_SQL)
        return list(_run_checks(own_connection))

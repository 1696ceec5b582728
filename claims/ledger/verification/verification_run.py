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
from claims.ledger.verification.checked_entries import EntriesCheck
from claims.ledger.verification.checked_heads import (
    SignedHeads,
    findings_of_keys,
    is_signed_here,
    names_of_logs,
)
from claims.ledger.verification.checked_indexes import findings_of_indexes
from claims.ledger.verification.checked_reviews import findings_of_reviews
from claims.ledger.verification.checked_rules import findings_of_rules
from claims.ledger.verification.checked_signoffs import findings_of_signoffs
from claims.ledger.verification.checked_snapshots import findings_of_snapshots
from claims.ledger.verification.findings import Discrepancy
from claims.models import Checkpoint, Publication, SigningKey

#: Called with how many entries were read.
Progress = Callable[[int], None]

_NO_LIMITS = (
    "SELECT set_config(name, '0', true) FROM unnest(ARRAY['statement_timeout', 'lock_timeout']) AS name"
)


@dataclass(frozen=True)
class KeptCheckpoint:
    """A checkpoint stored outside the database."""

    name: str
    """Where from, for a person."""
    note: SignedNote
    head: TreeHead

    @classmethod
    def read(cls, name: str, note: str) -> "KeptCheckpoint":
        """Raises `NoSuchNote`."""
        signed = SignedNote.read(note)
        return cls(name, signed, TreeHead.read(signed.text))


def verify(
    kept: Sequence[KeptCheckpoint] = (),
    *,
    trusted: Sequence[str] = (),
    progress: Progress = lambda entries: None,
) -> Iterator[Discrepancy]:
    """Yield every discrepancy, as it is found.

    Args:
        kept: checkpoints from outside.
        trusted: the keys (base64url) by which those are believed; those that are stored here, unless given.
    """
    with _one_moment() as indexes:
        yield from findings_of_rules()
        yield from _of_logs(kept, trusted, progress)
        yield from indexes()


def entries_here() -> int:
    """Return the number of entries to verify."""
    return Publication.objects.count()


def _of_logs(
    kept: Sequence[KeptCheckpoint], trusted: Sequence[str], progress: Progress
) -> Iterator[Discrepancy]:
    yield from findings_of_keys()
    heads = {log: SignedHeads(log) for log in Checkpoint.Log.values}
    for of_log in heads.values():
        yield from of_log.take_stored()
    yield from _take_kept(kept, trusted, heads)
    ledger, reviews = heads[Checkpoint.Log.LEDGER], heads[Checkpoint.Log.REVIEWS]

    def grown(tree: GrowingTree) -> None:
        if ledger.expects(tree.size):
            ledger.compare(tree.size, tree.root)
        if tree.size % 1_000 == 0:
            progress(tree.size)

    entries = EntriesCheck(grown)
    yield from entries.findings()
    yield from ledger.findings()
    yield from findings_of_snapshots(entries.quoted)
    yield from findings_of_reviews(reviews.compare)
    yield from reviews.findings()


def _take_kept(
    kept: Sequence[KeptCheckpoint], trusted: Sequence[str], heads: dict[str, SignedHeads]
) -> Iterator[Discrepancy]:
    logs = names_of_logs()
    keys = trusted or list(SigningKey.objects.values_list("public_key", flat=True))
    for one in kept:
        place = f"Checkpoint in {one.name} ({one.head.size} entries)"
        if one.head.origin not in logs:
            yield Discrepancy(
                place, gettext("it belongs to another log, %(origin)s.") % {"origin": one.head.origin}
            )
        elif not is_signed_here(one.note, one.head.origin, keys):
            yield Discrepancy(place, gettext("it has no signature of a trusted key."))
        else:
            heads[logs[one.head.origin]].take(one.head, place)


@contextmanager
def _one_moment() -> Iterator[Callable[[], Iterator[Discrepancy]]]:
    """Read what is there at one moment; gives what asks for the findings of indexes, which takes the database long.

    Those are queried on a second connection with the same snapshot, while this one reads entries. Inside a caller's
    transaction, whose changes only it sees, they are queried on the same.
    """
    if connection.in_atomic_block:
        yield lambda: _asked(connection)
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute(_NO_LIMITS)
        cursor.execute("SELECT pg_export_snapshot()")
        [snapshot] = cursor.fetchone()
        with ThreadPoolExecutor(1) as beside:
            asked = beside.submit(_asked_beside, snapshot)
            yield lambda: iter(asked.result())


def _asked(database: BaseDatabaseWrapper) -> Iterator[Discrepancy]:
    yield from findings_of_indexes(database)
    yield from findings_of_signoffs(database)


def _asked_beside(snapshot: str) -> list[Discrepancy]:
    apart = connection.copy()  # of the thread that this runs in
    apart.settings_dict["OPTIONS"].pop("pool", None)
    with closing(apart):
        apart.set_autocommit(False)
        with apart.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute(f"SET TRANSACTION SNAPSHOT '{snapshot}'")
            cursor.execute(_NO_LIMITS)
        return list(_asked(apart))

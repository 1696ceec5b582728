"""Sign checkpoints of the ledger.

A log must never sign a head that does not extend all earlier heads. Before each signature, the stored rows are
therefore compared with the last checkpoint, and the hashes of new entries are recomputed. After a manipulation, nothing
more is signed.
"""

import logging
from collections.abc import Iterator
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext

from claims.ledger.house_signature import decode_bytes, get_newsroom_key
from claims.ledger.proofs import stored_tree
from claims.ledger.proofs.entry_text import compute_chain_hash
from claims.ledger.proofs.key_succession import load_current_key
from claims.ledger.proofs.merkle_tree import hash_leaf
from claims.ledger.proofs.sealed_text import compute_sealed_sha256
from claims.ledger.proofs.signed_note import InvalidNote, SignedNote, TreeHead, sign_note
from claims.ledger.proofs.stored_tree import load_with_previous
from claims.models import Checkpoint, HashTile, Publication, ReviewLink
from claims.models.checkpoint import HASH_BYTES, TILE_WIDTH
from factcheck.database import clock
from factcheck.database.locks import lock_names

_log = logging.getLogger(__name__)

#: After this time the same head is signed again, to show readers that signing continues without new entries.
RENEWAL_INTERVAL = timedelta(days=1)
#: The number of entries before the last signed one that are recomputed each time.
RECHECKED_ENTRY_COUNT = 256
#: The number of review moves and sign-offs that are linked in one transaction.
LINK_BATCH_SIZE = 5_000


class InconsistentLedger(Exception):
    """The stored ledger does not continue the signed ledger. Signing stops until an administrator intervenes."""


def sign_ledger() -> Checkpoint | None:
    """Sign new publications and return the new checkpoint; None if nothing is new.

    Raises:
        InconsistentLedger: stored data of the ledger were changed.
        KeyRefused: the configured key is not the announced key.
    """
    with transaction.atomic():
        lock_names("claims.ledger.checkpoint")
        last_checkpoint = _find_newest_signed(Checkpoint.objects.of_ledger())
        size = Publication.objects.order_by("-sequence").values_list("sequence", flat=True).first() or 0
        signed_size = last_checkpoint.tree_size if last_checkpoint else 0
        if size < signed_size:
            raise InconsistentLedger(
                gettext(
                    "The ledger ends at entry %(size)s, but a checkpoint of %(before)s entries was signed."
                )
                % {"size": size, "before": signed_size}
            )
        if not size or (last_checkpoint and not _is_due(last_checkpoint, size)):
            return None
        if last_checkpoint:
            if not HashTile.objects.exists():
                # The tiles were removed for a repair (docs/ledger-proofs.md) and are rebuilt from the entries.
                _extend_tree(0, signed_size)
            require_signed(last_checkpoint)
        _extend_tree(signed_size, size)
        return _sign_checkpoint(Checkpoint.Log.LEDGER, size, stored_tree.compute_root(size))


def sign_reviews() -> Checkpoint | None:
    """Link and sign new review events and return the new checkpoint; None if nothing is new."""
    while link_waiting_rows():
        pass
    with transaction.atomic():
        lock_names("claims.ledger.checkpoint")
        last_checkpoint = _find_newest_signed(Checkpoint.objects.of_reviews())
        last_link = ReviewLink.objects.order_by("-number").first()
        if last_checkpoint:
            _require_link(last_checkpoint)
        if last_link is None or (last_checkpoint and not _is_due(last_checkpoint, last_link.number)):
            return None
        return _sign_checkpoint(
            Checkpoint.Log.REVIEWS, last_link.number, bytes.fromhex(last_link.chain_sha256)
        )


def link_waiting_rows() -> bool:
    """Link a batch of waiting review moves and sign-offs to the review chain; return whether any were waiting."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO claims_reviewlink (kind, row_id)
            SELECT kind, row_id FROM claims_unlinkedreviewrow ORDER BY id LIMIT %s
            ON CONFLICT DO NOTHING
            """,
            [LINK_BATCH_SIZE],
        )
        return cursor.rowcount > 0


def require_signed(checkpoint: Checkpoint) -> None:
    """Require that a checkpoint is unchanged and matches the stored entries.

    Raises:
        InconsistentLedger: the checkpoint was changed, or does not match.
    """
    head = read_head(checkpoint)
    try:
        root = stored_tree.compute_root(head.size)
    except LookupError as problem:
        raise InconsistentLedger(
            gettext("Hashes below checkpoint %(size)s are missing: %(problem)s.")
            % {"size": head.size, "problem": problem}
        ) from None
    if root != head.root:
        raise InconsistentLedger(
            gettext("The stored entries do not match checkpoint %(size)s, which was signed.")
            % {"size": head.size}
        )


def read_head(checkpoint: Checkpoint) -> TreeHead:
    """Return the tree head of a checkpoint, if the named key validly signed it.

    Raises:
        InconsistentLedger: the signature is not valid, or the note differs from the stored columns.
    """
    try:
        note = SignedNote.read(checkpoint.note)
        head = TreeHead.read(note.text)
    except InvalidNote as problem:
        raise InconsistentLedger(
            gettext("Checkpoint %(tree_size)s of %(log)s: %(problem)s")
            % {"tree_size": checkpoint.tree_size, "log": checkpoint.log, "problem": problem}
        ) from None
    key = checkpoint.key
    if (head.size, head.root.hex()) != (checkpoint.tree_size, checkpoint.root_sha256):
        raise InconsistentLedger(
            gettext("Checkpoint %(tree_size)s of %(log)s differs from its signed text.")
            % {"tree_size": checkpoint.tree_size, "log": checkpoint.log}
        )
    name = build_log_name(key.origin, checkpoint.log)
    if head.origin != name or not note.is_signed_by(name, decode_bytes(key.public_key)):
        raise InconsistentLedger(
            gettext("Checkpoint %(tree_size)s of %(log)s has an invalid signature.")
            % {"tree_size": checkpoint.tree_size, "log": checkpoint.log}
        )
    return head


def build_log_name(origin: str, log: str) -> str:
    """Return the name that identifies a log in its checkpoints."""
    return origin if log == Checkpoint.Log.LEDGER else f"{origin}/reviews"


def _require_link(checkpoint: Checkpoint) -> None:
    head = read_head(checkpoint)
    link = ReviewLink.objects.filter(number=head.size).first()
    if link is None or link.chain_sha256 != head.root.hex():
        raise InconsistentLedger(
            gettext("The chain of reviews does not match checkpoint %(size)s, which was signed.")
            % {"size": head.size}
        )


def _find_newest_signed(checkpoints: QuerySet[Checkpoint]) -> Checkpoint | None:
    """Return the newest checkpoint with a valid signature, because a forged checkpoint must not stop signing.

    Raises:
        InconsistentLedger: there are checkpoints, but none has a valid signature.
    """
    problem = None
    for checkpoint in checkpoints.order_by("-id").select_related("key").iterator(chunk_size=20):
        try:
            read_head(checkpoint)
        except InconsistentLedger as error:
            problem = error
            _log.critical("%s It is skipped; run `manage.py verify_ledger`.", error)
        else:
            return checkpoint
    if problem:
        raise problem
    return None


def _is_due(last_checkpoint: Checkpoint, size: int) -> bool:
    return (
        size > last_checkpoint.tree_size
        or clock.get_database_time() - last_checkpoint.signed_at > RENEWAL_INTERVAL
    )


def _sign_checkpoint(log: str, size: int, root: bytes) -> Checkpoint:
    key = load_current_key()
    name = build_log_name(key.origin, log)
    note = sign_note(TreeHead(name, size, root).text, name=name, keys=[get_newsroom_key()])
    return Checkpoint.objects.create(log=log, tree_size=size, root_sha256=root.hex(), note=note, key=key)


def _extend_tree(signed_size: int, size: int) -> None:
    """Add entries to the tree, each with a recomputed hash."""
    tiles = stored_tree.load_growing_tiles(signed_size)
    first_sequence = max(1, signed_size - RECHECKED_ENTRY_COUNT + 1)
    known_leaves = _split_leaves(first_sequence, signed_size)
    for previous_hash, entry in load_with_previous(first_sequence, size):
        text = entry.text(previous_hash)
        number = entry.facts.sequence
        if compute_chain_hash(text) != entry.chain_sha256:
            raise InconsistentLedger(
                gettext("Entry %(number)s of the ledger has changed since it was published.")
                % {"number": number}
            )
        leaf = hash_leaf(text)
        if number > signed_size:
            tiles.add(leaf)
        elif leaf != next(known_leaves):
            raise InconsistentLedger(
                gettext("Entry %(number)s of the ledger is not the one that was signed.") % {"number": number}
            )
    if tiles.size != size:
        raise InconsistentLedger(
            gettext("The ledger has a gap: %(size)s of %(size_2)s entries exist.")
            % {"size": tiles.size, "size_2": size}
        )
    _require_texts(max(1, size - RECHECKED_ENTRY_COUNT + 1))
    stored_tree.store_tiles(tiles.pop_changed())


def _require_texts(first_sequence: int) -> None:
    """Check that the stored texts of the entry with this number and of all later entries match their hashes.

    Raises:
        InconsistentLedger: a text does not match.
    """
    rows = Publication.objects.filter(sequence__gte=first_sequence).order_by("sequence")
    for number, sealed_sha256, *facts in rows.values_list(
        "sequence", "sealed_sha256", "note", "body", "salts"
    ):
        if compute_sealed_sha256(*facts) != sealed_sha256:
            raise InconsistentLedger(
                gettext("Entry %(number)s of the ledger has changed since it was published.")
                % {"number": number}
            )


def _split_leaves(first_leaf: int, last_leaf: int) -> Iterator[bytes]:
    """Yield the stored hashes of the leaves `first_leaf` to `last_leaf`, counted from 1, including both."""
    for number in range((first_leaf - 1) // TILE_WIDTH, (last_leaf + TILE_WIDTH - 1) // TILE_WIDTH):
        tile = stored_tree.read_tiles([(0, number)]).get((0, number), b"")
        for index in range(TILE_WIDTH):
            if first_leaf <= TILE_WIDTH * number + index + 1 <= last_leaf:
                yield tile[HASH_BYTES * index : HASH_BYTES * (index + 1)]

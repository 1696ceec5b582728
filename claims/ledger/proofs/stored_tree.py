"""The ledger's Merkle tree in the database: entries, and tiles of hashes."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from claims.ledger.proofs import merkle_tree
from claims.ledger.proofs.entry_text import EntryFacts, build_entry_text
from claims.ledger.proofs.hash_tiles import GrowingTiles, TilePlace, build_subtree_lookup, find_tiles
from claims.models import HashTile, Publication
from claims.models.ledger_rules import ZERO_SHA256

_COLUMNS = (
    *("sequence", "claim_id", "version", "status", "kind", "published_at", "merged_into_id"),
    *("sealed_sha256", "chain_sha256"),
)


class StoredEntry(NamedTuple):
    """The hashed facts of an entry, and its stored hash."""

    facts: EntryFacts
    chain_sha256: str

    def text(self, previous_hash: str) -> bytes:
        return build_entry_text(self.facts, previous_hash)


def format_moment(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def iterate_entries(rows: QuerySet[Publication]) -> Iterator[StoredEntry]:
    """Yield these entries in the order of the ledger, in constant memory."""
    ordered_rows = rows.order_by("sequence").values_list(*_COLUMNS)
    return map(_build_entry, ordered_rows.iterator(chunk_size=5_000))


def _build_entry(row: tuple[Any, ...]) -> StoredEntry:
    sequence, claim_id, version, status, kind, published_at, merged_into, sealed_sha256, chain_sha256 = row
    published_text = format_moment(published_at)
    facts = EntryFacts(sequence, claim_id, version, status, kind, published_text, merged_into, sealed_sha256)
    return StoredEntry(facts, chain_sha256)


def load_with_previous(first_sequence: int, last_sequence: int) -> Iterator[tuple[str, StoredEntry]]:
    """Yield the entries in a range of sequence numbers, each preceded by the hash of the previous entry."""
    rows = Publication.objects.filter(sequence__gte=first_sequence - 1, sequence__lte=last_sequence)
    return _iterate_with_previous(first_sequence, iterate_entries(rows))


def load_entry_texts(first_sequence: int, last_sequence: int) -> list[bytes]:
    """Return the hashed bytes of each entry in a range of sequence numbers. Loads all of them into memory."""
    rows = Publication.objects.filter(sequence__gte=first_sequence - 1, sequence__lte=last_sequence).order_by(
        "sequence"
    )
    entries = map(_build_entry, rows.values_list(*_COLUMNS))
    return [
        entry.text(previous_hash) for previous_hash, entry in _iterate_with_previous(first_sequence, entries)
    ]


def _iterate_with_previous(
    first_sequence: int, entries: Iterable[StoredEntry]
) -> Iterator[tuple[str, StoredEntry]]:
    previous_hash = ZERO_SHA256
    for entry in entries:
        if entry.facts.sequence >= first_sequence:
            yield previous_hash, entry
        previous_hash = entry.chain_sha256


def read_tiles(tile_places: Iterable[TilePlace]) -> dict[TilePlace, bytes]:
    """Load those of the given tiles that exist, in one query."""
    numbers: dict[int, list[int]] = {}
    for level, number in tile_places:
        numbers.setdefault(level, []).append(number)
    if not numbers:
        return {}
    condition = reduce(
        or_, (Q(level=level, number__in=tile_numbers) for level, tile_numbers in numbers.items())
    )
    rows = HashTile.objects.filter(condition).order_by().values_list("level", "number", "hashes")
    return {(level, number): bytes(hashes) for level, number, hashes in rows}


def load_proof(leaf_ranges: list[tuple[int, int]]) -> list[bytes]:
    """Return the hashes of these ranges of leaves, for a proof.

    Raises:
        LookupError: a range is outside the tree.
    """
    return merkle_tree.hash_parts(leaf_ranges, build_subtree_lookup(read_tiles(find_tiles(leaf_ranges))))


def compute_root(size: int) -> bytes:
    """Return the hash of the first `size` entries. Raises `LookupError`."""
    [root] = load_proof([(0, size)]) if size else [merkle_tree.EMPTY_ROOT]
    return root


def load_growing_tiles(size: int) -> GrowingTiles:
    """Load the tiles of a tree of this size, so that leaves can be added. Raises `LookupError`."""
    edge = {(level, size >> (8 * (level + 1))) for level in range(8)}
    return GrowingTiles(size, read_tiles(edge).__getitem__)


def store_tiles(tiles: Mapping[TilePlace, bytes]) -> None:
    """Store tiles that are new or have more hashes than before."""
    HashTile.objects.bulk_create(
        (HashTile(level=level, number=number, hashes=hashes) for (level, number), hashes in tiles.items()),
        batch_size=500,
        update_conflicts=True,
        unique_fields=["level", "number"],
        update_fields=["hashes"],
    )

"""Verify an inclusion proof as its holder does."""

from collections.abc import Sequence

from claims.ledger.proofs.merkle_tree import hash_node


def is_inclusion_proven(leaf: bytes, index: int, size: int, proof: Sequence[bytes], tree_root: bytes) -> bool:
    """Return whether the proof shows that a leaf is in a tree (RFC 9162, section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, node = index, size - 1, leaf
    for part in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            node = hash_node(part, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = hash_node(node, part)
        place, last = place >> 1, last >> 1
    return last == 0 and node == tree_root

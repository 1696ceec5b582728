"""The Merkle tree over the ledger (RFC 6962, section 2.1; same tree and algorithms in RFC 9162). Pure.

A tree is given by the hashes of its complete subtrees: `Subtree` returns the hash of the `2**height` leaves from
`number * 2**height` on, wherever they are stored.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence

#: Returns the hash of a complete subtree, given its height and its number among the subtrees of that height.
Subtree = Callable[[int, int], bytes]

EMPTY_ROOT = hashlib.sha256(b"").digest()


def hash_leaf(entry: bytes) -> bytes:
    return hashlib.sha256(b"\0" + entry).digest()


def hash_node(left_hash: bytes, right_hash: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left_hash + right_hash).digest()


def iterate_subtrees(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the height and index of each subtree in the smallest set that covers the leaves `start` to `end`.

    Leaf `end` is excluded. The order is from left to right. `start` must be a multiple of the largest subtree's size.
    """
    while start < end:
        height = (end - start).bit_length() - 1
        yield height, start >> height
        start += 1 << height


def fold_hashes(hashes: Sequence[bytes]) -> bytes:
    """Combine the hashes of neighbouring subtrees of decreasing size into one."""
    *left_hashes, root = hashes
    for sibling in reversed(left_hashes):
        root = hash_node(sibling, root)
    return root


def _hash_range(start: int, end: int, subtree: Subtree) -> bytes:
    return fold_hashes([subtree(height, number) for height, number in iterate_subtrees(start, end)])


def list_inclusion_parts(index: int, size: int) -> list[tuple[int, int]]:
    """Return the leaf ranges whose hashes form an inclusion proof, in the order of the proof.

    Args:
        index: the index of the leaf, from 0.
    """
    if not 0 <= index < size:
        raise ValueError("the leaf is not in the tree")
    leaf_ranges = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _find_split(end - start)
        if index < middle:
            leaf_ranges.append((middle, end))
            end = middle
        else:
            leaf_ranges.append((start, middle))
            start = middle
    return leaf_ranges[::-1]


def list_consistency_parts(first_size: int, second_size: int) -> list[tuple[int, int]]:
    """Return the leaf ranges whose hashes form a consistency proof, in the order of the proof."""
    if not 0 < first_size <= second_size:
        raise ValueError("the first tree is not the smaller one, or empty")
    leaf_ranges = []
    start, end, is_whole = 0, second_size, True
    while first_size != end:
        middle = start + _find_split(end - start)
        if first_size <= middle:
            leaf_ranges.append((middle, end))
            end = middle
        else:
            leaf_ranges.append((start, middle))
            start, is_whole = middle, False
    return ([] if is_whole else [(start, end)]) + leaf_ranges[::-1]


def hash_parts(leaf_ranges: Iterable[tuple[int, int]], subtree: Subtree) -> list[bytes]:
    return [_hash_range(start, end, subtree) for start, end in leaf_ranges]


def _find_split(width: int) -> int:
    """Return the largest power of two below `width`, at which a tree is divided."""
    return 1 << ((width - 1).bit_length() - 1)


# Verifying proofs -----------------------------------------------------------------------------------------------------


def is_consistency_proven(
    first_size: int, second_size: int, proof: Sequence[bytes], first_root: bytes, second_root: bytes
) -> bool:
    """Return whether the proof shows that a tree extends a smaller one (RFC 9162, section 2.1.4.2)."""
    if not 0 < first_size <= second_size:
        return False
    if first_size == second_size:
        return not proof and first_root == second_root
    hashes = list(proof)
    if first_size & (first_size - 1) == 0:
        hashes.insert(0, first_root)
    if not hashes:
        return False
    position, last_position = first_size - 1, second_size - 1
    while position & 1:
        position, last_position = position >> 1, last_position >> 1
    first_hash = second_hash = hashes[0]
    for sibling in hashes[1:]:
        if last_position == 0:
            return False
        if position & 1 or position == last_position:
            first_hash, second_hash = hash_node(sibling, first_hash), hash_node(sibling, second_hash)
            while not position & 1 and position:
                position, last_position = position >> 1, last_position >> 1
        else:
            second_hash = hash_node(second_hash, sibling)
        position, last_position = position >> 1, last_position >> 1
    return last_position == 0 and first_hash == first_root and second_hash == second_root


class GrowingTree:
    """A growing Merkle tree that stores only the hashes along its right edge."""

    def __init__(self, edge: Sequence[bytes] = (), size: int = 0) -> None:
        """Begin with a tree of this size.

        Args:
            edge: the hashes of the complete subtrees of that tree, from left to right.
        """
        self.size = size
        self._edge = list(edge)

    def add(self, leaf: bytes) -> None:
        self._edge.append(leaf)
        self.size += 1
        number = self.size
        while not number & 1:
            right_hash = self._edge.pop()
            self._edge[-1] = hash_node(self._edge[-1], right_hash)
            number >>= 1

    @property
    def root(self) -> bytes:
        return fold_hashes(self._edge) if self._edge else EMPTY_ROOT

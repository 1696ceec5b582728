"""The Merkle tree over the ledger (RFC 6962, section 2.1; same tree and algorithms in RFC 9162). Pure.

A tree is given by the hashes of its complete subtrees: `Subtree` returns the hash of the `2**height` leaves from
`number * 2**height` on, whatever their origin.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence

#: The hash of a complete subtree, by its height and its number among those of that height.
Subtree = Callable[[int, int], bytes]

EMPTY_ROOT = hashlib.sha256(b"").digest()


def hash_leaf(entry: bytes) -> bytes:
    return hashlib.sha256(b"\0" + entry).digest()


def hash_node(left_hash: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left_hash + right).digest()


def iterate_subtrees(begin: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the height and index of each subtree in the smallest set that covers the leaves `begin` to `end`.

    They are in order from left to right. `begin` must be where a subtree of at least `end - begin` leaves begins.
    """
    while begin < end:
        height = (end - begin).bit_length() - 1
        yield height, begin >> height
        begin += 1 << height


def fold_hashes(hashes: Sequence[bytes]) -> bytes:
    """Combine the hashes of neighbouring subtrees of decreasing size into one."""
    *before, root = hashes
    for sibling in reversed(before):
        root = hash_node(sibling, root)
    return root


def _hash_range(begin: int, end: int, subtree: Subtree) -> bytes:
    return fold_hashes([subtree(height, number) for height, number in iterate_subtrees(begin, end)])


def list_inclusion_parts(index: int, size: int) -> list[tuple[int, int]]:
    """Return the leaf ranges whose hashes form an inclusion proof, in order.

    Args:
        index: the index of the leaf, from 0.
    """
    if not 0 <= index < size:
        raise ValueError("the leaf is not in the tree")
    parts = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _find_split(end - begin)
        if index < middle:
            parts.append((middle, end))
            end = middle
        else:
            parts.append((begin, middle))
            begin = middle
    return parts[::-1]


def list_consistency_parts(first: int, second: int) -> list[tuple[int, int]]:
    """Return the leaf ranges whose hashes form a consistency proof, in order."""
    if not 0 < first <= second:
        raise ValueError("the first tree is not the smaller one, or empty")
    parts = []
    begin, end, is_whole = 0, second, True
    while first != end:
        middle = begin + _find_split(end - begin)
        if first <= middle:
            parts.append((middle, end))
            end = middle
        else:
            parts.append((begin, middle))
            begin, is_whole = middle, False
    return ([] if is_whole else [(begin, end)]) + parts[::-1]


def hash_parts(parts: Iterable[tuple[int, int]], subtree: Subtree) -> list[bytes]:
    return [_hash_range(begin, end, subtree) for begin, end in parts]


def _find_split(width: int) -> int:
    """Return the largest power of two below `width`, at which a tree is divided."""
    return 1 << ((width - 1).bit_length() - 1)


# What those who have a proof do with it -------------------------------------------------------------------------------


def is_consistency_proven(
    first: int, second: int, proof: Sequence[bytes], first_root: bytes, second_root: bytes
) -> bool:
    """Return whether the proof shows that a tree extends a smaller one (RFC 9162, section 2.1.4.2)."""
    if not 0 < first <= second:
        return False
    if first == second:
        return not proof and first_root == second_root
    parts = list(proof)
    if first & (first - 1) == 0:
        parts.insert(0, first_root)
    if not parts:
        return False
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = parts[0]
    for part in parts[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            before, after = hash_node(part, before), hash_node(part, after)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            after = hash_node(after, part)
        place, last = place >> 1, last >> 1
    return last == 0 and before == first_root and after == second_root


class GrowingTree:
    """A growing Merkle tree that only remembers its right edge."""

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
            right = self._edge.pop()
            self._edge[-1] = hash_node(self._edge[-1], right)
            number >>= 1

    @property
    def root(self) -> bytes:
        return fold_hashes(self._edge) if self._edge else EMPTY_ROOT

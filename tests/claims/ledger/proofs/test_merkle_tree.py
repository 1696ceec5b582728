"""The tree and its proofs, compared with the literal definitions of RFC 6962."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as some

from claims.ledger.proofs.hash_tiles import GrowingTiles, build_subtree_lookup, compute_tile_width, find_tiles
from claims.ledger.proofs.merkle_tree import (
    EMPTY_ROOT,
    GrowingTree,
    hash_leaf,
    hash_node,
    hash_parts,
    is_consistency_proven,
    list_consistency_parts,
    list_inclusion_parts,
)
from tests.helpers.inclusion_proofs import is_inclusion_proven
from tests.helpers.sweeps import sweep

LARGEST = 300
LEAVES = [hash_leaf(str(number).encode()) for number in range(LARGEST + 1)]


def naive_root(leaves: list[bytes]) -> bytes:
    """MTH(D[n]) of RFC 6962, section 2.1."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = largest_power_below(len(leaves))
    return hash_node(naive_root(leaves[:k]), naive_root(leaves[k:]))


def naive_path(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH(m, D[n]) of section 2.1.1."""
    if len(leaves) == 1:
        return []
    k = largest_power_below(len(leaves))
    if m < k:
        return [*naive_path(m, leaves[:k]), naive_root(leaves[k:])]
    return [*naive_path(m - k, leaves[k:]), naive_root(leaves[:k])]


def naive_proof(m: int, leaves: list[bytes], whole: bool = True) -> list[bytes]:
    """SUBPROOF(m, D[n], b) of section 2.1.2."""
    if m == len(leaves):
        return [] if whole else [naive_root(leaves)]
    k = largest_power_below(len(leaves))
    if m <= k:
        return [*naive_proof(m, leaves[:k], whole), naive_root(leaves[k:])]
    return [*naive_proof(m - k, leaves[k:], False), naive_root(leaves[:k])]


def largest_power_below(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def tiles_of(size: int) -> dict[tuple[int, int], bytes]:
    tiles = GrowingTiles()
    for leaf in LEAVES[:size]:
        tiles.add(leaf)
    return tiles.pop_changed()


TILES = tiles_of(LARGEST + 1)
SUBTREE = build_subtree_lookup(TILES)


@sweep("size", range(LARGEST + 1))
def test_roots_of_all_sizes(size: int) -> None:
    grown = GrowingTree()
    for leaf in LEAVES[:size]:
        grown.add(leaf)
    assert grown.root == naive_root(LEAVES[:size])
    if size:
        assert hash_parts([(0, size)], SUBTREE) == [grown.root]


def test_empty_tree() -> None:
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


sizes = some.integers(1, LARGEST)


@given(some.data())
def test_inclusion(drawn: some.DataObject) -> None:
    size = drawn.draw(sizes)
    index = drawn.draw(some.integers(0, size - 1))
    proof = hash_parts(list_inclusion_parts(index, size), SUBTREE)
    root = naive_root(LEAVES[:size])
    assert proof == naive_path(index, LEAVES[:size])
    assert is_inclusion_proven(LEAVES[index], index, size, proof, root)
    # Of nothing else, with nothing missing, changed or added, and for no other tree.
    other = drawn.draw(some.integers(0, LARGEST))
    assert (other == index) == is_inclusion_proven(LEAVES[other], index, size, proof, root)
    assert not is_inclusion_proven(LEAVES[index], index, size, [*proof, LEAVES[0]], root)
    assert not is_inclusion_proven(LEAVES[index], size, size, proof, root)
    if proof:
        assert not is_inclusion_proven(LEAVES[index], index, size, proof[:-1], root)
        assert not is_inclusion_proven(LEAVES[index], index, size, [LEAVES[-1], *proof[1:]], root)


@given(some.data())
def test_consistency(drawn: some.DataObject) -> None:
    second = drawn.draw(sizes)
    first = drawn.draw(some.integers(1, second))
    proof = hash_parts(list_consistency_parts(first, second), SUBTREE)
    before, after = naive_root(LEAVES[:first]), naive_root(LEAVES[:second])
    assert proof == naive_proof(first, LEAVES[:second])
    assert is_consistency_proven(first, second, proof, before, after)
    assert not is_consistency_proven(first, second, proof, LEAVES[-1], after)
    assert not is_consistency_proven(first, second, proof, before, LEAVES[-1])
    assert not is_consistency_proven(first, second, [*proof, LEAVES[0]], before, after)
    if proof:
        assert not is_consistency_proven(first, second, proof[:-1], before, after)


@pytest.mark.slow
@sweep("size", [1, 2, 3, 7, 8, 255, 256, 257, 300])
def test_every_leaf_and_every_smaller_tree(size: int) -> None:
    root = naive_root(LEAVES[:size])
    for index in range(size):
        proof = hash_parts(list_inclusion_parts(index, size), SUBTREE)
        assert is_inclusion_proven(LEAVES[index], index, size, proof, root)
    for first in range(1, size + 1):
        proof = hash_parts(list_consistency_parts(first, size), SUBTREE)
        assert is_consistency_proven(first, size, proof, naive_root(LEAVES[:first]), root)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (-1, 3), (3, 3)])
def test_leaf_that_is_not_in_the_tree(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="not in the tree"):
        list_inclusion_parts(index, size)
    assert not is_inclusion_proven(LEAVES[0], index, size, [], LEAVES[0])


@sweep(("first", "second"), [(0, 0), (0, 3), (4, 3), (-1, 3)])
def test_trees_that_do_not_continue_each_other(first: int, second: int) -> None:
    with pytest.raises(ValueError, match="not the smaller"):
        list_consistency_parts(first, second)
    assert not is_consistency_proven(first, second, [], LEAVES[0], LEAVES[0])


@given(sizes, sizes)
def test_tiles_built_step_by_step_equal_those_built_at_once(one: int, other: int) -> None:
    size, larger = sorted((one, other))
    before = tiles_of(size)
    tiles = GrowingTiles(size, before.__getitem__)
    for leaf in LEAVES[size:larger]:
        tiles.add(leaf)
    assert before | tiles.pop_changed() == tiles_of(larger)
    assert tiles.pop_changed() == {}
    assert {place: len(tile) // 32 for place, tile in tiles_of(larger).items()} == {
        place: compute_tile_width(place, larger) for place in tiles_of(larger)
    }


@given(some.data())
def test_the_tiles_that_a_proof_needs_are_enough(drawn: some.DataObject) -> None:
    second = drawn.draw(sizes)
    first = drawn.draw(some.integers(1, second))
    for parts in (list_consistency_parts(first, second), list_inclusion_parts(first - 1, second)):
        tiles = {place: TILES[place] for place in find_tiles(parts)}
        assert hash_parts(parts, build_subtree_lookup(tiles)) == hash_parts(parts, SUBTREE)


def test_tile_that_does_not_reach_that_far() -> None:
    with pytest.raises(LookupError, match="tile 0 of level 0"):
        build_subtree_lookup({(0, 0): LEAVES[0]})(1, 0)

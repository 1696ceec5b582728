"""Tiles of the Merkle tree (C2SP `tlog-tiles`): blocks of 256 adjacent hashes from every eighth level of the tree."""

import re
from collections.abc import Callable, Iterable, Mapping

from claims.ledger.proofs.merkle_tree import Subtree, hash_node, iterate_subtrees
from claims.models.checkpoint import HASH_BYTES, TILE_WIDTH

#: The number of tree levels that one level of tiles spans.
TILE_HEIGHT = 8

#: The level and number of a tile.
TilePlace = tuple[int, int]

_PATH_PATTERN = re.compile(r"(?:x[0-9]{3}/)*[0-9]{3}")


def parse_tile_path(path: str) -> int | None:
    """Return the number of a tile: `x001/x234/067` is 1234067; None if the path is malformed."""
    if not _PATH_PATTERN.fullmatch(path) or (path.startswith("x000/") and len(path) > 4):
        return None
    return int(path.replace("/", "").replace("x", ""))


def compute_tile_width(tile_place: TilePlace, size: int) -> int:
    """Return the number of hashes in a tile of a tree with `size` leaves; 0 if the tile is outside the tree."""
    level, number = tile_place
    return max(0, min(TILE_WIDTH, (size >> (TILE_HEIGHT * level)) - number * TILE_WIDTH))


def find_tiles(leaf_ranges: Iterable[tuple[int, int]]) -> set[TilePlace]:
    """Return the tiles that contain the hashes of these leaf ranges."""
    return {
        _find_tile(height, number)[:2]
        for start, end in leaf_ranges
        for height, number in iterate_subtrees(start, end)
    }


def _find_tile(height: int, number: int) -> tuple[int, int, int, int]:
    """Return where the hashes below a subtree are: tile level, tile number, first hash, number of hashes."""
    level, height_in_tile = divmod(height, TILE_HEIGHT)
    first_hash, count = number << height_in_tile, 1 << height_in_tile
    return level, first_hash // TILE_WIDTH, first_hash % TILE_WIDTH, count


def build_subtree_lookup(tiles: Mapping[TilePlace, bytes]) -> Subtree:
    """Return a function that looks up hashes of complete subtrees in these tiles."""

    def look_up_hash(height: int, number: int) -> bytes:
        level, tile, first_hash, count = _find_tile(height, number)
        content = tiles.get((level, tile), b"")[first_hash * HASH_BYTES : (first_hash + count) * HASH_BYTES]
        if len(content) < count * HASH_BYTES:
            raise LookupError(f"tile {tile} of level {level} does not reach that far")
        return _compute_root(content)

    return look_up_hash


def _compute_root(content: bytes) -> bytes:
    """Return the root of these hashes. The number of hashes must be a power of two."""
    hashes = [content[index : index + HASH_BYTES] for index in range(0, len(content), HASH_BYTES)]
    while len(hashes) > 1:
        hashes = [hash_node(hashes[index], hashes[index + 1]) for index in range(0, len(hashes), 2)]
    return hashes[0]


class GrowingTiles:
    """A tree to which leaves are added. It keeps only incomplete tiles and changed tiles."""

    def __init__(self, size: int = 0, edge: Callable[[TilePlace], bytes] = lambda place: b"") -> None:
        """Begin with a tree of this size.

        Args:
            edge: returns the incomplete tiles of that tree.
        """
        self.size = size
        self._edge: dict[int, bytearray] = {}
        self._tile_numbers: dict[int, int] = {}
        self._full_tiles: dict[TilePlace, bytes] = {}
        self._changed_levels: set[int] = set()
        level = 0
        while size >> (TILE_HEIGHT * level):
            number, width = divmod(size >> (TILE_HEIGHT * level), TILE_WIDTH)
            self._tile_numbers[level] = number
            self._edge[level] = bytearray(edge((level, number))[: width * HASH_BYTES] if width else b"")
            if len(self._edge[level]) != width * HASH_BYTES:
                raise LookupError(f"tile {number} of level {level} is not there")
            level += 1

    def add(self, leaf: bytes) -> None:
        self.size += 1
        self._add(0, leaf)

    def _add(self, level: int, node: bytes) -> None:
        tile = self._edge.setdefault(level, bytearray())
        number = self._tile_numbers.setdefault(level, 0)
        tile += node
        self._changed_levels.add(level)
        if len(tile) == TILE_WIDTH * HASH_BYTES:
            full_tile = bytes(tile)
            self._full_tiles[level, number] = full_tile
            self._edge[level] = bytearray()
            self._tile_numbers[level] = number + 1
            self._changed_levels.discard(level)
            self._add(level + 1, _compute_root(full_tile))

    def pop_changed(self) -> dict[TilePlace, bytes]:
        """Return the tiles that changed since the last call. Incomplete tiles have the hashes added so far."""
        changed_tiles = self._full_tiles | {
            (level, self._tile_numbers[level]): bytes(self._edge[level]) for level in self._changed_levels
        }
        self._full_tiles, self._changed_levels = {}, set()
        return changed_tiles

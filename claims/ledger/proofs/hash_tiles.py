"""Tiles of the Merkle tree (C2SP `tlog-tiles`): 256 adjacent hashes of a level, one tile level for 8 tree levels."""

import re
from collections.abc import Callable, Iterable, Mapping

from claims.ledger.proofs.merkle_tree import Subtree, complete_subtrees, node_hash
from claims.models.checkpoint import HASH, WIDTH

#: How many levels of the tree one level of tiles spans.
HEIGHT = 8

#: A tile by its level and number.
Place = tuple[int, int]

_PATH = re.compile(r"(?:x[0-9]{3}/)*[0-9]{3}")


def number_in_path(path: str) -> int | None:
    """Return the number of a tile from its path: `x001/x234/067` is 1234067; None if the path is malformed."""
    if not _PATH.fullmatch(path) or (path.startswith("x000/") and len(path) > 4):
        return None
    return int(path.replace("/", "").replace("x", ""))


def path_of(number: int) -> str:
    digits = f"{number:d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    parts = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    return "/".join([*(f"x{part}" for part in parts[:-1]), parts[-1]])


def width_of(place: Place, size: int) -> int:
    """Return the width of a tile in a tree of that size; 0 if it is outside."""
    level, number = place
    return max(0, min(WIDTH, (size >> (HEIGHT * level)) - number * WIDTH))


def places_for(parts: Iterable[tuple[int, int]]) -> set[Place]:
    """Return the tiles that contain the hashes of these leaf ranges."""
    return {
        _place_of(height, number)[:2]
        for begin, end in parts
        for height, number in complete_subtrees(begin, end)
    }


def _place_of(height: int, number: int) -> tuple[int, int, int, int]:
    """Return the tile below a subtree: level and number, then the first of its hashes and their count."""
    level, above = divmod(height, HEIGHT)
    first, count = number << above, 1 << above
    return level, first // WIDTH, first % WIDTH, count


def subtrees_in(tiles: Mapping[Place, bytes]) -> Subtree:
    """Return a function that looks up hashes of complete subtrees in these tiles."""

    def subtree(height: int, number: int) -> bytes:
        level, tile, first, count = _place_of(height, number)
        content = tiles.get((level, tile), b"")[first * HASH : (first + count) * HASH]
        if len(content) < count * HASH:
            raise LookupError(f"tile {tile} of level {level} does not reach that far")
        return _top_of(content)

    return subtree


def _top_of(content: bytes) -> bytes:
    """Return the root of these hashes; their number is a power of two."""
    hashes = [content[at : at + HASH] for at in range(0, len(content), HASH)]
    while len(hashes) > 1:
        hashes = [node_hash(hashes[at], hashes[at + 1]) for at in range(0, len(hashes), 2)]
    return hashes[0]


class GrowingTiles:
    """Tiles to which leaves are added: those that are not full yet, and those that changed meanwhile."""

    def __init__(self, size: int = 0, edge: Callable[[Place], bytes] = lambda place: b"") -> None:
        """Args:
        edge: the tiles of a tree of this size that are not full.
        """
        self.size = size
        self._edge: dict[int, bytearray] = {}
        self._numbers: dict[int, int] = {}
        self._full: dict[Place, bytes] = {}
        self._touched: set[int] = set()
        level = 0
        while size >> (HEIGHT * level):
            number, width = divmod(size >> (HEIGHT * level), WIDTH)
            self._numbers[level] = number
            self._edge[level] = bytearray(edge((level, number))[: width * HASH] if width else b"")
            if len(self._edge[level]) != width * HASH:
                raise LookupError(f"tile {number} of level {level} is not there")
            level += 1

    def add(self, leaf: bytes) -> None:
        self.size += 1
        self._add(0, leaf)

    def _add(self, level: int, found: bytes) -> None:
        tile = self._edge.setdefault(level, bytearray())
        number = self._numbers.setdefault(level, 0)
        tile += found
        self._touched.add(level)
        if len(tile) == WIDTH * HASH:
            whole = bytes(tile)
            self._full[level, number] = whole
            self._edge[level] = bytearray()
            self._numbers[level] = number + 1
            self._touched.discard(level)
            self._add(level + 1, _top_of(whole))

    def taken(self) -> dict[Place, bytes]:
        """Return the tiles that changed since the last call; incomplete ones with their current hashes."""
        changed = self._full | {
            (level, self._numbers[level]): bytes(self._edge[level]) for level in self._touched
        }
        self._full, self._touched = {}, set()
        return changed

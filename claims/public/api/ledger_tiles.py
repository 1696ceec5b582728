"""The tiles of the ledger's Merkle tree, which never change (C2SP `tlog-tiles`).

Mirrors store them as files, and any proof can be computed from them. Nothing is served before it is signed.
"""

from abc import abstractmethod
from typing import Any, ClassVar

from django.http import Http404, HttpRequest, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.renderers import BaseRenderer

from claims.ledger.proofs import stored_tree
from claims.ledger.proofs.hash_tiles import compute_tile_width, parse_tile_path
from claims.models import Checkpoint
from claims.models.checkpoint import HASH_BYTES, TILE_WIDTH
from claims.public.api.ledger_proofs import LedgerResource
from factcheck.api.negotiation import DeclaredRenderer
from factcheck.api.query_strings import Query
from factcheck.api.resources import CACHE_PAST, build_conditional_response

_MEDIA_TYPE = "application/octet-stream"
_PATH = OpenApiParameter(
    "tile",
    OpenApiTypes.STR,
    OpenApiParameter.PATH,
    description="The number of the tile in groups of three digits, such as `x001/234` for 1234; for an "
    "incomplete tile, followed by `.p/` and its width.",
)


class _BaseTileResource(LedgerResource):
    serializer_class = None  # type: ignore[assignment]  # bytes, described in `answers`
    answers: ClassVar = {
        200: OpenApiResponse(OpenApiTypes.BINARY, "The content, as defined by C2SP `tlog-tiles`.")
    }

    def get_renderers(self) -> list[BaseRenderer]:
        return [DeclaredRenderer(_MEDIA_TYPE, extension="bin")]

    def build_response(self, request: HttpRequest, query: Query, **url_kwargs: Any) -> HttpResponse:
        level = url_kwargs.get("level", 0)
        number, width = _parse_path(url_kwargs["tile"])
        size = Checkpoint.objects.of_ledger().order_by("-id").values_list("tree_size", flat=True).first() or 0
        if level > 63 or width > compute_tile_width((level, number), size):
            raise Http404
        content = self.load_content(level, number, width)
        return build_conditional_response(request, content, cache=CACHE_PAST, content_type=_MEDIA_TYPE)

    @abstractmethod
    def load_content(self, level: int, number: int, width: int) -> bytes:
        """Return the content of the tile."""


class TileResource(_BaseTileResource):
    """Up to 256 adjacent hashes of the tree."""

    operation_id, summary = "ledger_tile", "Hashes of the ledger's Merkle tree"

    @extend_schema(parameters=[_PATH])
    def retrieve(self, request: HttpRequest, **url_kwargs: Any) -> HttpResponse:
        """Return up to 256 adjacent hashes of the ledger's Merkle tree, in the form of C2SP `tlog-tiles`."""
        return super().retrieve(request, **url_kwargs)

    def load_content(self, level: int, number: int, width: int) -> bytes:
        return stored_tree.read_tiles([(level, number)])[level, number][: width * HASH_BYTES]


class EntriesTileResource(_BaseTileResource):
    """The entries below the hashes of a level 0 tile."""

    operation_id, summary = "ledger_entries", "The hashed bytes of ledger entries"

    @extend_schema(parameters=[_PATH])
    def retrieve(self, request: HttpRequest, **url_kwargs: Any) -> HttpResponse:
        """Return the bytes of up to 256 entries, each preceded by its length in two bytes, in the form of C2SP
        `tlog-tiles`.
        """
        return super().retrieve(request, **url_kwargs)

    def load_content(self, level: int, number: int, width: int) -> bytes:
        texts = stored_tree.load_entry_texts(number * TILE_WIDTH + 1, number * TILE_WIDTH + width)
        return b"".join(len(text).to_bytes(2, "big") + text for text in texts)


def _parse_path(path: str) -> tuple[int, int]:
    """Parse the number of a tile, and the number of requested hashes."""
    tile, partial, width = path.partition(".p/")
    number = parse_tile_path(tile)
    is_valid_width = width.isascii() and width.isdigit() and not width.startswith("0") and len(width) <= 3
    if number is None or (partial and not (is_valid_width and int(width) < TILE_WIDTH)):
        raise Http404
    return number, int(width) if partial else TILE_WIDTH

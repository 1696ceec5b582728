"""Captured pages as a WACZ 1.1.1 file (specs.webrecorder.net/wacz) for players such as replayweb.page."""

import gzip
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import IO, Any, NamedTuple

from claims.features.archiving.evidence_pack.streamed_zip import Chunks, PackedDigest, PackedFile, StreamedZip
from claims.features.archiving.evidence_pack.warc_index import IndexedResponse, iterate_responses

WACZ_VERSION = "1.1.1"
#: The number of index lines compressed together in a block; a player loads one block at a time.
_BLOCK_RESPONSES = 300


class ArchivedPage(NamedTuple):
    """A captured page: its WARC and its title in the page list."""

    name: str
    """The name of the WARC file."""
    size: int
    open_warc: Callable[[], IO[bytes]]
    iterate_chunks: Callable[[], Chunks]
    url: str
    title: str
    captured_at: datetime


def write_web_archive(pages: Sequence[ArchivedPage], *, title: str) -> Iterator[bytes]:
    """Yield the WACZ in chunks."""
    archive = StreamedZip()
    lines: list[str] = []
    for page in pages:
        yield from archive.add(PackedFile(f"archive/{page.name}", page.iterate_chunks, page.size))
        lines += [response.build_line(page.name) for response in _list_responses(page)]
    compressed_index, index = _compress_index(sorted(lines))
    last_captured_at = max((page.captured_at for page in pages), default=datetime(1970, 1, 1, tzinfo=UTC))
    for path, content in (
        ("indexes/index.cdx.gz", compressed_index),
        ("indexes/index.idx", index),
        ("pages/pages.jsonl", _build_page_list(pages)),
    ):
        yield from archive.add(PackedFile.from_bytes(path, content))
    datapackage = _encode_json(_build_datapackage(archive.digests, title, last_captured_at))
    digest = {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(datapackage).hexdigest()}"}
    yield from archive.add(PackedFile.from_bytes("datapackage.json", datapackage))
    yield from archive.add(PackedFile.from_bytes("datapackage-digest.json", _encode_json(digest)))
    yield from archive.end()


def _list_responses(page: ArchivedPage) -> list[IndexedResponse]:
    with closing(page.open_warc()) as warc:
        return list(iterate_responses(warc))


def _compress_index(lines: Sequence[str]) -> tuple[bytes, bytes]:
    """Return the index compressed in blocks, and the lines that list these blocks."""
    blocks, offset = [], 0
    index_lines = ['!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}\n']
    for first_line in range(0, len(lines), _BLOCK_RESPONSES):
        block = lines[first_line : first_line + _BLOCK_RESPONSES]
        compressed_block = gzip.compress("".join(block).encode(), mtime=0)
        digest = f"sha256:{hashlib.sha256(compressed_block).hexdigest()}"
        block_entry = {"offset": offset, "length": len(compressed_block), "digest": digest}
        index_lines.append(f"{block[0].rpartition(' {')[0]} {json.dumps(block_entry)}\n")
        blocks.append(compressed_block)
        offset += len(compressed_block)
    return b"".join(blocks) or gzip.compress(b"", mtime=0), "".join(index_lines).encode()


def _build_page_list(pages: Sequence[ArchivedPage]) -> bytes:
    lines: list[dict[str, Any]] = [{"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}]
    lines += [
        {
            "id": page.name.removesuffix(".warc.gz"),
            "url": page.url,
            "title": page.title,
            "ts": _format_moment(page.captured_at),
        }
        for page in pages
    ]
    return b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in lines)


def _build_datapackage(
    digests: Sequence[PackedDigest], title: str, last_captured_at: datetime
) -> dict[str, Any]:
    return {
        "profile": "data-package",
        "wacz_version": WACZ_VERSION,
        "title": title,
        "software": "Factcheck",
        "created": _format_moment(last_captured_at),
        "resources": [
            {
                "name": digest.path.rpartition("/")[2].lower(),
                "path": digest.path,
                "hash": f"sha256:{digest.sha256}",
                "bytes": digest.size,
            }
            for digest in digests
        ],
    }


def _encode_json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2).encode() + b"\n"


def _format_moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

"""Collect the stored files of a claim's sources: quoted texts, their originals, archived copies and uploads.

Files that may not be published go only into packs for the newsroom. A public pack lists the files left out, and why.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC
from functools import partial
from mimetypes import MimeTypes
from typing import IO, Any, cast

from django.core.files.storage import default_storage
from django.db.models import Q

from claims.features.archiving.evidence_pack.streamed_zip import Chunks, PackedFile
from claims.features.archiving.evidence_pack.web_archive import ArchivedPage
from claims.features.archiving.models import ArchivedCopy, ArchivedFile
from factcheck.installation.whole_files import compute_digest
from sources import archive
from sources.models import Snapshot, Source

CHUNK_SIZE = 256 * 1024
#: The file extension of each media type: the same on every machine.
_MIME_TYPES = MimeTypes()
_EXTENSIONS = {
    "text/html": ".html",
    "application/xhtml+xml": ".xhtml",
    "text/plain": ".txt",
    "image/jpeg": ".jpg",
}


@dataclass(frozen=True, slots=True)
class CitedFile:
    """An archived file and its path in the pack."""

    path: str
    sha256: str
    size: int

    def build_packed_file(self) -> PackedFile:
        return PackedFile(self.path, partial(read_in_chunks, self.sha256), self.size)


@dataclass(slots=True)
class CitedFiles:
    """All stored files of a claim's sources."""

    texts: list[Snapshot] = field(default_factory=list)
    files: list[CitedFile] = field(default_factory=list)
    warcs: list[tuple[CitedFile, ArchivedCopy]] = field(default_factory=list)
    omission_notes: list[str] = field(default_factory=list)
    """Sentences that explain what is missing from the pack, and why."""

    copies: list[tuple[CitedFile, ArchivedCopy]] = field(default_factory=list)
    """Pictures, PDF files and uploads of copies, which are also among the files."""

    @property
    def all_files(self) -> list[CitedFile]:
        return [*self.files, *(file for file, _copy in self.warcs)]


def collect_cited_files(bodies: Iterable[dict[str, Any]], *, for_public: bool) -> CitedFiles:
    """Return the stored files of all sources and snapshots cited in these publication bodies."""
    sources, snapshots = _find_cited_ids(bodies)
    readable_ids = set(Source.objects.filter(pk__in=sources, show_text=True).values_list("pk", flat=True))
    shareable_ids = sources & readable_ids if for_public else sources
    cited_files = CitedFiles(
        omission_notes=[
            f"Source {pk}: its text may not be redistributed." for pk in sorted(sources - shareable_ids)
        ]
    )
    _add_snapshots(cited_files, shareable_ids, snapshots)
    _add_copies(cited_files, shareable_ids, for_public=for_public)
    return cited_files


def exclude_missing_files(cited_files: CitedFiles) -> CitedFiles:
    """Leave out files that are missing or damaged in the archive, and add a note on each of them.

    Every file is read to its end here, so that no pack fails halfway.
    """
    missing_hashes = {file.sha256 for file in cited_files.all_files if not _is_intact(file.sha256)}
    notes = [
        f"{file.path}: the archive no longer has the file of the SHA-256 {file.sha256}, or has it damaged."
        for file in cited_files.all_files
        if file.sha256 in missing_hashes
    ]
    return CitedFiles(
        cited_files.texts,
        [file for file in cited_files.files if file.sha256 not in missing_hashes],
        [(file, copy) for file, copy in cited_files.warcs if file.sha256 not in missing_hashes],
        [*cited_files.omission_notes, *notes],
        [(file, copy) for file, copy in cited_files.copies if file.sha256 not in missing_hashes],
    )


def build_copies_table(cited_files: CitedFiles) -> str:
    """Return a tab-separated table of all copies, with the URL and the capture time of each."""
    table_rows = ["file\tsha256\tsource\ttitle\taddress\tfinal address\tHTTP status\tcaptured at\n"]
    for file, copy in [*cited_files.warcs, *cited_files.copies]:
        cells = (
            *(file.path, file.sha256, copy.source_id, copy.source.title, copy.address, copy.final_address),
            *(copy.http_status or "", copy.captured_at.astimezone(UTC).isoformat().replace("+00:00", "Z")),
        )
        table_rows.append("\t".join(" ".join(str(value).split()) for value in cells) + "\n")
    return "".join(table_rows)


def build_text_path(snapshot: Snapshot) -> str:
    return f"sources/source-{snapshot.source_id}-text-{snapshot.number}.txt"


def build_archived_page(file: CitedFile, copy: ArchivedCopy) -> ArchivedPage:
    """Build the entry of a copy for the page list of a WACZ file."""

    def open_warc() -> IO[bytes]:
        return cast(IO[bytes], archive.open_file(file.sha256))

    return ArchivedPage(
        name=file.path.rpartition("/")[2],
        size=file.size,
        open_warc=open_warc,
        iterate_chunks=partial(read_in_chunks, file.sha256),
        url=copy.final_address,
        title=copy.source.title,
        captured_at=copy.captured_at,
    )


def read_in_chunks(sha256: str) -> Chunks:
    """Yield an archived file in chunks."""
    with archive.open_file(sha256) as file:
        yield from iter(lambda: file.read(CHUNK_SIZE), b"")


def _is_intact(sha256: str) -> bool:
    return compute_digest(default_storage, archive.build_path(sha256)) == sha256


def _find_cited_ids(bodies: Iterable[dict[str, Any]]) -> tuple[set[int], set[int]]:
    """Return the ids of the sources and of the snapshots that these publication bodies mention."""
    source_ids, snapshot_ids = set(), set()
    for body in bodies:
        for citation in _iterate_citations(body):
            source_ids.add(citation["source"]["id"])
            if citation["snapshot"]:
                snapshot_ids.add(citation["snapshot"]["id"])
    return source_ids, snapshot_ids


def _iterate_citations(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from body["appearances"]
    for verdict in body["verdicts"]:
        yield from verdict["evidence"]


def _add_snapshots(cited_files: CitedFiles, source_ids: set[int], snapshot_ids: set[int]) -> None:
    is_cited = Q(pk__in=snapshot_ids) | Q(archived_copies__source__in=source_ids)
    cited_snapshots = (
        Snapshot.objects.filter(is_cited, source__in=source_ids).distinct().order_by("source", "number")
    )
    for snapshot in cited_snapshots:
        cited_files.texts.append(snapshot)
        name = f"sources/source-{snapshot.source_id}-original-{snapshot.number}{_choose_extension(snapshot.media_type)}"
        cited_files.files.append(CitedFile(name, snapshot.content_sha256, snapshot.content_size))


def _add_copies(cited_files: CitedFiles, source_ids: set[int], *, for_public: bool) -> None:
    copies = ArchivedCopy.objects.filter(source__in=source_ids).select_related("source")
    for copy in copies.prefetch_related("files").order_by("source", "pk"):
        for file in sorted(copy.files.all(), key=lambda file: file.pk):
            name = f"source-{copy.source_id}-copy-{copy.pk}"
            if file.role == ArchivedFile.Role.WARC:
                warc = CitedFile(f"archive/{name}.warc.gz", file.sha256, file.size)
                cited_files.warcs.append((warc, copy))
            elif file.role == ArchivedFile.Role.UPLOAD and for_public:
                cited_files.omission_notes.append(
                    f"Source {copy.source_id}: an uploaded file of the SHA-256 {file.sha256}, which the newsroom keeps."
                )
            else:
                path = f"copies/{name}-{file.role}{_choose_extension(file.media_type)}"
                cited_file = CitedFile(path, file.sha256, file.size)
                cited_files.files.append(cited_file)
                cited_files.copies.append((cited_file, copy))


def _choose_extension(media_type: str) -> str:
    return _EXTENSIONS.get(media_type) or _MIME_TYPES.guess_extension(media_type) or ".bin"

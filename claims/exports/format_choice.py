"""The export formats: their content, their order, and where an interrupted export can continue."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import IO, ClassVar, cast

from django.conf import settings
from django.db.models import QuerySet

from claims.exports import archive, lines
from claims.exports.formats import csv, datafeed
from claims.exports.formats.stored_bodies import stream_body_blocks, stream_numbered_bodies
from claims.exports.outputs import ExportPosition, Output
from claims.exports.selection import Selection
from claims.ledger.document.claim_document import build_site
from claims.models import Publication


class ExportFormat(ABC):
    """A format for writing claims."""

    name: ClassVar[str]
    extension: ClassVar[str]
    #: Whether an interrupted file is continued at its end; otherwise it is written again from the start.
    is_resumable: ClassVar[bool] = True
    #: Whether the beginning of a file depends on later data. If so, an earlier beginning cannot be reused.
    has_current_beginning: ClassVar[bool] = False

    def parts(self, selection: Selection) -> Sequence[QuerySet[Publication]]:
        """Return the parts to write, in order."""
        return [selection.claims]

    def count(self, selection: Selection) -> int:
        """Return the number of entries."""
        return sum(rows.count() for rows in self.parts(selection))

    @abstractmethod
    def write(self, selection: Selection, output: Output) -> None:
        """Write the whole export, or the part that is still missing."""

    def _iterate_bodies(self, selection: Selection, output: Output) -> Iterator[bytes]:
        """Yield the bodies one by one, and record each as written when the next is requested."""
        position = output.begins_after or ExportPosition(0, 0)
        for part_number, rows in enumerate(self.parts(selection)):
            if part_number < position.part:
                continue
            last_sequence = position.sequence if part_number == position.part else 0
            for sequence, body in stream_numbered_bodies(rows.filter(sequence__gt=last_sequence)):
                yield body
                output.complete(ExportPosition(part_number, sequence))


class ClaimByClaimFormat(ExportFormat):
    """A format that is written claim by claim."""

    def write(self, selection: Selection, output: Output) -> None:
        is_begun = output.begins_after is not None
        for chunk in self.format_bodies(self._iterate_bodies(selection, output), selection, is_begun):
            output.write(chunk)

    @abstractmethod
    def format_bodies(self, bodies: Iterator[bytes], selection: Selection, is_begun: bool) -> Iterable[bytes]:
        """Write the bodies in this format, without the header if it is already written."""


class Ndjson(ExportFormat):
    """Each claim as in the API, one claim per line."""

    name, extension = "ndjson", "ndjson"

    def write(self, selection: Selection, output: Output) -> None:
        last_sequence = output.begins_after.sequence if output.begins_after else 0
        for block in stream_body_blocks(selection.claims.filter(sequence__gt=last_sequence)):
            output.write(block.lines)
            output.complete(ExportPosition(0, block.sequence), block.claims)


class Ledger(ExportFormat):
    """All versions, with everything needed to restore them (`claims.exports.lines`)."""

    name, extension = "ndjson", "ndjson"
    has_current_beginning = True

    def parts(self, selection: Selection) -> Sequence[QuerySet[Publication]]:
        return [selection.entries]

    def write(self, selection: Selection, output: Output) -> None:
        position, snapshot_ids = output.begins_after, None
        if position is None:
            moment = selection.moment
            output.write(
                lines.build_header(
                    sequence=moment.sequence, published_at=moment.published_at, filter_text=selection.filter
                )
            )
            for line in archive.write_mentioned_rows(selection):
                output.write(line)
        else:
            snapshot_ids = archive.find_snapshots(output.read_written())
        for sequence, chunk in archive.write_entries(
            selection, last_sequence=position.sequence if position else 0, seen_ids=snapshot_ids
        ):
            output.write(chunk)
            output.complete(ExportPosition(0, sequence))
        output.write(lines.build_end(output.claims))


class Csv(ClaimByClaimFormat):
    """A table, one row for each verdict."""

    name, extension = "csv", "csv"

    def format_bodies(self, bodies: Iterator[bytes], selection: Selection, is_begun: bool) -> Iterable[bytes]:
        return csv.write_csv(bodies, is_begun=is_begun)


class DataFeed(ClaimByClaimFormat):
    """A schema.org DataFeed of ClaimReview markup and withdrawals."""

    name, extension = "jsonld", "jsonld"

    def parts(self, selection: Selection) -> Sequence[QuerySet[Publication]]:
        return [selection.claims, selection.withdrawn]

    def format_bodies(self, bodies: Iterator[bytes], selection: Selection, is_begun: bool) -> Iterable[bytes]:
        publisher = build_site()
        address = f"{settings.SITE_URL}/api/v1/claims.jsonld" + (
            f"?{selection.filter}" if selection.filter else ""
        )
        head = datafeed.build_head(url=address, site=publisher, changed_at=selection.moment.published_at)
        return datafeed.write_datafeed(bodies, head=head, site=publisher, is_begun=is_begun)


class Parquet(ExportFormat):
    """The columns of the CSV, typed and compressed, for analysis."""

    name, extension = "parquet", "parquet"
    # The end depends on the beginning, which is known only to the process that wrote it.
    is_resumable = False
    #: The number of rows written, about one for each verdict.
    rows = 0

    def write(self, selection: Selection, output: Output) -> None:
        from claims.exports.formats import parquet  # noqa: PLC0415  which takes its time, and few need it

        metadata = {"ledger": asdict(selection.moment), "filter": selection.filter}
        # The output is write-only and not seekable.
        self.rows = parquet.write(
            self._iterate_bodies(selection, output), cast(IO[bytes], output), metadata=metadata
        )


FORMATS: dict[str, type[ExportFormat]] = {kind.name: kind for kind in (Ndjson, Csv, DataFeed, Parquet)}
VERSIONS = ("current", "all")


def choose_format(name: str, versions: str) -> ExportFormat:
    return Ledger() if name == "ndjson" and versions == "all" else FORMATS[name]()


def guess_format(path: str) -> str:
    """Return the format for a file extension; NDJSON by default."""
    extension = Path(path).suffix.removeprefix(".")
    return next(
        (name for name, export_format in FORMATS.items() if export_format.extension == extension), Ndjson.name
    )

"""The lossless format: NDJSON with typed lines, described in docs/exports.md.

    header                                       the format, its version, and the state of the ledger
    publisher, claimant, topic, rating_scale,
    rating, source, media_object, media_hash     rows that the entries mention, each once
    merged_claim                                 the rows of a claim that is merged into another
    snapshot                                     a text that entries quote, before the first of them
    entry                                        one entry of the ledger, in order, with its body as stored
    end                                          the number of entries

Every line comes after all lines that it refers to.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, BinaryIO

import orjson
from django.db.models import Field, Model
from django.utils.functional import cached_property
from django.utils.translation import gettext

from claims.ledger.document.claim_document import format_moment
from claims.models import Claimant, Publication, Rating, RatingScale, Topic
from sources.models import MediaHash, MediaObject, Publisher, Snapshot, Source

FORMAT = "factcheck-ledger"
FORMAT_VERSION = 1
#: The first bytes of every lossless export, by which it is recognised.
HEADER_START = b'{"type":"header","format":"%s"' % FORMAT.encode()

_BODY = b',"body":'
_READERS: dict[str, Callable[[str], Any]] = {
    "DateField": date.fromisoformat,
    "DateTimeField": datetime.fromisoformat,
    "BitStringField": bytes.fromhex,
}


@dataclass(frozen=True)
class LineKind:
    """The type of a line, and its columns."""

    name: str
    model: type[Model]
    names: tuple[str, ...]
    """The names of the fields. A reference to another row is exported as its id."""

    @cached_property
    def fields(self) -> list[Field[Any, Any]]:
        fields = {field.name: field for field in self.model._meta.concrete_fields}
        return [fields[name] for name in self.names]

    @cached_property
    def columns(self) -> list[str]:
        return [field.attname for field in self.fields]

    @cached_property
    def _readers(self) -> list[tuple[str, str, Callable[[str], Any] | None]]:
        """Return, for each field, its name, its column, and its converter from text, if any."""
        return [(field.name, field.attname, _READERS.get(field.get_internal_type())) for field in self.fields]

    def format_line(self, values: tuple[Any, ...]) -> bytes:
        """Return the line for a row: its id, and the values of `columns`."""
        values_by_name = dict(zip(("id", *self.names), map(_to_json, values), strict=True))
        return orjson.dumps({"type": self.name, **values_by_name}) + b"\n"

    def read(self, values_by_name: dict[str, Any]) -> dict[str, Any]:
        """Return the id and the columns of the row, read from the values of a line."""
        row = {"id": values_by_name["id"]}
        for name, column, reader in self._readers:
            value = values_by_name[name]
            row[column] = reader(value) if reader and value is not None else value
        return row


#: The types of rows that entries mention, each after those that it refers to.
ROW_KINDS = (
    LineKind(
        "publisher",
        Publisher,
        ("name", "kind", "url", "domain", "country", "language", "same_as", "is_house", "ifcn_signatory"),
    ),
    LineKind("claimant", Claimant, ("name", "kind", "job_title", "affiliation", "country", "same_as")),
    LineKind("topic", Topic, ("name", "slug", "parent", "description", "same_as")),
    LineKind(
        "rating_scale",
        RatingScale,
        ("publisher", "name", "version", "language", "methodology", "methodology_url", "in_use"),
    ),
    LineKind(
        "rating",
        Rating,
        (
            *("scale", "code", "position", "label", "rating_class", "definition", "labels", "definitions"),
            *("colour", "text_colour", "colour_dark", "text_colour_dark"),
        ),
    ),
    LineKind(
        "source",
        Source,
        (
            *("title", "kind", "url", "archived_url", "publisher", "byline", "published_on", "language"),
            "show_text",
        ),
    ),
    # The public file and its fingerprints. The files are stored elsewhere; embedded metadata is only for editors.
    LineKind(
        "media_object",
        MediaObject,
        (
            *("sha256", "size", "kind", "media_type", "content_url", "width", "height", "duration"),
            *("alternative_text", "show_to_readers", "public_sha256", "public_media_type", "public_width"),
            *("public_height", "keyframes"),
        ),
    ),
    LineKind(
        "media_hash", MediaHash, ("media", "frame_at", "transformation", "pdq", "quality", "words", "points")
    ),
)
SNAPSHOT_KIND = LineKind(
    "snapshot",
    Snapshot,
    (
        *("source", "number", "captured_at", "url", "media_type", "content_sha256", "content_size", "title"),
        *("byline", "published_on", "language", "extractor", "caveats", "cues", "text_sha256", "text"),
    ),
)
_ENTRY_KIND = LineKind(
    "entry",
    Publication,
    (
        "sequence",
        "claim",
        "version",
        "kind",
        "status",
        "note",
        "published_at",
        "body_sha256",
        "salts",
        "chain_sha256",
    ),
)
ENTRY_COLUMNS = ("id", *_ENTRY_KIND.columns, "body")

_LINE_TYPES = ("header", *(kind.name for kind in ROW_KINDS), "merged_claim", "snapshot", "entry", "end")
_KINDS_BY_TYPE = {kind.name: kind for kind in (*ROW_KINDS, SNAPSHOT_KIND, _ENTRY_KIND)}


@dataclass(frozen=True, slots=True)
class ArchiveLine:
    """A parsed line of a lossless export."""

    number: int
    type: str
    values: dict[str, Any]
    """The values of a row by column; for other lines, their own members."""
    body: bytes = field(default=b"", repr=False)
    """The stored body of an entry."""


class UnreadableExport(ValueError):
    """The file is not a complete lossless export; `str()` is a sentence that names the line."""


def build_header(*, sequence: int, published_at: str, filter_text: str) -> bytes:
    header = {
        "type": "header",
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "sequence": sequence,
        "published_at": published_at or None,
        "filter": filter_text,
    }
    return orjson.dumps(header) + b"\n"


def build_merged_claim(
    claim: int, *, target: int, appearances: list[int], verdicts: list[int], media: list[int]
) -> bytes:
    values_by_name = {
        "type": "merged_claim",
        "id": claim,
        "merged_into": target,
        "appearances": appearances,
        "verdicts": verdicts,
        "media": media,
    }
    return orjson.dumps(values_by_name) + b"\n"


def build_entry(values: tuple[Any, ...], body: bytes) -> bytes:
    """Return the line of an entry, with its body last and unchanged."""
    return _ENTRY_KIND.format_line(values)[:-2] + _BODY + body + b"}\n"


def build_end(entries: int) -> bytes:
    return orjson.dumps({"type": "end", "entries": entries}) + b"\n"


def read(stream: BinaryIO) -> Iterator[ArchiveLine]:
    """Yield the lines of an export one by one, checked, in constant memory. The last line marks the end.

    Raises:
        UnreadableExport: a line is not valid; raised when that line is reached.
    """
    number, previous_index = 0, 0
    for number, text in enumerate(stream, 1):
        line = _read(number, text)
        type_index = _LINE_TYPES.index(line.type)
        if (number == 1) != (line.type == "header"):
            raise UnreadableExport(
                gettext("Line %(number)s: a lossless export begins with one header.") % {"number": number}
            )
        # Snapshots are between entries.
        if type_index < min(previous_index, _LINE_TYPES.index("snapshot")):
            raise UnreadableExport(
                gettext("Line %(number)s: “%(type)s” is out of order.")
                % {"number": number, "type": line.type}
            )
        previous_index = type_index
        yield line
        if line.type == "end":
            break
    else:
        raise UnreadableExport(
            gettext("Line %(number)s: the file ends too early. It was cut off, or is not a lossless export.")
            % {"number": number}
        )
    if stream.read(1):
        raise UnreadableExport(
            gettext("Line %(number)s: there is more text after the end of the export.")
            % {"number": number + 1}
        )


def _read(number: int, text: bytes) -> ArchiveLine:
    try:
        head, separator, body = text.partition(_BODY)
        values_by_name = orjson.loads(head + b"}" if separator else text)
        kind = values_by_name["type"]
        if kind not in _LINE_TYPES:
            raise UnreadableExport(
                gettext("Line %(number)s: this version of the program does not recognise “%(kind)s”.")
                % {"number": number, "kind": kind}
            )
        if kind == "header" and (values_by_name["format"], values_by_name["format_version"]) != (
            FORMAT,
            FORMAT_VERSION,
        ):
            raise UnreadableExport(
                gettext(
                    "Line %(number)s: this is %(format)s, version %(format_version)s; only %(format_2)s, "
                    "version %(format_version_2)s can be read."
                )
                % {
                    "number": number,
                    "format": values_by_name["format"],
                    "format_version": values_by_name["format_version"],
                    "format_2": FORMAT,
                    "format_version_2": FORMAT_VERSION,
                }
            )
        if kind == "entry":
            values_by_name.setdefault("chain_sha256", "")  # older exports do not have this
        if bool(separator) != (kind == "entry") or (separator and not body.endswith(b"}}\n")):
            raise UnreadableExport(
                gettext(
                    "Line %(number)s: every entry must end with its body, and nothing else may have a body."
                )
                % {"number": number}
            )
        columns = _KINDS_BY_TYPE[kind].read(values_by_name) if kind in _KINDS_BY_TYPE else values_by_name
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as problem:
        if isinstance(problem, UnreadableExport):
            raise
        raise UnreadableExport(
            gettext("Line %(number)s: this is not a line of a lossless export (%(problem)s).")
            % {"number": number, "problem": problem}
        ) from None
    return ArchiveLine(number, kind, columns, body[:-2])


def _to_json(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    return format_moment(value) if isinstance(value, datetime) else value

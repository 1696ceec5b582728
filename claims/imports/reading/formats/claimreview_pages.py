"""Web pages → the ClaimReviews in their markup: JSON-LD, microdata and RDFa."""

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin

from lxml.html import HtmlElement

from claims.imports.reading.formats import broken_json, claimreview_objects, microdata, schema_org
from claims.imports.reading.formats.claimreview_objects import MarkupPage
from claims.imports.reading.formats.schema_org import Node
from claims.imports.reading.inputs.file import File
from claims.imports.reading.raw_record import RawRecord, RecordLocation, Refusal, build_refusal
from factcheck.translatable_messages import TranslatableMessage
from sources.addresses import build_url_key
from sources.extraction import ExtractionError
from sources.extraction.encodings import decode, decode_beginning, detect_unicode_encoding
from sources.extraction.metadata import read_metadata
from sources.extraction.web_pages.markup import parse

NAME = "page"
TITLE = TranslatableMessage("Web page with ClaimReview markup")

#: The maximum size of a page; a saved page may contain its pictures.
MAX_BYTES = 64 * 1024 * 1024

JSON_LD = "application/ld+json"

_PAGE_START = re.compile(
    r"(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|title|meta|link|script|style|main|article"
    r"|section|header|nav|div|p|h[1-6]|span|table|ul)\b",
    re.IGNORECASE | re.DOTALL,
)


def recognise(file: File) -> Mapping[str, Any] | None:
    return {} if _PAGE_START.match(decode_beginning(file.head)) else None


def read(file: File, settings: dict[str, Any]) -> Iterator[RawRecord | Refusal]:
    content = file.stream.read(MAX_BYTES + 1)
    whole_page = RecordLocation(file.name, "the whole page")
    if len(content) > MAX_BYTES:
        yield build_refusal(
            whole_page, "too large", "This page is larger than %(largest)s MB.", largest=MAX_BYTES // 1024**2
        )
        return
    try:
        tree = parse(_decode_markup(content))
    except ExtractionError as error:
        yield Refusal(whole_page, "", str(error), error.reason_code.replace("_", " "))
        return
    records_found = list(_drop_repeats(_read_markup(file, tree)))
    yield from records_found
    if not records_found:
        yield build_refusal(
            whole_page,
            "no ClaimReview",
            "This page has no ClaimReview markup. If it shows a fact check, enter it by hand.",
        )


def _decode_markup(content: bytes) -> str:
    """Decode a page to read its markup. A few damaged bytes are tolerated."""
    if detect_unicode_encoding(content[:4]) == ("utf-8", 0):
        # Browsers ignore null characters, and one of them does not make a page binary.
        content = content.replace(b"\x00", b"")
        text = content.decode(errors="replace")
        stray_count = text.count("\ufffd")
        # Letters in another encoding do not form valid UTF-8 by chance.
        if 0 < stray_count < sum(character > "\x7f" for character in text) - stray_count:
            return text
    return decode(content, charset=None, markup=True)


def _read_markup(file: File, tree: HtmlElement) -> Iterator[RawRecord | Refusal]:
    metadata = read_metadata(tree, file.url)
    url = metadata.canonical_url or file.url
    published_on = metadata.published_on.isoformat() if metadata.published_on else ""
    page = MarkupPage(url, metadata.title, metadata.language, metadata.publisher, published_on)
    graph: dict[str, Node] = {}
    blocks: list[tuple[str, list[Any], Refusal | None]] = []
    for number, text in enumerate(_iterate_scripts(tree), 1):
        position = f"block {number}"
        try:
            values, refusal = broken_json.parse_all(text), None
        except broken_json.BrokenJSON as error:
            values = error.complete_reviews
            refusal = _report_broken(RecordLocation(file.name, position), error, text)
        schema_org.index_nodes(values, graph)
        blocks.append((position, values, refusal))
    blocks += [(name, list(read_syntax(tree)), None) for name, read_syntax in microdata.SYNTAXES]
    all_values = [values for _position, values, _refusal in blocks]
    for position, values, refusal in blocks:
        for record in claimreview_objects.read_reviews(
            values, RecordLocation(file.name, position), graph=graph, page=page, page_values=all_values
        ):
            yield _resolve_urls(record, url)
        if refusal is not None:
            yield refusal


def _iterate_scripts(tree: HtmlElement) -> Iterator[str]:
    for script in tree.iter("script"):
        if (script.get("type") or "").partition(";")[0].strip().lower() == JSON_LD:
            yield script.text or ""


def _report_broken(location: RecordLocation, error: broken_json.BrokenJSON, text: str) -> Refusal | None:
    """Return a refusal for broken markup that may have contained a review; otherwise None."""
    if claimreview_objects.CLAIM_REVIEW not in text:
        return None
    return build_refusal(
        location, "broken JSON", "This JSON-LD is broken: %(error)s.", error=error, raw=text.strip()[:2000]
    )


def _resolve_urls(record: RawRecord | Refusal, url: str) -> RawRecord | Refusal:
    """Resolve relative URLs against the page's URL."""
    if isinstance(record, RawRecord) and url:
        for name in ("review_url", "publisher_url"):
            stated_url = record.fields.get(name)
            if isinstance(stated_url, str) and stated_url.startswith(("/", "#", "?")):
                try:
                    absolute_url = urljoin(url, stated_url)
                except ValueError:
                    continue
                record = RawRecord(record.location, {**record.fields, name: absolute_url}, record.raw)
    return record


def _drop_repeats(records: Iterator[RawRecord | Refusal]) -> Iterator[RawRecord | Refusal]:
    """Yield each review once. A page may contain a review in several syntaxes; only the first copy counts."""
    earlier_records: list[RawRecord] = []
    for record in records:
        if isinstance(record, RawRecord):
            if any(_are_same(record, earlier_record) for earlier_record in earlier_records):
                continue
            earlier_records.append(record)
        yield record


def _are_same(record: RawRecord, other_record: RawRecord) -> bool:
    if _normalise_field(record, "statement") != _normalise_field(other_record, "statement"):
        return False
    for name in ("review_url", "publisher", "rating"):
        one_value, other_value = _normalise_field(record, name), _normalise_field(other_record, name)
        if one_value and other_value and one_value != other_value:
            return False
    return True


def _normalise_field(record: RawRecord, name: str) -> str:
    field_value = record.fields.get(name)
    text = " ".join(html.unescape(str(field_value or "")).split()).casefold()
    if name == "review_url":
        page, _, fragment = text.partition("#")
        return f"{build_url_key(page) or page}#{fragment}"
    return text

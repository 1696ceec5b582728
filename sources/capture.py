"""Turn Material into a Source and a Snapshot. Every document enters the system here.

A document belongs to the first of these sources that exists:

1. The source at its URL, in any spelling (`sources.addresses.build_url_key`). The URL is the one a person states,
   otherwise the page's canonical URL, otherwise the one it was fetched from.
2. A source with the same text. If the document has a URL, only sources without a URL are considered, because two
   outlets may print the same agency report. A source with the same publisher and date is preferred.
3. If the document has no URL: a source without a URL that has the same title, no conflicting publisher or date, and at
   least a tenth of its text in common. The document is then an edited version.
4. Otherwise, a new source.
"""

import hashlib
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max, Q

from factcheck.database.locks import lock_names
from factcheck.installation.messages import translate_message
from sources import archive
from sources.addresses import build_url_key, get_domain
from sources.extraction import Document
from sources.extraction.bounded_extraction import ExtractionRequest, extract_bounded
from sources.extraction.document import ExtractionError
from sources.models import Publisher, Snapshot, Source
from sources.named_publishers import find_publisher, get_or_create_publisher
from sources.overrides import NO_OVERRIDES, Overrides
from sources.signals import snapshot_stored
from sources.source_kinds import Material

#: The minimum share of the shorter text that two versions of a document have in common.
MIN_SHARED_TEXT = 0.1
_SHINGLE_LENGTH = 12

_MAX_TITLE_LENGTH = 500
_MAX_BYLINE_LENGTH = 500
_MAX_ADDRESS_LENGTH = 2000


@dataclass(frozen=True, slots=True)
class CaptureResult:
    """The source and snapshot that a captured document belongs to, and whether they are new."""

    source: Source
    snapshot: Snapshot
    is_new_source: bool
    is_new_snapshot: bool
    document: Document
    answers: tuple[object, ...] = ()
    """The return values of the receivers of `snapshot_stored`."""


def capture(
    material: Material,
    *,
    overrides: Overrides = NO_OVERRIDES,
    source: Source | None = None,
    by: User | None = None,
    dry_run: bool = False,
    document: Document | None = None,
) -> CaptureResult:
    """Store what a source contains now. If its latest snapshot has the same text, nothing changes.

    Missing values never erase stored ones. An existing source only gains values that it lacked and values that a person
    states now (`overrides`).

    Args:
        source: the document's source, if known; otherwise it is detected.
        dry_run: store no file. The caller rolls back the transaction.
        document: the result of `extract_document()`, for callers that extract before they open a transaction.

    Raises:
        ExtractionError: the document has no text.
    """
    # Extraction may take long, so nothing is locked yet, and no transaction is open.
    document = document or extract_document(material)
    with transaction.atomic():
        return _Capture(material, document, overrides, by, dry_run).store(source)


def extract_document(material: Material) -> Document:
    """Extract the document without storing anything.

    Raises:
        ExtractionError: the document has no text, or extraction exceeded a limit.
    """
    request = ExtractionRequest(
        material.content,
        content_type=material.content_type,
        charset=material.charset,
        url=material.final_url or material.url,
        filename=material.filename,
        transcript=material.transcript,
        transcript_name=material.transcript_name,
    )
    try:
        return extract_bounded(request)
    except ExtractionError as refusal:
        raise ExtractionError(refusal.reason_code, translate_message(refusal)) from None


class _Capture:
    """A document being captured."""

    def __init__(
        self, material: Material, extracted: Document, overrides: Overrides, by: User | None, dry_run: bool
    ) -> None:
        if overrides.url and build_url_key(overrides.url) == build_url_key(material.url):
            # A person who states the requested URL does not contradict the URL that it redirects to.
            overrides = replace(overrides, url="")
        self.material = material
        self.extracted = extracted
        self.document = overrides.apply_to(extracted)
        self.overrides = overrides
        self.by = by
        self.dry_run = dry_run
        self.text_sha256 = hashlib.sha256(self.document.text.encode()).hexdigest()
        self.title = (self.document.title or _cut_opening(self.document.text))[:_MAX_TITLE_LENGTH]
        self.addresses = _collect_addresses(material, self.document, overrides)
        self.url = next(iter(self.addresses.values()), "")

    def store(self, source: Source | None) -> CaptureResult:
        self._lock_document()
        source = source or self._find_source()
        is_known = source is not None
        # Read again under lock: it may have changed since the caller read it.
        source = (
            self._update(Source.objects.select_for_update().get(pk=source.pk))
            if source
            else self._create_source()
        )
        latest = source.get_latest_snapshot() if is_known else None
        if latest and latest.text_sha256 == self.text_sha256:
            return CaptureResult(source, latest, False, False, self.document)
        snapshot = self._create_snapshot(source)
        answers = snapshot_stored.send(sender=Snapshot, snapshot=snapshot)
        return CaptureResult(
            source, snapshot, not is_known, True, self.document, tuple(answer for _, answer in answers)
        )

    def _lock_document(self) -> None:
        """Take locks so that simultaneous captures of one document create one source and one snapshot."""
        names = [f"source at {key}" for key in self.addresses] or [f"source titled {self.title.lower()}"]
        publisher = [f"publisher {self.document.publisher.lower()}", f"publisher at {get_domain(self.url)}"]
        lock_names(*names, *publisher, f"text {self.text_sha256}")

    # Finding the source

    def _find_source(self) -> Source | None:
        if self.addresses:
            rows = {row.url_key: row for row in Source.objects.filter(url_key__in=self.addresses)}
            source = next((rows[key] for key in self.addresses if key in rows), None)
            return source or self._find_with_same_text(Source.objects.filter(url_key=""))
        return self._find_with_same_text(Source.objects.all()) or self._find_edited_version()

    def _find_with_same_text(self, sources: Any) -> Source | None:
        same_sources = list(sources.filter(snapshots__text_sha256=self.text_sha256).order_by("pk"))
        return next(
            (source for source in same_sources if self._is_compatible(source)),
            same_sources[0] if same_sources else None,
        )

    def _find_edited_version(self) -> Source | None:
        candidates = Source.objects.filter(Q(url_key="") & Q(title__iexact=self.title)).order_by("-pk")
        for source in candidates:
            latest = source.get_latest_snapshot()
            if (
                latest
                and self._is_compatible(source)
                and _compute_shared_text(latest.text, self.document.text) >= MIN_SHARED_TEXT
            ):
                return source
        return None

    def _is_compatible(self, source: Source) -> bool:
        """Return whether the source and the document may be the same: none of their known values conflict."""
        published_on = self.document.published_on
        if source.published_on and published_on and source.published_on != published_on:
            return False
        publisher = self._find_publisher()
        return (
            not source.publisher_id
            or not self.document.publisher
            or (publisher is not None and publisher.pk == source.publisher_id)
        )

    def _find_publisher(self) -> Publisher | None:
        return find_publisher(self.document.publisher, self.url, is_stated=bool(self.overrides.publisher))

    # Rows

    def _get_or_create_publisher(self) -> Publisher | None:
        return get_or_create_publisher(
            self.document.publisher,
            self.url,
            is_stated=bool(self.overrides.publisher),
            name_in_document=self.extracted.publisher,
        )

    def _create_source(self) -> Source:
        return Source.objects.create(
            title=self.title,
            kind=self.overrides.kind or Source.Kind.ARTICLE,
            url=self.url,
            publisher=self._get_or_create_publisher(),
            byline=self.document.byline[:_MAX_BYLINE_LENGTH],
            published_on=self.document.published_on,
            language=self.document.language,
            created_by=self.by,
        )

    def _update(self, source: Source) -> Source:
        """Fill in missing values and apply a person's overrides. Editors' values are kept."""
        overrides = self.overrides
        missing_fields = {
            "url": self.url,
            "byline": self.document.byline[:_MAX_BYLINE_LENGTH],
            "published_on": self.document.published_on,
            "language": self.document.language,
        }
        if source.title == source.url and self.document.title:
            # It was added with its address only.
            source.title, missing_fields["title"] = "", self.title
        changes: dict[str, Any] = {
            name: value for name, value in missing_fields.items() if value and not getattr(source, name)
        }
        changes |= {
            name: value
            for name in ("title", "kind", "url", "byline", "published_on", "language")
            if (value := getattr(overrides, name)) and value != getattr(source, name)
        }
        if overrides.publisher or not source.publisher_id:
            publisher = self._get_or_create_publisher()
            if publisher and publisher.pk != source.publisher_id:
                changes["publisher"] = publisher
        if changes:
            for name, value in changes.items():
                setattr(source, name, value)
            source.save(update_fields=[*changes, "url_key", "updated_at"])
        return source

    def _create_snapshot(self, source: Source) -> Snapshot:
        content = self.material.transcript or self.material.content
        # The file first: a transaction that fails later leaves an unreferenced file, never a row without its file.
        digest = hashlib.sha256(content).hexdigest() if self.dry_run else archive.store(content)
        moment = {"captured_at": self.material.fetched_at} if self.material.fetched_at else {}
        snapshot = Snapshot.objects.create(
            source=source,
            number=(source.snapshots.aggregate(last=Max("number"))["last"] or 0) + 1,
            captured_by=self.by,
            url=(self.material.final_url or self.material.url)[:_MAX_ADDRESS_LENGTH],
            media_type=self.document.media_type,
            content_sha256=digest,
            content_size=len(content),
            title=self.title if self.document.title else "",
            byline=self.document.byline[:_MAX_BYLINE_LENGTH],
            published_on=self.document.published_on,
            language=self.document.language,
            text=self.document.text,
            text_sha256=self.text_sha256,
            extractor=self.document.extractor,
            caveats=[asdict(caveat) for caveat in self.document.caveats],
            cues=[[cue.at, cue.begins, cue.ends] for cue in self.document.cues],
            **moment,
        )
        if not moment:
            snapshot.refresh_from_db(fields=["captured_at"])
        return snapshot


def _collect_addresses(material: Material, document: Document, overrides: Overrides) -> dict[str, str]:
    """Return the URLs that identify the document, best first, as a mapping from URL key to URL."""
    if overrides.url:
        all_addresses = [overrides.url]
    else:
        fetched_url = material.final_url or material.url
        canonical_url = document.canonical_url
        # A page may name its own address, but not claim to be a page of another site.
        trusted_canonical_url = (
            canonical_url if not fetched_url or get_domain(canonical_url) == get_domain(fetched_url) else ""
        )
        all_addresses = [trusted_canonical_url, material.final_url, material.url]
    addresses: dict[str, str] = {}
    for url in all_addresses:
        key = build_url_key(url)
        if key and max(len(url), len(key)) <= _MAX_ADDRESS_LENGTH:
            addresses.setdefault(key, url)
    return addresses


def _cut_opening(text: str, max_length: int = 100) -> str:
    """Return the first words of a text, for use as the title if it has no headline."""
    line = text.partition("\n")[0]
    return line if len(line) <= max_length else line[:max_length].rsplit(" ", 1)[0] + " …"


def _compute_shared_text(first_text: str, other_text: str) -> float:
    """Return the share (0 to 1) of the shorter text's 12-character pieces that the longer text also contains."""
    shingles, other_shingles = (
        {
            joined_text[position : position + _SHINGLE_LENGTH]
            for position in range(max(1, len(joined_text) - _SHINGLE_LENGTH + 1))
        }
        for joined_text in (" ".join(text.split()) for text in (first_text, other_text))
    )
    return len(shingles & other_shingles) / min(len(shingles), len(other_shingles))

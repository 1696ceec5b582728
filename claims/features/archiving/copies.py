"""Store an ArchivedCopy of a URL with its files: the response, its text, and pictures of the page.

A part that cannot be fetched is recorded as missing and does not stop the others. While pages are fetched, no row is
locked and no transaction is open. Files are stored before rows, so that no row ever refers to a missing file.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext_lazy

from claims.features.archiving import warc
from claims.features.archiving.browser.page_pictures import (
    PDF_TYPE,
    SCREENSHOT_TYPE,
    BrowserUnavailable,
    PagePictures,
    take_page_pictures,
)
from claims.features.archiving.models import ArchivedCopy, ArchivedFile, PublicDeposit
from sources import archive
from sources.capture import capture, extract_document
from sources.extraction import Document, ExtractionError
from sources.http.exchanges import Exchanges
from sources.http.fetch_errors import FetchError
from sources.http.fetched_documents import ACCEPTED_MEDIA_TYPES, FetchedDocument, Limits, fetch
from sources.http.polite_visits import DEFAULT_PAUSE, SLOW_PAUSE, SiteStore, get_site
from sources.known_sites import KnownSites
from sources.models import Snapshot, Source
from sources.source_kinds import Material

FETCH_SECONDS, MAX_SITE_WAIT_SECONDS = 60.0, 10.0
_PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_MAX_ADDRESS_LENGTH = 2000

_NO_TEXT_MESSAGE = gettext_lazy("The page at this address contains no text.")
_TEXT_ADDED_MESSAGE = gettext_lazy(
    "The text added by a user is kept; the other files contain what the address shows now."
)
_SHORTER_TEXT_MESSAGE = gettext_lazy(
    "The address now shows less than when its text was captured, so the captured text is kept."
)


@dataclass(frozen=True, slots=True)
class ArchiverOptions:
    """Archiving options that tests replace: the record of visits to sites, and the pause between requests."""

    site_store: SiteStore
    allow_loopback: bool = False
    pause: float = DEFAULT_PAUSE


def get_archiver_options() -> ArchiverOptions:
    return ArchiverOptions(KnownSites(max_wait_seconds=MAX_SITE_WAIT_SECONDS))


def archive_source(source: Source, *, reason: str, by: User | None = None) -> ArchivedCopy:
    """Archive the current page at a source's URL, and return the copy.

    Raises:
        FetchError: the page does not exist or is unavailable now.
        FileStoreUnavailable, OSError, ArchiveError: the files cannot be stored.
    """
    archiver_options = get_archiver_options()
    http_exchanges = Exchanges(max_bytes=settings.ARCHIVE_PAGE_BYTES)
    response = _fetch_page(source.url, http_exchanges, archiver_options)
    pictures = _take_pictures(response, archiver_options)
    name = f"source-{source.pk}-{response.fetched_at:%Y%m%dT%H%M%SZ}.warc.gz"
    contents = [
        ("warc", warc.build_warc(http_exchanges.exchanges, name=name), warc.MEDIA_TYPE),
        ("screenshot", pictures.screenshot, SCREENSHOT_TYPE),
        ("pdf", pictures.pdf, PDF_TYPE),
    ]
    files = [
        {"role": role, "sha256": archive.store(content), "size": len(content), "media_type": media_type}
        for role, content, media_type in contents
        if content
    ]
    snapshot, missing_text_reason = _capture_text(source, response, by)
    missing_parts = pictures.missing_reasons | ({"text": missing_text_reason} if missing_text_reason else {})
    return _store_copy(
        source,
        files,
        snapshot=snapshot,
        address=source.url[:_MAX_ADDRESS_LENGTH],
        final_address=response.final_url[:_MAX_ADDRESS_LENGTH],
        http_status=response.status,
        reason=reason,
        captured_by=by,
        missing=missing_parts,
    )


@transaction.atomic
def _store_copy(source: Source, files: list[dict[str, Any]], **copy_fields: Any) -> ArchivedCopy:
    copy = ArchivedCopy.objects.create(source=source, **copy_fields)
    ArchivedFile.objects.bulk_create([ArchivedFile(copy=copy, **file) for file in files])
    if settings.INTERNET_ARCHIVE_KEY and not source.archived_url:
        PublicDeposit.objects.create(copy=copy)
    return copy


def _fetch_page(url: str, exchanges: Exchanges, options: ArchiverOptions) -> FetchedDocument:
    """Fetch the URL, after waiting as long as its site requires."""
    site, pause = get_site(url), options.pause
    options.site_store.begin_visit(site)
    try:
        return fetch(
            url,
            limits=Limits(content_bytes=settings.ARCHIVE_PAGE_BYTES, total_seconds=FETCH_SECONDS),
            accepted=None,
            exchanges=exchanges,
            allow_loopback=options.allow_loopback,
        )
    except FetchError as error:
        if error.reason_code == "too_many_requests":
            pause = max(pause, SLOW_PAUSE)
        pause = max(pause, error.wait.total_seconds())
        raise
    finally:
        options.site_store.end_visit(site, pause)


def _take_pictures(response: FetchedDocument, options: ArchiverOptions) -> PagePictures:
    if response.content_type not in _PAGE_TYPES:
        return PagePictures()  # a file, not a page of which to take pictures
    try:
        return take_page_pictures(response.final_url, allow_loopback=options.allow_loopback)
    except BrowserUnavailable as error:
        return PagePictures(missing_reasons={"screenshot": str(error), "pdf": str(error)})


def _capture_text(source: Source, response: FetchedDocument, by: User | None) -> tuple[Snapshot | None, str]:
    """Return a new snapshot of the page's text, and ""; or None, and the reason why no snapshot was made."""
    if response.content_type and response.content_type not in ACCEPTED_MEDIA_TYPES:
        return None, str(_NO_TEXT_MESSAGE)
    material = Material.fetched(response)
    try:
        document = extract_document(material)
    except ExtractionError as error:
        return None, error.sentence
    latest_snapshot = source.get_latest_snapshot()
    if (
        latest_snapshot is not None
        and latest_snapshot.text != document.text
        and (rejection := _explain_text_rejection(latest_snapshot, document))
    ):
        return None, rejection
    return capture(material, source=source, by=by, document=document).snapshot, ""


def _explain_text_rejection(latest_snapshot: Snapshot, document: Document) -> str:
    """Return why the new text must not replace the stored text, which quotes refer to, or "" if replacing is safe."""
    if not latest_snapshot.url:
        return str(_TEXT_ADDED_MESSAGE)
    caveat_codes = {caveat["code"] for caveat in latest_snapshot.caveats}
    return "" if {caveat.code for caveat in document.caveats} <= caveat_codes else str(_SHORTER_TEXT_MESSAGE)

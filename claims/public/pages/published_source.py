"""A source mentioned by published claims, and its text if readers may see it."""

from dataclasses import dataclass
from typing import Any

from claims.models import Publication
from claims.public.pages.source_text import SourceText, load_source_text
from factcheck.api.query_values import MAX_ID
from sources.models import Snapshot

Document = dict[str, Any]

#: The maximum number of claims on a source's page, newest first.
CLAIMS_PER_SOURCE = 500

#: Columns for search, which the page does not need.
DEFERRED_COLUMNS = ("search", "search_heading", "search_statement", "search_names", "search_text")


@dataclass(frozen=True, slots=True)
class PublishedSource:
    """The data of a source in publications, and its text, which is "" if readers may not see it."""

    source_text: SourceText
    text: str
    documents: list[Document]
    hashes: list[str]
    has_more: bool


def load_published_source(pk: int, number: int | None = None) -> PublishedSource | None:
    """Load the source in snapshot `number`, or in the newest snapshot to which a published claim is anchored.

    Return None if no current publication mentions the source or, given a number, the snapshot.
    """
    entries = (
        Publication.objects.current().defer(*DEFERRED_COLUMNS).filter(source_ids__contains=[min(pk, MAX_ID)])
    )
    rows = list(entries.order_by("-published_at", "-claim_id")[: CLAIMS_PER_SOURCE + 1])
    documents = [row.document for row in rows[:CLAIMS_PER_SOURCE]]
    text = load_source_text(pk, documents, number=number)
    if text is None:
        return None
    hashes = [row.body_sha256 for row in rows]
    return PublishedSource(text, _load_readable_text(text), documents, hashes, len(rows) > CLAIMS_PER_SOURCE)


def _load_readable_text(source_text: SourceText) -> str:
    if not source_text.snapshot:
        return ""
    # `show_text` is read now, not from the publication, because rights to a text can end later.
    snapshots = Snapshot.objects.filter(pk=source_text.snapshot["id"], source__show_text=True)
    return snapshots.values_list("text", flat=True).first() or ""

"""The page of a ledger entry: one version of a claim."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.safestring import mark_safe

from claims.ledger.document import claim_document, claimreview
from claims.ledger.document.translated_document import (
    find_outdated_translation,
    find_translation,
    translate_document,
)
from claims.models import Publication
from claims.public.pages.related_claims import find_related_claims
from claims.public.pages.source_notes import list_named_sources, list_source_notes
from claims.public.pages.version_changes import list_version_changes
from claims.quotes.status import load_quote_statuses
from factcheck import features
from factcheck.web.language_addresses import build_permanent_path

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class EntryPage:
    """The contents of an entry page."""

    template: str
    context: dict[str, Any]
    #: The ratings on the page, whose colours it declares.
    ratings: list[Document]


def build_entry_page(
    ledger: list[Publication],
    shown_entry: Publication,
    *,
    language: str = "",
    is_original: bool = False,
    address: str = "",
) -> EntryPage:
    """Build the page of an entry. `ledger` has all entries of the claim, newest first.

    Args:
        language: the reader's language (BCP 47), into which the claim may have been translated.
        is_original: whether the untranslated wording is requested.
        address: the canonical URL of the page, if it is a page in one language.
    """
    newest_entry = ledger[0]
    document = translate_document(shown_entry.document, "" if is_original else language)
    offered_translation = find_translation(language, shown_entry.document) if is_original else None
    outdated_translation = (
        find_outdated_translation(language, [(entry.kind, entry.document) for entry in ledger])
        if shown_entry is newest_entry
        else None
    )
    # An old version shows its original content, without the present status of its quotes.
    quote_statuses = load_quote_statuses(document) if shown_entry is newest_entry else []
    notes = list_source_notes(list_named_sources(document)) if shown_entry is newest_entry else {}
    history = list_version_changes(ledger)
    is_published = shown_entry.status == Publication.Status.PUBLISHED
    related_claims = (
        find_related_claims(shown_entry.document) if shown_entry is newest_entry and is_published else []
    )
    markup = (
        claimreview.build_markup(document, site=claim_document.build_site(), page=address)
        if shown_entry is newest_entry
        else None
    )
    context = {
        "claim": document,
        "related": related_claims,
        "offered_translation": offered_translation,
        "outdated_translation": outdated_translation,
        "quote_statuses": {(status["cited_by"], status["id"]): status for status in quote_statuses},
        "notes": notes,
        "shown_entry": shown_entry,
        "newest": newest_entry,
        "history": history,
        "prominent_changes": [
            change for change in history if change.is_prominent and change.version <= shown_entry.version
        ],
        "replaced_by": next(
            (later_change for later_change in history if later_change.version == shown_entry.version + 1),
            None,
        ),
        "citation_url": document["url"]
        if shown_entry is newest_entry
        else build_absolute_url("claim-version", shown_entry.claim_id, shown_entry.version),
        "markup": mark_safe(claimreview.to_script(markup)) if markup else "",  # noqa: S308 - to_script() escapes
    }
    for feature in features.list_switched_on():
        if feature.claim_page:
            context |= features.call_by_name(
                feature.claim_page, shown_entry, document, is_newest=shown_entry is newest_entry
            )
    shown_ratings = [
        shown_rating
        for change in history
        for rerating in change.reratings
        for shown_rating in (rerating.before, rerating.after)
    ]
    template = "claims/claim.html" if is_published else "claims/withdrawn.html"
    documents = [document, *(related_claim.claim for related_claim in related_claims)]
    return EntryPage(template, context, [*list_ratings(documents), *shown_ratings])


def build_absolute_url(route: str, *arguments: int | str) -> str:
    """Return the absolute URL of a page."""
    return settings.SITE_URL + build_permanent_path(route, *arguments)


def list_ratings(documents: list[Document]) -> list[Document]:
    """Return the ratings in documents of claims."""
    return [
        verdict["rating"] for document in documents for verdict in document["verdicts"] if verdict["rating"]
    ]

"""Import an article: capture it as a source and propose its claims, in one transaction."""

from dataclasses import dataclass

import pghistory
from django.contrib.auth.models import User
from django.db import transaction

from claims.articles.bounded_detection import SearchedText, search_text
from claims.articles.existing_checks import ExistingCheck, find_existing_checks
from claims.articles.proposals import UNDETERMINED, Proposal, propose_claims
from claims.quotes.changed_sources import Reanchoring
from sources.capture import CaptureResult, capture, extract_document
from sources.extraction.document import Document
from sources.overrides import NO_OVERRIDES, Overrides
from sources.source_kinds import Material


@dataclass(frozen=True, slots=True)
class ImportedArticle:
    """The result of an article import. A dry run stores none of it."""

    capture_result: CaptureResult
    proposal: Proposal
    dry_run: bool
    #: The existing published check of each proposal, by the proposal's id.
    existing_checks: dict[int, ExistingCheck]


@dataclass(frozen=True, slots=True)
class ReadArticle:
    """An article that is not stored yet: its document and the document's sentences."""

    document: Document
    searched_text: SearchedText


def read_article(material: Material, overrides: Overrides = NO_OVERRIDES) -> ReadArticle:
    """Read an article and search it for claims. This may take long, so call it before a transaction begins.

    Raises:
        ExtractionError: the article has no text, or reading it takes too much time or memory.
    """
    document = extract_document(material)
    details = overrides.apply_to(document)
    return ReadArticle(document, search_text(details.text, details.language or UNDETERMINED))


def import_article(
    material: Material,
    *,
    overrides: Overrides = NO_OVERRIDES,
    include_all: bool = False,
    by: User | None = None,
    dry_run: bool = False,
    article: ReadArticle | None = None,
) -> ImportedArticle:
    """Store an article and propose its check-worthy statements as claims, in one transaction.

    Args:
        include_all: propose every statement, not only the check-worthy ones.
        by: the importing user, who owns the rows.
        dry_run: do everything, then roll it back; no row or file remains.
        article: the result of `read_article()`, for callers that are already in a transaction.

    Raises:
        ExtractionError: the article has no text, or reading it takes too much time or memory. Nothing was stored.
    """
    article = article or read_article(material, overrides)
    context = {"action": "import_article"} | ({"user": by.pk} if by else {})
    with transaction.atomic():
        with pghistory.context(**context):
            result = capture(material, overrides=overrides, by=by, dry_run=dry_run, document=article.document)
            reanchoring = next(
                (outcome for outcome in result.answers if isinstance(outcome, Reanchoring)), None
            )
            proposal = propose_claims(
                result.snapshot,
                include_all=include_all,
                by=by,
                reanchoring=reanchoring,
                searched_text=article.searched_text,
            )
        existing_checks = find_existing_checks(result.snapshot, proposal)
        transaction.set_rollback(dry_run)
    return ImportedArticle(result, proposal, dry_run, existing_checks)

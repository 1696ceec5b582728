"""Import an article: capture it as a source and propose its claims, in one transaction."""

from dataclasses import dataclass

import pghistory
from django.contrib.auth.models import User
from django.db import transaction

from claims.articles.bounded_detection import SearchedText, search
from claims.articles.existing_checks import ExistingCheck, find_existing_checks
from claims.articles.proposals import UNDETERMINED, Proposal, propose
from claims.quotes.changed_sources import Reanchoring
from sources.capture import CaptureResult, capture, extract_document
from sources.extraction.document import Document
from sources.overrides import NO_OVERRIDES, Overrides
from sources.source_kinds import Material


@dataclass(frozen=True, slots=True)
class ImportedArticle:
    """The result of an article import. After a dry run nothing of it is stored."""

    captured: CaptureResult
    proposal: Proposal
    dry_run: bool
    #: By the id of the proposal: what was published of it already.
    checked_before: dict[int, ExistingCheck]


@dataclass(frozen=True, slots=True)
class ReadArticle:
    """An article before anything of it is stored: its document, and the sentences in that."""

    document: Document
    searched: SearchedText


def read_article(material: Material, overrides: Overrides = NO_OVERRIDES) -> ReadArticle:
    """Read an article and search it for claims. It may take long: call it before a transaction begins.

    Raises:
        ExtractionError: there is no text in it, or to read it takes too much.
    """
    document = extract_document(material)
    stated = overrides.applied_to(document)
    return ReadArticle(document, search(stated.text, stated.language or UNDETERMINED))


def import_article(
    material: Material,
    *,
    overrides: Overrides = NO_OVERRIDES,
    everything: bool = False,
    by: User | None = None,
    dry_run: bool = False,
    article: ReadArticle | None = None,
) -> ImportedArticle:
    """Store an article and propose its statements that are worth a look as claims, in one transaction.

    Args:
        everything: propose what is also stated too, not only what is worth a look.
        by: who imports it; the rows are theirs.
        dry_run: do everything and take it back; no row and no file is left.
        article: what `read_article()` returned, for callers who begin a transaction before they come here.

    Raises:
        ExtractionError: there is no text in it, or to read it takes too much. Nothing was begun then.
    """
    article = article or read_article(material, overrides)
    context = {"action": "import_article"} | ({"user": by.pk} if by else {})
    with transaction.atomic():
        with pghistory.context(**context):
            captured = capture(
                material, overrides=overrides, by=by, dry_run=dry_run, document=article.document
            )
            reanchored = next(
                (answer for answer in captured.answers if isinstance(answer, Reanchoring)), None
            )
            proposal = propose(
                captured.snapshot,
                everything=everything,
                by=by,
                reanchored=reanchored,
                searched=article.searched,
            )
        known = find_existing_checks(captured.snapshot, proposal)
        transaction.set_rollback(dry_run)
    return ImportedArticle(captured, proposal, dry_run, known)

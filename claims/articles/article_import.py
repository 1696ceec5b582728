"""An article comes in: captured as a source and read for claims, all of it or nothing."""

from dataclasses import dataclass

import pghistory
from django.contrib.auth.models import User
from django.db import transaction

from claims.articles.checked_before import CheckedBefore, checked_before
from claims.articles.proposals import Proposal, propose
from claims.quotes.changed_sources import Reanchoring
from sources.capture import Captured, capture, document_in
from sources.material import Material
from sources.overrides import NOTHING_STATED, Overrides


@dataclass(frozen=True, slots=True)
class ImportedArticle:
    """What became of an article. After a dry run nothing of it is stored."""

    captured: Captured
    proposal: Proposal
    dry_run: bool
    #: By the id of the proposal: what was published of it already.
    checked_before: dict[int, CheckedBefore]


def import_article(
    material: Material,
    *,
    overrides: Overrides = NOTHING_STATED,
    threshold: float | None = None,
    more: int = 0,
    by: User | None = None,
    dry_run: bool = False,
) -> ImportedArticle:
    """Store an article and propose its check-worthy statements as claims, in one transaction.

    Args:
        threshold: the least score of a proposal, from 0 to 1; that of the model if not given.
        more: how many statements to propose beyond what the article's length allows.
        by: who imports it; the rows are theirs.
        dry_run: do everything and take it back; no row and no file is left.

    Raises:
        ExtractionError: there is no text in it, or to read it takes too much. Nothing was begun then.
    """
    document = document_in(material)
    context = {"action": "import_article"} | ({"user": by.pk} if by else {})
    with transaction.atomic():
        with pghistory.context(**context):
            captured = capture(material, overrides=overrides, by=by, dry_run=dry_run, document=document)
            reanchored = next(
                (answer for answer in captured.answers if isinstance(answer, Reanchoring)), None
            )
            proposal = propose(
                captured.snapshot, threshold=threshold, more=more, by=by, reanchored=reanchored
            )
        known = checked_before(captured.snapshot, proposal)
        transaction.set_rollback(dry_run)
    return ImportedArticle(captured, proposal, dry_run, known)

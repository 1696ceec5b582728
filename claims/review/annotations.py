"""Turn text selected in an article into a claim, an appearance, or evidence.

Each function is one transaction. Repeating the same call, as a double click does, has no further effect.
"""

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from claims.models import Appearance, Claim, Evidence, Verdict
from claims.newsroom.named_claimants import find_or_add_claimant
from claims.newsroom.refusals import NotPossible
from claims.newsroom.roles import require_permission
from claims.quotes.locations import QuotedWords
from claims.quotes.selected_words import CAPTURED_AGAIN_MESSAGE
from claims.review import claim_edits, verdict_drafts
from factcheck.database.bounds import is_today_or_earlier
from sources.models import Source

#: BCP 47's tag for "undetermined", if neither source nor snapshot has a language.
_UNDETERMINED_LANGUAGE = "und"


@transaction.atomic
def create_claim(
    quote: QuotedWords, source: Source, *, statement: str, claimant: str = "", by: User
) -> Claim:
    """Propose the statement as a claim made in this quote.

    Args:
        claimant: the claimant's name in the article; an unknown claimant is added.

    Raises:
        NotPossible: the source has been captured again since the person selected the quote.
        NotAllowed: the person's role does not include proposing claims.
    """
    require_permission(by, "claims.add_claim", _("add claims"))
    source = _lock_source(source, quote)
    same_appearances = _find_existing(
        quote, Appearance.objects.readable_by(by).filter(source=source, claim__statement=statement)
    )
    if appearance := same_appearances.select_related("claim").first():
        return appearance.claim
    snapshot = quote.snapshot
    published_on = source.published_on
    claim = claim_edits.create(
        by=by,
        statement=statement,
        language=source.language or (snapshot.language if snapshot else "") or _UNDETERMINED_LANGUAGE,
        claimant=find_or_add_claimant(claimant, by=by)[0] if claimant else None,
        # Some pages have a date in the future, which cannot be the date of a claim.
        claimed_on=published_on if published_on and is_today_or_earlier(published_on) else None,
    )
    claim_edits.add_appearance(claim, source, quote, by=by)
    return claim


@transaction.atomic
def attach_to_claim(quote: QuotedWords, source: Source, claim: Claim, *, by: User) -> Appearance:
    """Add this quote as an appearance of an existing claim.

    Raises:
        NotPossible: the source has been captured again since the person selected the quote, the claim is merged or
            declined, or another quote of the claim begins here.
        NotAllowed: the person may not edit the claim.
    """
    source = _lock_source(source, quote)
    locked_claim = Claim.objects.select_for_update(of=("self",)).filter(pk=claim.pk).first()
    if locked_claim is None:
        raise NotPossible(_("The claim has been deleted in the meantime."))
    if locked_claim.merged_into_id:
        raise NotPossible(
            _("Claim %(id)s was merged into claim %(target)s. Attach the words to that claim.")
            % {"id": locked_claim.pk, "target": locked_claim.merged_into_id}
        )
    if locked_claim.state == Claim.State.DECLINED:
        raise NotPossible(_("Claim %(id)s was declined.") % {"id": locked_claim.pk})
    appearances_here = locked_claim.appearances.filter(source=source, start=quote.start)
    if appearance := _find_existing(quote, appearances_here).first():
        return appearance
    if appearances_here.exists():
        raise NotPossible(_("The claim already has a quote that begins at this place."))
    return claim_edits.add_appearance(locked_claim, source, quote, by=by)


@transaction.atomic
def create_evidence(
    quote: QuotedWords, source: Source, verdict: Verdict, *, stance: str, note: str = "", by: User
) -> Evidence:
    """Add this quote as evidence to a draft verdict. Raises the errors of `verdict_drafts.add_evidence`."""
    source = _lock_source(source, quote)
    # Lock the claim before its verdict, as all code does, so that no two transactions deadlock.
    Claim.objects.select_for_update().filter(pk=verdict.claim_id).first()
    same_items: Any = verdict.evidence.filter(source=source, stance=stance, note=note)
    if verdict_drafts.may_edit(verdict, by) and (existing_item := _find_existing(quote, same_items).first()):
        return existing_item
    fields = {"stance": stance, "note": note, "position": verdict.evidence.count()}
    return verdict_drafts.add_evidence(verdict, source, quote, by=by, **fields)


def _lock_source(source: Source, quote: QuotedWords) -> Source:
    """Return the source, locked against new captures, so that a repeated request waits for the first."""
    source = Source.objects.select_for_update(no_key=True).get(pk=source.pk)
    newest_id = source.snapshots.order_by("-number").values_list("pk", flat=True).first()
    if quote.snapshot is None or quote.snapshot.pk != newest_id:
        raise NotPossible(str(CAPTURED_AGAIN_MESSAGE))
    return source


def _find_existing(quote: QuotedWords, rows: Any) -> Any:
    return rows.filter(snapshot=quote.snapshot, start=quote.start, end=quote.end)

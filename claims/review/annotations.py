"""Turn words selected in an article into a claim, an appearance, or evidence.

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
_UNDETERMINED = "und"


@transaction.atomic
def create_claim(
    words: QuotedWords, source: Source, *, statement: str, claimant: str = "", by: User
) -> Claim:
    """Propose the statement as a claim made in these words.

    Args:
        claimant: the claimant's name in the article; an unknown claimant is added.

    Raises:
        NotPossible: the source has been captured again since.
        NotAllowed: the person's role does not include proposing claims.
    """
    require_permission(by, "claims.add_claim", _("add claims"))
    source = _lock_source(source, words)
    same = _find_existing(
        words, Appearance.objects.readable_by(by).filter(source=source, claim__statement=statement)
    )
    if appearance := same.select_related("claim").first():
        return appearance.claim
    snapshot = words.snapshot
    published_on = source.published_on
    claim = claim_edits.create(
        by=by,
        statement=statement,
        language=source.language or (snapshot.language if snapshot else "") or _UNDETERMINED,
        claimant=find_or_add_claimant(claimant, by=by)[0] if claimant else None,
        # Some pages are dated ahead; nothing was claimed before its day has come.
        claimed_on=published_on if published_on and is_today_or_earlier(published_on) else None,
    )
    claim_edits.add_appearance(claim, source, words, by=by)
    return claim


@transaction.atomic
def attach_to_claim(words: QuotedWords, source: Source, claim: Claim, *, by: User) -> Appearance:
    """Add these words as an appearance of an existing claim.

    Raises:
        NotPossible: the source has been captured again since, the claim is merged or declined, or another quote of
            the claim begins here.
        NotAllowed: the person may not edit the claim.
    """
    source = _lock_source(source, words)
    locked = Claim.objects.select_for_update(of=("self",)).filter(pk=claim.pk).first()
    if locked is None:
        raise NotPossible(_("The claim has been deleted in the meantime."))
    if locked.merged_into_id:
        raise NotPossible(
            _("Claim %(id)s was merged into claim %(target)s. Attach the words to that claim.")
            % {"id": locked.pk, "target": locked.merged_into_id}
        )
    if locked.state == Claim.State.DECLINED:
        raise NotPossible(_("Claim %(id)s was declined.") % {"id": locked.pk})
    beginning_here = locked.appearances.filter(source=source, start=words.start)
    if appearance := _find_existing(words, beginning_here).first():
        return appearance
    if beginning_here.exists():
        raise NotPossible(_("The claim already has a quote that begins at this place."))
    return claim_edits.add_appearance(locked, source, words, by=by)


@transaction.atomic
def create_evidence(
    words: QuotedWords, source: Source, verdict: Verdict, *, stance: str, note: str = "", by: User
) -> Evidence:
    """Add these words as evidence to a draft verdict. Raises the errors of `verdict_drafts.add_evidence`."""
    source = _lock_source(source, words)
    # In the order in which drafts are locked everywhere.
    Claim.objects.select_for_update().filter(pk=verdict.claim_id).first()
    same: Any = verdict.evidence.filter(source=source, stance=stance, note=note)
    if verdict_drafts.may_edit(verdict, by) and (existing := _find_existing(words, same).first()):
        return existing
    fields = {"stance": stance, "note": note, "position": verdict.evidence.count()}
    return verdict_drafts.add_evidence(verdict, source, words, by=by, **fields)


def _lock_source(source: Source, words: QuotedWords) -> Source:
    """Return the source, locked against new captures, so that a repeated request waits for the first."""
    source = Source.objects.select_for_update(no_key=True).get(pk=source.pk)
    newest = source.snapshots.order_by("-number").values_list("pk", flat=True).first()
    if words.snapshot is None or words.snapshot.pk != newest:
        raise NotPossible(str(CAPTURED_AGAIN_MESSAGE))
    return source


def _find_existing(words: QuotedWords, rows: Any) -> Any:
    return rows.filter(snapshot=words.snapshot, start=words.start, end=words.end)

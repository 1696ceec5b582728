"""Checked claims that appear again, and an editor's decisions about them."""

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from claims.models import Appearance, Claim, Repeat
from claims.newsroom.people import get_display_name
from claims.newsroom.refusals import NotPossible
from claims.newsroom.roles import require_permission
from claims.quotes.anchors import QuoteAmbiguous, QuoteNotFound
from claims.quotes.locations import QuotedWords, build_quote
from claims.review import claim_edits, workflow
from factcheck.database import clock


@transaction.atomic
def confirm(repeat: Repeat, *, by: User) -> Claim:
    """Confirm a repeat: merge the claim proposed from the same words or, if there is none, add an appearance.

    Raises:
        NotPossible: the repeat is already decided, its source is unknown, or a merge is not possible.
        NotAllowed: the person's role does not include this decision.
    """
    repeat = _lock_undecided(repeat, by)
    proposal = repeat.proposal
    if proposal and proposal.state != Claim.State.MERGED:
        note = _("The same claim again, in: %(source)s") % {"source": repeat.source}
        workflow.move(proposal, "merge", by=by, into=repeat.claim, note=note)
    elif not proposal:
        _add_appearance(repeat, by)
    _decide(repeat, Repeat.Outcome.CONFIRMED, by)
    return repeat.claim


@transaction.atomic
def reject(repeats: Iterable[Repeat], *, by: User) -> int:
    """Reject repeats, so that they are not queued again. Return how many were newly rejected. Raises NotAllowed."""
    require_permission(by, "claims.change_repeat", _("decide whether a checked claim is repeated"))
    open_repeats = Repeat.objects.open().filter(pk__in=[repeat.pk for repeat in repeats])
    return open_repeats.update(
        outcome=Repeat.Outcome.REJECTED,
        decided_at=clock.get_database_time(),
        decided_by_name=get_display_name(by),
    )


def _add_appearance(repeat: Repeat, by: User) -> None:
    if repeat.source is None:
        raise NotPossible(_("First enter the source of these words on this page, and save it."))
    same_appearances = Appearance.objects.filter(claim=repeat.claim, source=repeat.source, exact=repeat.exact)
    if not same_appearances.exists():
        claim_edits.add_appearance(repeat.claim, repeat.source, _build_quotation(repeat), by=by)


def _build_quotation(repeat: Repeat) -> QuotedWords:
    """Return the quote at its original position, or in the source that an editor named later."""
    if repeat.start is not None:
        selectors = repeat.exact, repeat.prefix, repeat.suffix, repeat.start, repeat.end
        return QuotedWords(repeat.snapshot, *selectors)
    assert repeat.source is not None  # noqa: S101  checked by the caller
    try:
        return build_quote(repeat.source, repeat.exact)
    except (QuoteNotFound, QuoteAmbiguous):
        return QuotedWords(None, repeat.exact)


def _decide(repeat: Repeat, outcome: str, by: User) -> None:
    repeat.outcome, repeat.decided_at, repeat.decided_by_name = (
        outcome,
        clock.get_database_time(),
        get_display_name(by),
    )
    repeat.save(update_fields=["outcome", "decided_at", "decided_by_name"])


def _lock_undecided(repeat: Repeat, by: User) -> Repeat:
    require_permission(by, "claims.change_repeat", _("decide whether a checked claim is repeated"))
    locked_repeats = Repeat.objects.select_for_update(of=("self",)).select_related(
        "claim", "source", "proposal"
    )
    repeat = locked_repeats.get(pk=repeat.pk)
    if repeat.outcome:
        values = {"who": repeat.decided_by_name, "what": repeat.get_outcome_display()}
        raise NotPossible(_("%(who)s has already decided this: %(what)s.") % values)
    return repeat

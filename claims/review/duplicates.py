"""Possible duplicates, and an editor's decisions about them."""

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models import Claim, Cluster, PossibleDuplicate
from claims.newsroom.people import get_display_name
from claims.newsroom.refusals import NotPossible
from claims.newsroom.roles import require_permission
from claims.review import clusters, workflow
from factcheck.list_phrases import join_phrases


@transaction.atomic
def merge(pair: PossibleDuplicate, *, by: User) -> Claim:
    """Merge the newer claim into the older claim, and return the older claim.

    Raises:
        NotPossible: the pair is already decided, or an obstacle prevents the merge.
        NotAllowed: the person's role does not include merging.
    """
    pair = _lock_undecided(pair)
    workflow.move(pair.claim, "merge", by=by, into=pair.earlier, note=_build_note(pair))
    return pair.earlier


def _build_note(pair: PossibleDuplicate) -> str:
    """Return the note for the log, which says that the wording is the same or gives the reasons for the match."""
    if pair.confidence is None:
        return _("The same claim in the same words.")
    return _("The same claim: %(reasons)s") % {"reasons": join_phrases(pair.reasons) or "–"}


@transaction.atomic
def mark_as_different(pairs: Iterable[PossibleDuplicate], *, by: User) -> int:
    """Mark claims as different, so that they are not queued again, and return the number of newly marked pairs.

    Raises:
        NotAllowed: the person's role does not include this decision.
    """
    require_permission(by, "claims.merge_claim", _("decide whether claims are the same"))
    open_pairs = PossibleDuplicate.objects.open().filter(pk__in=[pair.pk for pair in pairs])
    return open_pairs.update(dismissed_at=timezone.now(), dismissed_by_name=get_display_name(by))


@transaction.atomic
def gather(pairs: Iterable[PossibleDuplicate], *, by: User) -> Cluster:
    """Mark the claims of these pairs as different, put them all into one cluster, and return the cluster.

    Raises:
        NotPossible: the claims are already in several clusters.
        NotAllowed: the person's role does not include editing clusters.
    """
    open_pairs = list(pairs)
    mark_as_different(open_pairs, by=by)
    claims = {claim.pk: claim for pair in open_pairs for claim in (pair.earlier, pair.claim)}
    return clusters.gather(claims.values(), by=by)


def _lock_undecided(pair: PossibleDuplicate) -> PossibleDuplicate:
    locked_pairs = PossibleDuplicate.objects.select_for_update(of=("self",)).select_related(
        "claim", "earlier"
    )
    pair = locked_pairs.get(pk=pair.pk)
    if pair.dismissed_at:
        raise NotPossible(
            _("According to %(who)s, these are different claims.") % {"who": pair.dismissed_by_name}
        )
    return pair

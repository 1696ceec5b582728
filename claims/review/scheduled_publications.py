"""Schedule, reschedule or cancel the publication of verdicts, and end schedules that no longer apply.

The worker publishes due verdicts (`claims.review.due_publications`).
"""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from claims.models import Claim, ScheduledPublication, Verdict
from claims.models.scheduled_publication import MAX_LEAD_TIME
from claims.newsroom.notifications import NotificationKind, notify_people
from claims.newsroom.people import get_display_name
from claims.newsroom.refusals import NotPossible, TooEarly
from claims.newsroom.roles import require_permission
from claims.review.moves import VERDICT_MOVES
from factcheck.database import clock

Outcome = ScheduledPublication.Outcome


@transaction.atomic
def schedule(
    verdict: Verdict, publish_at: datetime, *, by: User, replaced_id: int | None = None
) -> ScheduledPublication:
    """Schedule publication of the verdict, replacing any other schedule.

    Args:
        replaced_id: the schedule that the person saw and is replacing.

    Raises:
        NotPossible: the verdict is not ready, the time is not in the future, or another person has changed the
            schedule first.
        NotAllowed: the person may not publish the verdict.
    """
    require_permission(by, "claims.publish_verdict", _("publish verdicts"))
    verdict = _lock_verdict(verdict)
    move = VERDICT_MOVES.get((verdict.state, "publish"))
    if move is None:
        raise NotPossible(_("Only a verdict in review can be scheduled."))
    if move.check:
        try:
            move.check(verdict, by)
        except TooEarly as refusal:
            if publish_at < refusal.until:
                raise
    now = clock.get_database_time()
    if not now < publish_at <= now + MAX_LEAD_TIME:
        raise NotPossible(_("Choose a time in the future, within a year."))
    _end(verdict, replaced_id, Outcome.MOVED, by)
    return ScheduledPublication.objects.create(
        verdict=verdict, publish_at=publish_at, made_by=by, made_by_name=get_display_name(by)
    )


@transaction.atomic
def cancel(verdict: Verdict, *, by: User, expected_id: int) -> None:
    """Cancel the schedule that the person saw. Raises the errors of `schedule`."""
    require_permission(by, "claims.publish_verdict", _("publish verdicts"))
    _end(_lock_verdict(verdict), expected_id, Outcome.CANCELLED, by)


def end_obsolete_schedule(verdict: Verdict, action: str, label: str, *, by: User) -> None:
    """End the schedule of a verdict that leaves review early. The move calls this while it holds the lock.

    The scheduling person is notified, unless the verdict is already public.
    """
    open_schedule = (
        ScheduledPublication.objects.open().filter(verdict=verdict).select_related("made_by").first()
    )
    if open_schedule is None:
        return
    _close(open_schedule, Outcome.OVERTAKEN, reason=label, by=by)
    if action != "publish":
        _notify(verdict, open_schedule, note=label, by=by)


def record_published(planned_publication: ScheduledPublication) -> None:
    """Record that the verdict was published, in the same transaction."""
    _close(planned_publication, Outcome.PUBLISHED, reason="", by=None)


def record_refused(planned_publication: ScheduledPublication, reason: str) -> None:
    """Record that the verdict could not be published on time, and notify the people concerned."""
    _close(planned_publication, Outcome.REFUSED, reason=reason, by=None)
    _notify(planned_publication.verdict, planned_publication, note=reason, by=None)


def _notify(
    verdict: Verdict, planned_publication: ScheduledPublication, *, note: str, by: User | None
) -> None:
    people = [person for person in (planned_publication.made_by, verdict.author) if person]
    notify_people(
        NotificationKind.NOT_PUBLISHED, claim=verdict.claim, to=people, by=by, verdict=verdict, note=note
    )


def _close(planned_publication: ScheduledPublication, outcome: str, *, reason: str, by: User | None) -> None:
    ScheduledPublication.objects.open().filter(pk=planned_publication.pk).update(
        outcome=outcome,
        reason=reason,
        ended_at=clock.get_database_time(),
        ended_by_name=get_display_name(by) if by else "",
    )


def _end(verdict: Verdict, expected_id: int | None, outcome: str, by: User) -> None:
    """End a verdict's open schedule. Raise NotPossible unless its id is `expected_id` (None for no schedule)."""
    open_schedule = ScheduledPublication.objects.open().filter(verdict=verdict).first()
    if (open_schedule.pk if open_schedule else None) != expected_id:
        last_schedule = ScheduledPublication.objects.filter(verdict=verdict).first()
        actor_name = last_schedule.ended_by_name or last_schedule.made_by_name if last_schedule else ""
        raise NotPossible(
            _(
                "%(who)s has just changed the schedule, so your change was not saved. Reload the page and check."
            )
            % {"who": actor_name or _("another user")}
        )
    if open_schedule:
        _close(open_schedule, outcome, reason="", by=by)


def _lock_verdict(verdict: Verdict) -> Verdict:
    """Return the verdict, reloaded under lock, after locking its claim."""
    Claim.objects.select_for_update().filter(pk=verdict.claim_id).first()
    locked_verdict = (
        Verdict.objects.select_for_update(of=("self",)).select_related("claim").filter(pk=verdict.pk).first()
    )
    if locked_verdict is None:
        raise NotPossible(_("The draft has been deleted in the meantime."))
    return locked_verdict

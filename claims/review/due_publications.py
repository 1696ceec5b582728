"""Publish due verdicts once a minute, in the worker, with the permissions of the person who scheduled them."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from claims.models import Claim, ScheduledPublication
from claims.newsroom.refusals import NotAllowed, NotPossible
from claims.review import scheduled_publications, workflow
from factcheck.database.deferred_jobs import periodic_task
from factcheck.database.rules import describe_refusal
from factcheck.installation.messages import activate_newsroom_language


@periodic_task("* * * * *", name="claims.review.publish_due", queue="publications")
def publish_due(timestamp: int) -> None:
    """Publish all due verdicts. If a verdict can no longer be published, end its schedule with the reason."""
    for pk in list(ScheduledPublication.objects.due().values_list("pk", flat=True)):
        publish(pk)


def publish(pk: int) -> None:
    """Carry out one scheduled publication. If several workers try at the same time, only one succeeds."""
    try:
        _publish(pk)
    except (NotPossible, NotAllowed) as refusal:
        _record_refusal(pk, str(refusal))
    except IntegrityError as refusal:
        _record_refusal(pk, describe_refusal(refusal))


@transaction.atomic
def _publish(pk: int) -> None:
    planned_publication = _lock_due(pk)
    if planned_publication is None:
        return
    scheduled_publications.record_published(planned_publication)
    with activate_newsroom_language():
        note = _("As scheduled by %(who)s.") % {"who": planned_publication.made_by_name}
    workflow.move(planned_publication.verdict, "publish", by=planned_publication.made_by, note=note)


@transaction.atomic
def _record_refusal(pk: int, reason: str) -> None:
    planned_publication = _lock_due(pk)
    if planned_publication:
        scheduled_publications.record_refused(planned_publication, reason)


def _lock_due(pk: int) -> ScheduledPublication | None:
    """Return a due publication with its claim locked; None if it has ended in the meantime.

    Like every writer, this locks claims first, so no two writers deadlock.
    """
    due_publications = ScheduledPublication.objects.due().filter(pk=pk)
    claims = Claim.objects.filter(pk__in=due_publications.values("verdict__claim_id"))
    claims.select_for_update().first()
    return due_publications.select_related("verdict__claim", "verdict__author", "made_by").first()

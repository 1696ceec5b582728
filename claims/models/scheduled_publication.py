from datetime import timedelta
from typing import Self

import pgtrigger
from django.contrib.auth.models import User
from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from claims.models.visibility import filter_readable
from factcheck.database.model_fields import PersonField
from factcheck.database.rules import Rule, build_append_only_rules

#: The maximum time ahead. In later dates, the year is a typing error.
MAX_LEAD_TIME = timedelta(days=366)

#: SQL condition that an update only ends an open schedule, and leaves its other columns unchanged.
_IS_ENDED_SQL = """
    OLD.outcome = '' AND NEW.outcome <> ''
    AND (NEW.id, NEW.verdict_id, NEW.publish_at, NEW.made_by_id, NEW.made_by_name, NEW.made_at)
      = (OLD.id, OLD.verdict_id, OLD.publish_at, OLD.made_by_id, OLD.made_by_name, OLD.made_at)
"""


class ScheduledPublicationQuerySet(models.QuerySet["ScheduledPublication"]):
    def readable_by(self, person: User) -> Self:
        """Return the schedules that this person may read."""
        return filter_readable(self, person, own_or_published=Q(verdict__author=person))

    def open(self) -> Self:
        """Return schedules that are pending."""
        return self.filter(outcome="")

    def due(self) -> Self:
        """Return schedules that are due by the database's clock; most overdue first."""
        return self.open().filter(publish_at__lte=Now()).order_by("publish_at", "pk")


class ScheduledPublication(models.Model):
    """A verdict in review that is scheduled for publication (an embargo), and the outcome.

    Rows are kept, and a rescheduled publication is a new row. Publication is not guaranteed: at the scheduled time,
    all checks run as if a person pressed the button.
    """

    class Outcome(models.TextChoices):
        PUBLISHED = "published", _("Published")
        CANCELLED = "cancelled", _("Cancelled")
        MOVED = "moved", _("Rescheduled")
        OVERTAKEN = "overtaken", _("No longer needed")
        REFUSED = "refused", _("Not published")

    verdict = models.ForeignKey(
        "claims.Verdict", models.PROTECT, related_name="scheduled_publications", verbose_name=_("verdict")
    )
    publish_at = models.DateTimeField(_("publish at"))
    made_by = PersonField(_("scheduled by"))
    made_by_name = models.CharField(max_length=200, help_text=_("The name of the person at that time."))
    made_at = models.DateTimeField(_("scheduled"), db_default=Now())
    #: The outcome; empty while pending.
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    ended_at = models.DateTimeField(null=True)
    #: The name, at that time, of the person who ended the schedule; empty for the worker.
    ended_by_name = models.CharField(max_length=200, blank=True)

    objects = ScheduledPublicationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        default_permissions = ()
        verbose_name = _("scheduled publication")
        verbose_name_plural = _("scheduled publications")
        constraints = [
            UniqueConstraint(
                name="scheduledpublication_one_open_per_verdict",
                fields=["verdict"],
                condition=Q(outcome=""),
                violation_error_message=_("This publication is already scheduled."),
            ),
            CheckConstraint(
                name="scheduledpublication_outcome_is_known",
                condition=Q(outcome__in=["", "published", "cancelled", "moved", "overtaken", "refused"]),
            ),
            CheckConstraint(
                name="scheduledpublication_ends_once",
                condition=Q(outcome="", ended_at__isnull=True) | ~Q(outcome="") & Q(ended_at__isnull=False),
            ),
            CheckConstraint(
                name="scheduledpublication_refused_with_a_reason",
                condition=~Q(outcome__in=["refused", "overtaken"]) | ~Q(reason=""),
            ),
        ]
        indexes = [
            # The worker's query, once a minute.
            Index(
                name="scheduledpublication_to_come",
                fields=["publish_at"],
                condition=Q(outcome=""),
                include=["verdict"],
            ),
        ]
        triggers = [
            *build_append_only_rules(
                "scheduledpublication",
                "A scheduled publication cannot be deleted: cancel or reschedule it.",
                allowed_update=_IS_ENDED_SQL,
            ),
            Rule(
                name="scheduledpublication_begins",
                operation=pgtrigger.Insert,
                func=f"""
                    NEW.made_at := clock_timestamp();
                    IF NEW.outcome <> '' OR NEW.publish_at <= NEW.made_at
                        OR NEW.publish_at > NEW.made_at + interval '{MAX_LEAD_TIME.days} days'
                    THEN
                        REJECT 'The time of a scheduled publication must be in the future, within a year.'
                            AS scheduledpublication_lies_ahead;
                    END IF;
                    -- Locked, so that it cannot leave review in the meantime.
                    PERFORM FROM public.claims_verdict
                    WHERE id = NEW.verdict_id AND state = 'in_review' FOR NO KEY UPDATE;
                    IF NOT FOUND THEN
                        REJECT 'Only the publication of a verdict in review can be scheduled.'
                            AS scheduledpublication_is_of_a_review;
                    END IF;
                    RETURN NEW;
                """,
            ),
            Rule(
                name="scheduledpublication_ends",
                operation=pgtrigger.Update,
                func="""
                    -- The database sets the time, not the person who ends it.
                    NEW.ended_at := clock_timestamp();
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verdict_id}: {self.publish_at}"

from datetime import date
from typing import Self

import pgtrigger
from django.contrib.auth.models import User
from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from claims.models.claim import Claim
from claims.models.verdict import Verdict
from claims.models.visibility import READ_DRAFTS
from factcheck.database import bounds
from factcheck.database.desk_words import build_words_index
from factcheck.database.model_fields import PersonField
from factcheck.database.row_history import keep_history
from factcheck.database.rules import Rule


class Priority(models.IntegerChoices):
    """The priority of work, in sort order."""

    LOW = 0, _("Low")
    NORMAL = 1, _("Normal")
    HIGH = 2, _("High")
    URGENT = 3, _("Urgent")


#: Earliest due date first, and among those of the same day the highest priority first.
URGENCY_ORDERING = (F("due_on").asc(nulls_last=True), F("priority").desc(), F("pk").asc())


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def readable_by(self, person: User) -> Self:
        """Return the assignments that this person may see. Only people who may read drafts see assignees."""
        return self if person.has_perm(READ_DRAFTS) else self.none()

    def open(self) -> Self:
        """Return the assignments whose work is unfinished."""
        return self.filter(done_at=None)

    def held(self) -> Self:
        """Return the unfinished assignments whose assignee is an active user."""
        return self.filter(done_at=None, person__is_active=True)

    def overdue(self, today: date) -> Self:
        """Return assignments whose due date has passed."""
        return self.filter(done_at=None, due_on__lt=today)


# The history leaves out reminders, which are not changes by people.
@keep_history(exclude=["due_soon_notified_for", "overdue_notified_for"])
class Assignment(models.Model):
    """The assignment of a claim or verdict: assignee, due date, priority, and when it was last assigned.

    Each claim or verdict has at most one row. Earlier states are kept in the history. Assigning leaves the claim as is.
    """

    claim = models.ForeignKey(
        Claim, models.CASCADE, related_name="assignments", db_index=False, verbose_name=_("claim")
    )
    #: The assigned verdict; NULL if the claim itself is assigned.
    verdict = models.OneToOneField(
        Verdict, models.CASCADE, null=True, related_name="assignment", verbose_name=_("verdict")
    )
    #: The assignee; NULL if unassigned. An unassigned row can still have a due date or a priority.
    person = PersonField(_("assigned to"), null=True, db_index=False, related_name="assignments")
    #: When the current assignee was set or removed. The database sets this value.
    since = models.DateTimeField(_("since"), db_default=Now(), editable=False)
    due_on = models.DateField(_("due"), null=True, blank=True, validators=[bounds.validate_plausible_day])
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority, default=Priority.NORMAL)
    #: The person who last changed the assignment; NULL if a rule did.
    by = PersonField(_("done by"), null=True)
    by_name = models.CharField(
        _("done by"), max_length=250, help_text=_("The name of the person, or of the rule, at that time.")
    )
    note = models.TextField(_("note"), max_length=2000, blank=True)
    #: When the work ended, because the subject was published, declined or merged. It can be reopened.
    done_at = models.DateTimeField(_("done"), null=True, editable=False)
    #: The due dates about which the assignee was notified: as due soon, and as overdue.
    due_soon_notified_for = models.DateField(null=True, editable=False)
    overdue_notified_for = models.DateField(null=True, editable=False)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        default_permissions = ("view",)
        permissions = [
            ("take_work", _("Can take on work, hand over their own work and set due dates")),
            ("assign_work", _("Can assign work to anyone")),
        ]
        constraints = [
            UniqueConstraint(
                name="assignment_one_per_claim", fields=["claim"], condition=Q(verdict__isnull=True)
            ),
            CheckConstraint(name="assignment_priority_is_known", condition=Q(priority__in=Priority.values)),
            CheckConstraint(name="assignment_says_by_whom", condition=~Q(by_name="")),
            bounds.build_plausible_days_constraint("assignment_day_is_in_sight", "due_on"),
            bounds.build_length_constraint("assignment_note_fits", "note", 2000),
        ]
        indexes = [
            # All assignments of a claim, including those of its verdicts.
            Index(name="assignment_of_claim", fields=["claim"]),
            # For the search field of the desk's list of assignments.
            build_words_index("assignment_desk_words", "note"),
            # A person's work for the dashboard, and the amount of work of each person in a role.
            Index(
                name="assignment_open_of_person",
                fields=["person", "due_on"],
                condition=Q(done_at__isnull=True),
            ),
            # Overdue work and the work due in a month, for all assignees: used by the calendar and the
            # worker's notifications.
            Index(
                name="assignment_open_by_day",
                fields=["due_on"],
                condition=Q(done_at__isnull=True, due_on__isnull=False),
            ),
        ]
        triggers = [
            Rule(
                name="assignment_is_to_somebody_here",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("person_id"),
                condition=pgtrigger.Condition("NEW.person_id IS NOT NULL"),
                func="""
                    -- Nobody leaves while work is given to them.
                    PERFORM FROM public.auth_user WHERE id = NEW.person_id AND is_active FOR SHARE;
                    IF NOT FOUND THEN
                        REJECT 'Work can be assigned only to active users.';
                    END IF;
                    RETURN NEW;
                """,
            ),
            Rule(
                name="assignment_is_of_the_verdicts_claim",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("claim_id", "verdict_id"),
                func="""
                    IF TG_OP = 'UPDATE' AND (NEW.claim_id, NEW.verdict_id) IS DISTINCT FROM
                        (OLD.claim_id, OLD.verdict_id)
                    THEN
                        REJECT 'The subject of an assignment cannot be changed.';
                    END IF;
                    IF NEW.verdict_id IS NOT NULL AND NOT EXISTS (
                        SELECT FROM public.claims_verdict WHERE id = NEW.verdict_id AND claim_id = NEW.claim_id
                    ) THEN
                        REJECT 'The verdict is on another claim.';
                    END IF;
                    RETURN NEW;
                """,
            ),
            Rule(
                name="assignment_is_dated_by_the_database",
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF TG_OP = 'INSERT' OR NEW.person_id IS DISTINCT FROM OLD.person_id THEN
                        NEW.since := statement_timestamp();
                    ELSE
                        NEW.since := OLD.since;
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.claim}: {self.person or _('unassigned')}"

from datetime import date, datetime
from typing import NamedTuple, Self

import pgtrigger
from django.db import models
from django.db.models import Aggregate, CheckConstraint, Count, F, FloatField, Index, Q
from django.utils.translation import gettext_lazy as _

from claims.features.complaints.models.request_state import (
    MAX_READER_ANSWER_LENGTH,
    MAX_READER_TEXT_LENGTH,
    ReaderMessage,
    ReaderMessageQuerySet,
    build_reader_rules,
    build_shared_constraints,
)
from factcheck.database.desk_words import build_words_index
from factcheck.database.model_fields import PersonField
from factcheck.database.rules import Rule

#: The allowed transitions of a complaint. An answered one stays answered; the reader can complain again.
COMPLAINT_STEPS = (
    ("new", "confirmed"),
    ("new", "spam"),
    ("spam", "new"),
    ("confirmed", "in_progress"),
    ("in_progress", "confirmed"),
    ("confirmed", "answered"),
    ("in_progress", "answered"),
    ("confirmed", "rejected"),
    ("in_progress", "rejected"),
    ("confirmed", "withdrawn"),
    ("in_progress", "withdrawn"),
)


class _MedianAggregate(Aggregate):
    """The median as an SQL aggregate; for an even number of values, the mean of the two middle ones."""

    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


class ComplaintFigures(NamedTuple):
    """Figures on the complaints confirmed in a period."""

    received: int
    answered: int
    #: The median working days until the complaints of the period were answered or rejected; None if there were none.
    median_working_days: float | None
    #: How many of these were closed within the promised working days.
    in_time: int
    corrected: int
    clarified: int
    unchanged: int
    rejected: int
    withdrawn: int
    #: How many were still open at the end of the period.
    waiting: int


class ComplaintQuerySet(ReaderMessageQuerySet["Complaint"]):
    decide_permission = "complaints.answer_complaint"

    def waiting(self) -> Self:
        """Return complaints that are waiting for an answer."""
        return self.filter(state__in=[Complaint.State.CONFIRMED, Complaint.State.IN_PROGRESS])

    def overdue(self, today: date) -> Self:
        """Return complaints past their deadline."""
        return self.waiting().filter(due_on__lt=today)

    def figures(self, start: datetime, end: datetime) -> ComplaintFigures:
        """Return the figures from `start` (included) to `end` (excluded), without data about readers."""
        is_closed = Q(closed_at__gte=start, closed_at__lt=end)
        ended_condition = is_closed & Q(state__in=[Complaint.State.ANSWERED, Complaint.State.REJECTED])
        answered_condition = is_closed & Q(state=Complaint.State.ANSWERED)
        outcome = Complaint.Outcome
        counts = self.confirmed().aggregate(
            received=Count("pk", filter=Q(confirmed_at__gte=start, confirmed_at__lt=end)),
            answered=Count("pk", filter=answered_condition),
            median_working_days=_MedianAggregate("working_days", filter=ended_condition),
            in_time=Count("pk", filter=ended_condition & Q(working_days__lte=F("promised_days"))),
            corrected=Count("pk", filter=answered_condition & Q(outcome=outcome.CORRECTED)),
            clarified=Count("pk", filter=answered_condition & Q(outcome=outcome.CLARIFIED)),
            unchanged=Count("pk", filter=answered_condition & Q(outcome=outcome.NO_CHANGE)),
            rejected=Count("pk", filter=is_closed & Q(state=Complaint.State.REJECTED)),
            withdrawn=Count("pk", filter=is_closed & Q(state=Complaint.State.WITHDRAWN)),
            waiting=Count(
                "pk", filter=Q(confirmed_at__lt=end) & (Q(closed_at__isnull=True) | Q(closed_at__gte=end))
            ),
        )
        return ComplaintFigures(**counts)


class Complaint(ReaderMessage):
    """A reader's complaint about a published claim, and its outcome."""

    class Kind(models.TextChoices):
        ERROR_OF_FACT = "error_of_fact", _("Factual error")
        MISSING_REPLY = "missing_reply", _("Missing reply")
        QUOTE_OR_PRIVACY = "quote_or_privacy", _("Quote or privacy")
        OTHER = "other", _("Something else")

    class State(models.TextChoices):
        NEW = "new", _("Not confirmed")
        CONFIRMED = "confirmed", _("Waiting")
        IN_PROGRESS = "in_progress", _("In progress")
        ANSWERED = "answered", _("Answered")
        REJECTED = "rejected", _("Rejected")
        SPAM = "spam", _("Spam")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Outcome(models.TextChoices):
        CORRECTED = "corrected", _("Corrected")
        CLARIFIED = "clarified", _("Clarified")
        NO_CHANGE = "no_change", _("No change")

    claim = models.ForeignKey(
        "claims.Claim", models.PROTECT, related_name="complaints", verbose_name=_("claim")
    )
    version = models.PositiveIntegerField(_("version"), editable=False)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    text = models.TextField(_("reader’s text"), max_length=MAX_READER_TEXT_LENGTH)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.NEW, editable=False)
    assigned_to = PersonField(_("assigned to"), null=True, blank=True)
    due_on = models.DateField(_("answer due"), null=True, editable=False)
    #: The number of working days promised at confirmation.
    promised_days = models.PositiveSmallIntegerField(null=True, editable=False)
    #: The number of working days taken, by the calendar at that time.
    working_days = models.PositiveSmallIntegerField(_("working days"), null=True, editable=False)
    overdue_told_at = models.DateTimeField(null=True, editable=False)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True, editable=False)
    reason = models.TextField(_("reason"), max_length=MAX_READER_ANSWER_LENGTH, blank=True, editable=False)
    #: The draft that was started because of the complaint.
    correction = models.ForeignKey(
        "claims.Verdict",
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="complaints",
        verbose_name=_("draft correction"),
    )
    #: The publication that followed from the complaint, for its line in the corrections log.
    entry = models.ForeignKey(
        "claims.Publication",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="complaints",
        verbose_name=_("published correction"),
    )

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("complaint")
        verbose_name_plural = _("complaints")
        default_permissions = ("view",)
        permissions = [("answer_complaint", _("Can work on complaints and answer them"))]
        constraints = [
            *build_shared_constraints("complaint"),
            CheckConstraint(
                name="complaint_says_something",
                condition=Q(text__regex=r"\S") | Q(erased_at__isnull=False),
                violation_error_message=_("Describe what is wrong."),
            ),
            CheckConstraint(
                name="complaint_kind_is_known",
                condition=Q(kind__in=["error_of_fact", "missing_reply", "quote_or_privacy", "other"]),
            ),
            CheckConstraint(
                name="complaint_state_is_known",
                condition=Q(
                    state__in=[
                        *("new", "confirmed", "in_progress", "answered", "rejected", "spam", "withdrawn")
                    ]
                ),
            ),
            CheckConstraint(
                name="complaint_outcome_is_known",
                condition=Q(outcome__in=["", "corrected", "clarified", "no_change"]),
            ),
            CheckConstraint(
                name="complaint_at_the_desk_has_a_day",
                condition=Q(state__in=["new", "spam"]) | Q(due_on__isnull=False, promised_days__isnull=False),
            ),
            CheckConstraint(
                name="complaint_answered_says_what_came_of_it",
                condition=~Q(state="answered") | ~Q(outcome="") & Q(answer__regex=r"\S"),
                violation_error_message=_("Enter the outcome and an answer."),
            ),
            CheckConstraint(
                name="complaint_no_change_has_a_reason",
                condition=~Q(outcome="no_change") & ~Q(state="rejected") | Q(reason__regex=r"\S"),
                violation_error_message=_("Explain why nothing is changed."),
            ),
            CheckConstraint(
                name="complaint_corrected_names_what_was_published",
                condition=~Q(outcome="corrected") | Q(entry__isnull=False),
                violation_error_message=_("Publish the correction first: the answer links to it."),
            ),
            CheckConstraint(
                name="complaint_entry_goes_with_its_outcome",
                condition=Q(entry__isnull=True) | Q(outcome__in=["corrected", "clarified"]),
            ),
            CheckConstraint(
                name="complaint_closed_tells_how_long_it_took",
                condition=~Q(state__in=["answered", "rejected"]) | Q(working_days__isnull=False),
            ),
        ]
        indexes = [
            # The queue of the desk, most urgent first.
            Index(
                name="complaint_waiting",
                fields=["due_on", "id"],
                condition=Q(state__in=["confirmed", "in_progress"]),
            ),
            # Held and unconfirmed complaints, by age.
            Index(
                name="complaint_not_at_the_desk",
                fields=["received_at"],
                condition=Q(state__in=["new", "spam"]),
            ),
            # Complaints that wait for the publication of a correction; queried at every publication.
            Index(
                name="complaint_being_corrected",
                fields=["correction"],
                condition=Q(entry=None, correction__isnull=False),
            ),
            # How long complaints took in a period.
            Index(name="complaint_by_end", fields=["closed_at"], condition=Q(closed_at__isnull=False)),
            Index(
                name="complaint_by_confirmation",
                fields=["confirmed_at"],
                condition=Q(confirmed_at__isnull=False),
            ),
            # Complaints with the same words.
            Index(name="complaint_by_words", fields=["words_sha256"]),
            build_words_index("complaint_desk_words", "text"),
        ]
        triggers = [
            *build_reader_rules(
                "complaint",
                "complaint",
                COMPLAINT_STEPS,
                closed_states=["answered", "rejected", "withdrawn", "spam"],
                fixed_columns=["claim_id", "version", "kind", "language", "received_at"],
                text_columns=["text"],
                has_assignee=True,
            ),
            Rule(
                name="complaint_is_about_a_publication",
                operation=pgtrigger.Insert,
                func="""
                    IF NOT EXISTS (
                        SELECT FROM public.claims_publication
                        WHERE claim_id = NEW.claim_id AND version = NEW.version
                    ) THEN
                        REJECT 'A complaint must be about a published version.';
                    END IF;
                    RETURN NEW;
                """,
            ),
            Rule(
                name="complaint_entry_came_of_it",
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=pgtrigger.Condition("NEW.entry_id IS NOT NULL"),
                func="""
                    IF NOT EXISTS (
                        SELECT FROM public.claims_publication AS entry
                        JOIN public.claims_claim AS claim ON claim.id = NEW.claim_id
                        WHERE entry.id = NEW.entry_id AND entry.claim_id IN (claim.id, claim.merged_into_id)
                            AND entry.version > 1 AND entry.published_at >= NEW.received_at
                    ) THEN
                        REJECT 'The correction linked to a complaint must be of the same claim, and later than
                            the complaint.';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}: {self.get_kind_display()}"

    @property
    def is_waiting(self) -> bool:
        return self.state in (self.State.CONFIRMED, self.State.IN_PROGRESS)

from typing import Self

from django.contrib.auth.models import User
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.db.models.functions import MD5, Now
from django.utils.translation import gettext_lazy as _

from claims.models.anchored import (
    Anchored,
    build_quote_length_constraint,
    build_span_constraint,
    build_span_rule,
)
from claims.models.claim import Claim
from claims.models.visibility import filter_readable
from factcheck.database.desk_words import build_words_index
from factcheck.database.row_history import keep_history


class RepeatQuerySet(models.QuerySet["Repeat"]):
    def open(self) -> Self:
        """Return undecided repeats."""
        return self.filter(outcome="")

    def not_rejected(self) -> Self:
        """Return repeats that were not rejected."""
        return self.exclude(outcome="rejected")

    def readable_by(self, person: User) -> Self:
        """Return repeats of claims that this person may read."""
        return filter_readable(self, person, own_or_published=Q(claim__in=Claim.objects.readable_by(person)))


@keep_history()
class Repeat(Anchored):
    """A place where a checked claim was repeated. An editor's confirmation turns the repeat into an appearance."""

    class Origin(models.TextChoices):
        ARTICLE = "article", _("An imported article")
        READER = "reader", _("A text that a reader checked")

    class Outcome(models.TextChoices):
        CONFIRMED = "confirmed", _("Confirmed")
        REJECTED = "rejected", _("Not a repeat")

    claim = models.ForeignKey(
        "claims.Claim",
        models.CASCADE,
        db_index=False,
        related_name="repeats",
        verbose_name=_("checked claim"),
    )
    #: NULL until the source of a reader's text is known.
    source = models.ForeignKey(
        "sources.Source",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("source"),
        help_text=_(
            "The source that contains the words. When confirmed, it becomes an appearance of the claim."
        ),
    )
    #: The claim proposed from the same words when the article was imported. Confirming the repeat merges it.
    proposal = models.ForeignKey(
        "claims.Claim",
        models.SET_NULL,
        null=True,
        related_name="checked_before",
        verbose_name=_("proposal"),
    )
    origin = models.CharField(_("found in"), max_length=20, choices=Origin, editable=False)
    confidence = models.FloatField(_("confidence"), editable=False)
    reasons = ArrayField(models.CharField(max_length=500), default=list, verbose_name=_("reasons"))
    #: The number of times that the same words were found, and the last time.
    times = models.PositiveIntegerField(_("number of times"), default=1, editable=False)
    first_seen_at = models.DateTimeField(_("first seen"), db_default=Now(), editable=False)
    last_seen_at = models.DateTimeField(_("last seen"), db_default=Now(), editable=False)
    outcome = models.CharField(_("decision"), max_length=20, choices=Outcome, blank=True, editable=False)
    decided_at = models.DateTimeField(_("decided"), null=True, editable=False)
    decided_by_name = models.CharField(_("done by"), max_length=200, blank=True, editable=False)

    objects = RepeatQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("repeat of a checked claim")
        verbose_name_plural = _("repeats of checked claims")
        default_permissions = ("view", "change")
        constraints = [
            build_span_constraint("repeat_span_is_whole"),
            build_quote_length_constraint("repeat_quote_fits"),
            CheckConstraint(name="repeat_has_words", condition=~Q(exact="")),
            CheckConstraint(name="repeat_origin_is_known", condition=Q(origin__in=["article", "reader"])),
            CheckConstraint(
                name="repeat_confidence_is_between_0_and_1", condition=Q(confidence__gte=0, confidence__lte=1)
            ),
            CheckConstraint(
                name="repeat_is_decided_by_somebody",
                condition=Q(outcome="", decided_at__isnull=True, decided_by_name="")
                | Q(outcome__in=["confirmed", "rejected"], decided_at__isnull=False) & ~Q(decided_by_name=""),
            ),
            UniqueConstraint(
                "claim", "source", MD5("exact"), name="repeat_is_noted_once", nulls_distinct=False
            ),
        ]
        indexes = [
            # The queue at the desk, latest first.
            Index(name="repeat_open", fields=["-last_seen_at"], condition=Q(outcome="")),
            # Searches of repeats.
            build_words_index("repeat_desk_words", "exact"),
        ]
        triggers = [build_span_rule("repeat_span_carries_quote")]

    def __str__(self) -> str:
        return f"“{self.exact[:60]}”"

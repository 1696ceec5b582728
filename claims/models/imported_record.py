"""Imported records and what became of them, and possible duplicates."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from claims.models.import_run import ImportRun


class PossibleDuplicateQuerySet(models.QuerySet["PossibleDuplicate"]):
    def open(self) -> Self:
        """Return undecided pairs."""
        return self.filter(dismissed_at__isnull=True).exclude(
            Q(claim__state="merged") | Q(earlier__state="merged")
        )


class ImportedRecord(models.Model):
    """An imported record: the digest of its content, and the resulting claim and verdict."""

    class Outcome(models.TextChoices):
        CREATED = "created", _("Created a claim or a verdict")
        UPDATED = "updated", _("Changed an existing record")
        AGREED = "agreed", _("Matched an existing record")
        MERGED = "merged", _("Merged into an existing record")

    run = models.ForeignKey(ImportRun, models.PROTECT, related_name="taken", verbose_name=_("import"))
    #: Of everything that the record says, once its values are settled: the same again changes nothing.
    digest = models.UUIDField()
    #: Of what stays the same when a publisher changes a review: its page and what was claimed. NULL without a page.
    key = models.UUIDField(null=True)
    #: Of the publisher and the file's own number; NULL where it has none.
    number_key = models.UUIDField(null=True)
    number = models.CharField(_("number in the file"), max_length=500, blank=True)
    claim = models.ForeignKey("claims.Claim", models.CASCADE, related_name="+", verbose_name=_("claim"))
    verdict = models.ForeignKey(
        "claims.Verdict", models.CASCADE, null=True, related_name="+", verbose_name=_("verdict")
    )
    outcome = models.CharField(max_length=10, choices=Outcome)
    made_claim = models.BooleanField(default=False)
    made_verdict = models.BooleanField(default=False)
    #: Whether something in it was not stored, because something else is stored there: it is reported each time.
    differs = models.BooleanField(default=False)
    #: As `Claim.updated_at` says it: a claim that changed later may not say any more what the record says.
    at = models.DateTimeField(_("imported on"))
    label = models.CharField(
        _("original rating"), max_length=200, blank=True, help_text=_("As it is in the record.")
    )
    file = models.CharField(_("file"), max_length=500)
    position = models.CharField(_("position"), max_length=200)

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        constraints = [
            CheckConstraint(
                name="importedrecord_outcome_is_known",
                condition=Q(outcome__in=["created", "updated", "agreed", "merged"]),
            ),
        ]
        indexes = [
            # Whether a record says what one that was taken said.
            Index(name="importedrecord_by_digest", fields=["digest"]),
            # Whether this review was taken before, in other words.
            Index(name="importedrecord_by_key", fields=["key"], condition=Q(key__isnull=False)),
            Index(
                name="importedrecord_by_number",
                fields=["number_key"],
                condition=Q(number_key__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file}, {self.position}"


class ImportedChange(models.Model):
    """A change that an import made to an existing claim, stored so that undoing restores the earlier state exactly."""

    run = models.ForeignKey(ImportRun, models.PROTECT, related_name="changes", verbose_name=_("import"))
    claim = models.ForeignKey("claims.Claim", models.CASCADE, related_name="+", verbose_name=_("claim"))
    #: Names of the claim's fields → what they held before and after.
    fields = models.JSONField(default=dict)
    #: Ids of the appearances and topics that it added.
    appearances = ArrayField(models.BigIntegerField(), default=list)
    topics = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        ordering = ["id"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"claim {self.claim_id} by {self.run}"


class PossibleDuplicate(models.Model):
    """Two claims that may be the same, so that a person decides.

    They say it in the same words, and it is not certain that the same person did (found by an import), or in words that
    amount to the same (found by `find_duplicates`).
    """

    claim = models.ForeignKey(
        "claims.Claim", models.CASCADE, db_index=False, related_name="+", verbose_name=_("claim")
    )
    #: The one that was there first.
    earlier = models.ForeignKey(
        "claims.Claim", models.CASCADE, related_name="+", verbose_name=_("earlier claim")
    )
    run = models.ForeignKey(ImportRun, models.SET_NULL, null=True, related_name="+", verbose_name=_("import"))
    #: What speaks for it, where it was not found by an import; NULL and nothing where it was.
    confidence = models.FloatField(_("confidence"), null=True, editable=False)
    reasons = ArrayField(models.CharField(max_length=500), default=list, verbose_name=_("reasons"))
    created_at = models.DateTimeField(_("found"), db_default=Now(), editable=False)
    dismissed_at = models.DateTimeField(_("found to be different"), null=True, editable=False)
    dismissed_by_name = models.CharField(_("by"), max_length=200, blank=True, editable=False)

    objects = PossibleDuplicateQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        default_permissions = ("view",)
        constraints = [
            UniqueConstraint(name="possibleduplicate_is_listed_once", fields=["claim", "earlier"]),
            CheckConstraint(name="possibleduplicate_is_of_another_claim", condition=~Q(claim=F("earlier"))),
            CheckConstraint(
                name="possibleduplicate_confidence_is_between_0_and_1",
                condition=Q(confidence__isnull=True) | Q(confidence__gte=0, confidence__lte=1),
            ),
            CheckConstraint(
                name="possibleduplicate_dismissed_by_somebody",
                condition=Q(dismissed_at__isnull=True, dismissed_by_name="")
                | Q(dismissed_at__isnull=False) & ~Q(dismissed_by_name=""),
            ),
        ]
        indexes = [
            # The queue on the desk: the oldest first.
            Index(name="possibleduplicate_open", fields=["id"], condition=Q(dismissed_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.claim_id} ~ {self.earlier_id}"

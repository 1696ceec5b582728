"""Places where claims were made, and the status of their quotes."""

from typing import Self

from django.contrib.auth.models import User
from django.db import models
from django.db.models import F, Q, UniqueConstraint
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from claims.models.anchored import (
    MAX_QUOTE_LENGTH,
    Anchored,
    build_quote_length_constraint,
    build_span_constraint,
    build_span_rule,
)
from claims.models.claim import Claim
from claims.models.visibility import filter_readable
from factcheck.database import bounds
from factcheck.database.desk_words import build_words_index
from factcheck.database.row_history import keep_history
from factcheck.database.rules import build_reserved_ids_rule


class AppearanceQuerySet(models.QuerySet["Appearance"]):
    def readable_by(self, person: User) -> Self:
        """Return the appearances that this person may read."""
        return filter_readable(self, person, own_or_published=Q(claim__in=Claim.objects.readable_by(person)))


@keep_history()
class Appearance(Anchored):
    """A place where a claim was made: the exact words in a source."""

    class Anchor(models.TextChoices):
        ANCHORED = "anchored", _("Found in the text")
        ORPHANED = "orphaned", _("Not located")
        UNANCHORED = "unanchored", _("No position")

    claim = models.ForeignKey(
        "claims.Claim", models.CASCADE, db_index=False, related_name="appearances", verbose_name=_("claim")
    )
    source = models.ForeignKey(
        "sources.Source", models.PROTECT, related_name="appearances", verbose_name=_("source")
    )
    anchor = models.CharField(
        _("place in the text"),
        max_length=20,
        choices=Anchor,
        default=Anchor.UNANCHORED,
        editable=False,
        help_text=_(
            "Not located: the latest version of the source no longer contains the quote at this place."
        ),
    )
    created_at = models.DateTimeField(_("added"), db_default=Now(), editable=False)

    objects = AppearanceQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("appearance")
        verbose_name_plural = _("appearances")
        constraints = [
            build_span_constraint("appearance_span_is_whole"),
            build_quote_length_constraint("appearance_quote_fits"),
            models.CheckConstraint(
                name="appearance_anchor_has_a_span",
                condition=Q(anchor="unanchored", start__isnull=True)
                | Q(anchor__in=["anchored", "orphaned"], start__isnull=False),
            ),
            UniqueConstraint(
                name="appearance_is_listed_once",
                fields=["claim", "source", "start"],
                nulls_distinct=False,
                violation_error_message=_("This appearance is already listed."),
            ),
        ]
        indexes = [
            # Substring searches of claims.
            build_words_index("appearance_desk_words", "exact"),
        ]
        triggers = [
            build_span_rule("appearance_span_carries_quote"),
            build_reserved_ids_rule("claims_appearance", history="claims_appearanceevent"),
        ]

    def __str__(self) -> str:
        return f"“{self.exact[:60]}”" if self.exact else str(self.source)


class QuoteStatus(models.Model):
    """The status of a quote in newer snapshots of its source.

    A publication never changes; it names the snapshot and span of each quote. These rows show readers whether the
    source still contains the words. A row describes a source and its texts, never the claims or verdicts that quote
    them. Only `claims.quotes.changed_sources` writes rows, when a snapshot is stored.
    """

    class Outcome(models.TextChoices):
        STANDS = "stands", _("Still in the source")
        CHANGED = "changed", _("Changed")
        GONE = "gone", _("No longer in the source")

    snapshot = models.ForeignKey("sources.Snapshot", models.PROTECT, db_index=False, related_name="+")
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    outcome = models.CharField(max_length=20, choices=Outcome)
    #: The newest snapshot that contained the words, and their position in it.
    last_found_in = models.ForeignKey("sources.Snapshot", models.PROTECT, related_name="+")
    found_start = models.PositiveIntegerField()
    found_end = models.PositiveIntegerField()
    #: The first later snapshot without the words.
    first_missing_in = models.ForeignKey("sources.Snapshot", models.PROTECT, related_name="+", null=True)
    #: The newest snapshot that was searched for the words.
    last_compared_in = models.ForeignKey("sources.Snapshot", models.PROTECT, related_name="+")
    #: The new wording, if the sentence itself was changed.
    wording = models.TextField(blank=True)
    #: The time of the last change; pages cached earlier are out of date.
    written_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ()
        constraints = [
            UniqueConstraint(name="quotestatus_is_unique", fields=["snapshot", "start", "end"]),
            models.CheckConstraint(
                name="quotestatus_spans_are_whole",
                condition=Q(end__gt=F("start"), found_end__gt=F("found_start")),
            ),
            models.CheckConstraint(
                name="quotestatus_outcome_is_known", condition=Q(outcome__in=["stands", "changed", "gone"])
            ),
            models.CheckConstraint(
                name="quotestatus_stands_or_is_lost",
                condition=Q(
                    outcome="stands", first_missing_in__isnull=True, last_found_in=F("last_compared_in")
                )
                | ~Q(outcome="stands") & Q(first_missing_in__isnull=False),
            ),
            models.CheckConstraint(
                name="quotestatus_changed_has_a_wording",
                condition=Q(outcome="changed") & ~Q(wording="") | ~Q(outcome="changed") & Q(wording=""),
            ),
            bounds.build_length_constraint("quotestatus_wording_fits", "wording", MAX_QUOTE_LENGTH),
        ]
        indexes = [
            # Find the newest time, which separates outdated cached pages from current ones.
            models.Index(name="quotestatus_newest", fields=["-written_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.outcome}: {self.start}–{self.end} of snapshot {self.snapshot_id}"

import pgtrigger
from django.db import models
from django.db.models import F, Q, UniqueConstraint
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from factcheck.history import keep_history
from factcheck.rules import Rule, refuse


def span_carries_quote(name: str) -> Rule:
    """The rule that the span of a snapshot reads exactly as the quote anchored to it.

    Offsets count code points from 0; `substr` counts from 1.
    """
    return Rule(
        name=name,
        operation=pgtrigger.Insert | pgtrigger.Update,
        condition=pgtrigger.Q(new__start__isnull=False),
        func=(
            # A span that is not even whole is left to the constraint below; substr() would fail on it.
            'IF NEW."end" >= NEW.start AND NOT EXISTS'
            " (SELECT 1 FROM sources_snapshot WHERE id = NEW.snapshot_id AND source_id = NEW.source_id"
            ' AND substr(text, NEW.start + 1, NEW."end" - NEW.start) = NEW.exact) THEN '
            + refuse("The words at these offsets of the snapshot are not the quoted ones.", name=name)
            + " END IF; RETURN NEW;"
        ),
    )


def span_is_whole(name: str) -> models.CheckConstraint:
    """The constraint that an anchor has a snapshot, a start and an end, or nothing of the three but the snapshot."""
    return models.CheckConstraint(
        name=name,
        condition=Q(start__isnull=True, end__isnull=True)
        | Q(snapshot__isnull=False, start__isnull=False, end__isnull=False, end__gt=F("start")),
    )


@keep_history()
class Appearance(models.Model):
    """A place where a claim was made: the exact words in a source, anchored to a snapshot of it.

    The anchor is that of the W3C Web Annotation data model: `exact`, `prefix` and `suffix` are its TextQuoteSelector,
    `start` and `end` its TextPositionSelector, counted in code points of `snapshot.text`.
    """

    class Anchor(models.TextChoices):
        ANCHORED = "anchored", _("Anchored")
        ORPHANED = "orphaned", _("Orphaned")
        UNANCHORED = "unanchored", _("Without anchor")

    claim = models.ForeignKey(
        "claims.Claim", models.CASCADE, related_name="appearances", verbose_name=_("claim")
    )
    source = models.ForeignKey(
        "sources.Source", models.PROTECT, related_name="appearances", verbose_name=_("source")
    )
    snapshot = models.ForeignKey(
        "sources.Snapshot",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("snapshot"),
    )
    exact = models.TextField(_("exact words"), blank=True)
    prefix = models.TextField(_("words before"), blank=True)
    suffix = models.TextField(_("words after"), blank=True)
    start = models.PositiveIntegerField(_("start"), null=True, blank=True)
    end = models.PositiveIntegerField(_("end"), null=True, blank=True)
    anchor = models.CharField(
        _("anchor"),
        max_length=20,
        choices=Anchor,
        default=Anchor.UNANCHORED,
        editable=False,
        help_text=_("Orphaned: the latest version of the source no longer carries the words in this place."),
    )
    created_at = models.DateTimeField(_("added"), db_default=Now(), editable=False)

    class Meta:
        ordering = ["id"]
        verbose_name = _("appearance")
        verbose_name_plural = _("appearances")
        constraints = [
            span_is_whole("appearance_span_is_whole"),
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
        triggers = [span_carries_quote("appearance_span_carries_quote")]

    def __str__(self) -> str:
        return f"“{self.exact[:60]}”" if self.exact else str(self.source)

from typing import Self

from django.contrib.auth.models import User
from django.db import models
from django.db.models import Q, UniqueConstraint
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from claims.models.anchored import Anchored, quote_fits, span_carries_quote, span_is_whole
from claims.models.claim import Claim
from claims.models.visibility import readable
from factcheck.database.desk_words import words_index
from factcheck.database.row_history import keep_history
from factcheck.database.rules import ids_are_reserved


class AppearanceQuerySet(models.QuerySet["Appearance"]):
    def readable_by(self, person: User) -> Self:
        """Return the appearances that this person may read."""
        return readable(self, person, own_or_published=Q(claim__in=Claim.objects.readable_by(person)))


@keep_history()
class Appearance(Anchored):
    """A place where a claim was made: the words in a source that make it."""

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
            span_is_whole("appearance_span_is_whole"),
            quote_fits("appearance_quote_fits"),
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
            words_index("appearance_desk_words", "exact"),
        ]
        triggers = [
            span_carries_quote("appearance_span_carries_quote"),
            ids_are_reserved("claims_appearance", history="claims_appearanceevent"),
        ]

    def __str__(self) -> str:
        return f"“{self.exact[:60]}”" if self.exact else str(self.source)

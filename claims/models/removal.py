from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from claims.models import removal_rules
from factcheck.database.rules import never_emptied


class Removal(models.Model):
    """Words that a law has removed from everything that is stored, everywhere and in all versions.

    One administrator proposes it; when another one confirms it, the database carries it out. Then the words are here
    neither, only what was done.
    """

    class Reason(models.TextChoices):
        COURT_ORDER = "court_order", _("Court order")
        DATA_PROTECTION = "data_protection", _("Data protection")
        SAFETY = "safety", _("Safety of a person")

    claim = models.ForeignKey(
        "claims.Claim", models.PROTECT, related_name="removals", verbose_name=_("claim")
    )
    reason = models.CharField(_("reason"), max_length=20, choices=Reason)
    note = models.TextField(
        _("public note"), blank=True, help_text=_("Published with the removal, where that is allowed.")
    )
    #: In every spelling in which they are stored, and what stands in their place.
    words = ArrayField(models.TextField(), default=list)
    stand_ins = ArrayField(models.TextField(), default=list)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    proposed_by_name = models.CharField(_("proposed by"), max_length=200)
    proposed_at = models.DateTimeField(_("proposed"), db_default=Now(), editable=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("confirmed by")
    )
    confirmed_by_name = models.CharField(_("confirmed by"), max_length=200, blank=True)
    confirmed_at = models.DateTimeField(_("carried out"), null=True, editable=False)
    #: The numbers of the ledger's entries that had them, and of the links of the review chain.
    entries = ArrayField(models.BigIntegerField(), null=True, editable=False)
    review_links = ArrayField(models.BigIntegerField(), null=True, editable=False)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("removal by law")
        verbose_name_plural = _("removals by law")
        default_permissions = ("view", "add", "delete")
        constraints = [
            CheckConstraint(
                name="removal_reason_is_known",
                condition=Q(reason__in=["court_order", "data_protection", "safety"]),
            ),
            CheckConstraint(
                name="removal_is_confirmed_by_somebody_else",
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False)
                & ~Q(confirmed_by=F("proposed_by")),
            ),
            CheckConstraint(
                name="removal_has_words_until_it_is_carried_out",
                condition=Q(confirmed_at__isnull=True) & ~Q(words=[])
                | Q(confirmed_at__isnull=False, words=[]),
            ),
        ]
        triggers = [
            removal_rules.IS_PROPOSED,
            removal_rules.IS_CONFIRMED_BY_ANOTHER,
            removal_rules.STAYS,
            removal_rules.IS_CARRIED_OUT,
            never_emptied("removal", "A removal that was carried out stays on record."),
        ]

    def __str__(self) -> str:
        return gettext("removal %(id)s") % {"id": self.pk}

from typing import Self

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class TriageTurnQuerySet(models.QuerySet["TriageTurn"]):
    def of_others(self, person: User) -> Self:
        """Return proposals that other people are viewing now."""
        return self.exclude(person=person).filter(until__gt=Now())


class TriageTurn(models.Model):
    """A proposal on a person's screen, so that two people in triage see different ones. It expires.

    It does not prevent decisions: the move itself refuses conflicting ones.
    """

    claim = models.OneToOneField(
        "claims.Claim",
        models.CASCADE,
        primary_key=True,
        related_name="triage_turn",
        verbose_name=_("claim"),
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person")
    )
    until = models.DateTimeField(_("until"))

    objects = TriageTurnQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        verbose_name = _("place in triage")
        verbose_name_plural = _("turns in triage")

    def __str__(self) -> str:
        return f"{self.claim_id}: {self.person_id}"

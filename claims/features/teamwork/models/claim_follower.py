from django.db import models
from django.db.models import UniqueConstraint
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from factcheck.database.model_fields import PersonField


class ClaimFollower(models.Model):
    """A person who follows a claim and is notified of its events."""

    claim = models.ForeignKey(
        "claims.Claim", models.CASCADE, related_name="follower_rows", db_index=False, verbose_name=_("claim")
    )
    person = PersonField(_("person"), models.CASCADE, related_name="followed_claims")
    since = models.DateTimeField(_("since"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("follower of a claim")
        verbose_name_plural = _("followers of claims")
        default_permissions = ()
        constraints = [UniqueConstraint(name="claimfollower_follows_once", fields=["claim", "person"])]

    def __str__(self) -> str:
        return f"{self.person}: {self.claim}"

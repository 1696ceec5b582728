from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from factcheck.database import bounds

#: The longest URL that a push service gives to a browser.
MAX_ENDPOINT_LENGTH = 1000
#: An uncompressed point on P-256, and 16 random bytes, in the browsers' encoding (base64url without padding).
P256DH_PATTERN, AUTH_PATTERN = r"^[A-Za-z0-9_-]{87}$", r"^[A-Za-z0-9_-]{22}$"


class PushSubscription(models.Model):
    """A browser that is notified when a claim is corrected. It has no history."""

    claim = models.ForeignKey("claims.Claim", models.CASCADE, related_name="+", db_index=False)
    endpoint = models.TextField()
    p256dh = models.CharField(max_length=87)
    auth = models.CharField(max_length=22)
    language = models.CharField(max_length=35)
    created_at = models.DateTimeField(db_default=Now())
    #: The number of the newest ledger entry that the reader knows.
    sequence = models.BigIntegerField()
    #: Since when the push service has rejected messages.
    failing_since = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("browser that follows a claim")
        verbose_name_plural = _("browsers that follow claims")
        default_permissions = ()
        constraints = [
            UniqueConstraint(name="pushsubscription_once_per_browser", fields=["claim", "endpoint"]),
            CheckConstraint(
                name="pushsubscription_keys_are_keys",
                condition=Q(p256dh__regex=P256DH_PATTERN, auth__regex=AUTH_PATTERN),
            ),
            bounds.build_length_constraint("pushsubscription_endpoint_fits", "endpoint", MAX_ENDPOINT_LENGTH),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"  # never the address: this text appears in logs and messages

from uuid import uuid4

import pgtrigger
from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from claims.features.complaints.models.contact_details import ADDRESS_PATTERN, MAX_MAIL_LENGTH
from factcheck.database import bounds
from factcheck.database.rules import Rule


class ClaimSubscription(models.Model):
    """A reader who receives mail when a claim is corrected. This is personal data, so it has no history."""

    claim = models.ForeignKey(
        "claims.Claim", models.CASCADE, related_name="+", db_index=False, verbose_name=_("claim")
    )
    mail = models.EmailField(_("email address"), max_length=MAX_MAIL_LENGTH)
    #: The same for all spellings of one mailbox.
    mailbox = models.CharField(max_length=MAX_MAIL_LENGTH)
    language = models.CharField(max_length=35)
    #: The secret part of the subscription page's URL is derived from this value and a key of this installation.
    seed = models.UUIDField(default=uuid4, unique=True)
    token_sha256 = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(db_default=Now())
    asked_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    #: The number of the newest ledger entry that the reader knows.
    sequence = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("subscription to a claim")
        verbose_name_plural = _("subscriptions to claims")
        default_permissions = ()
        constraints = [
            UniqueConstraint(name="claimsubscription_once_per_mailbox", fields=["claim", "mailbox"]),
            CheckConstraint(
                name="claimsubscription_mail_is_one_address", condition=Q(mail__regex=ADDRESS_PATTERN)
            ),
            bounds.build_length_constraint("claimsubscription_mail_fits", "mail", MAX_MAIL_LENGTH),
        ]
        indexes = [
            # Counts the emails to one mailbox; also used for export and deletion.
            Index(name="claimsubscription_by_mailbox", fields=["mailbox", "created_at"]),
        ]
        triggers = [
            Rule(
                name="claimsubscription_is_fixed",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("claim", "mail", "mailbox", "seed", "created_at"),
                func="REJECT 'A subscription is deleted, not changed.';",
            ),
            Rule(
                name="claimsubscription_is_confirmed_once",
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF TG_OP = 'INSERT' AND NEW.confirmed_at IS NOT NULL
                        OR TG_OP = 'UPDATE' AND OLD.confirmed_at IS NOT NULL
                        AND NEW.confirmed_at IS DISTINCT FROM OLD.confirmed_at
                    THEN
                        REJECT 'A subscription is confirmed once, by its reader.';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"  # never the address: this text appears in logs and messages

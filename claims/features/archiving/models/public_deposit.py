from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from claims.features.archiving.models.archived_copy import ArchivedCopy
from factcheck.database.model_fields import AddressField


class PublicDeposit(models.Model):
    """A page deposited at a public archive, with its URL at that archive."""

    copy = models.OneToOneField(
        ArchivedCopy, models.CASCADE, related_name="deposit", verbose_name=_("archived copy")
    )
    #: When to request the deposit or check its status; empty once it is done or abandoned.
    due_at = models.DateTimeField(null=True, blank=True, db_default=Now())
    held_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    #: The archive's id of the deposit job.
    job = models.CharField(max_length=200, blank=True)
    address = AddressField(_("address in the archive"), max_length=2000, blank=True)
    problem = models.TextField(_("error"), blank=True)

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        verbose_name = _("deposit")
        verbose_name_plural = _("deposits")
        indexes = [
            # The next deposits for the worker.
            models.Index(name="publicdeposit_due", fields=["due_at"], condition=Q(due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.address or self.job

from django.db import models
from django.db.models import F


class MailedCorrectionQuerySet(models.QuerySet["MailedCorrection"]):
    def increment_counts(self, publication_ids: list[int]) -> None:
        """Add one to the number of emails sent about each of these ledger entries."""
        self.bulk_create([self.model(publication_id=pk) for pk in publication_ids], ignore_conflicts=True)
        self.filter(publication__in=publication_ids).update(readers=F("readers") + 1)


class MailedCorrection(models.Model):
    """The number of readers who were sent an email about a correction. The row identifies no reader."""

    publication = models.OneToOneField(
        "claims.Publication", models.PROTECT, primary_key=True, related_name="+"
    )
    readers = models.PositiveIntegerField(default=0)

    objects = MailedCorrectionQuerySet.as_manager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.publication_id}: {self.readers}"

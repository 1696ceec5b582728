from django.db import models
from django.db.models import F


class MailedCorrectionQuerySet(models.QuerySet["MailedCorrection"]):
    def count_mail(self, publications: list[int]) -> None:
        """Count one more message for each of these entries."""
        self.bulk_create([self.model(publication_id=pk) for pk in publications], ignore_conflicts=True)
        self.filter(publication__in=publications).update(readers=F("readers") + 1)


class MailedCorrection(models.Model):
    """How many readers were sent a correction, without recording who."""

    publication = models.OneToOneField(
        "claims.Publication", models.PROTECT, primary_key=True, related_name="+"
    )
    readers = models.PositiveIntegerField(default=0)

    objects = MailedCorrectionQuerySet.as_manager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.publication_id}: {self.readers}"

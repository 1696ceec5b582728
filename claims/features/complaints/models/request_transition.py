import pgtrigger
from django.db import models
from django.db.models import Index, Q
from django.utils.translation import gettext_lazy as _

from factcheck.database.model_fields import PersonField
from factcheck.database.rules import build_append_only_rules, build_owner_writes_rule


class ReaderStep(models.Model):
    """A recorded transition of a complaint or request, with its time and the person who made it. Append-only.

    The database writes these rows. A row keeps the number of its complaint or request after either is deleted,
    and contains nothing about the reader.
    """

    class Subject(models.TextChoices):
        COMPLAINT = "complaint", _("Complaint")
        REQUEST = "request", _("Request")

    subject = models.CharField(max_length=10, choices=Subject)
    number = models.BigIntegerField()
    before = models.CharField(_("before"), max_length=12)
    after = models.CharField(_("after"), max_length=12)
    assigned_to = PersonField(_("assigned to"), null=True)
    by = PersonField(null=True)
    #: The person's name at that time; empty if the reader or a scheduled job made the move.
    by_name = models.CharField(_("done by"), max_length=200, blank=True)
    at = models.DateTimeField(_("time"))

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        constraints = [
            models.CheckConstraint(
                name="readerstep_subject_is_known", condition=Q(subject__in=["complaint", "request"])
            ),
        ]
        indexes = [
            # The steps of one complaint or request, in order.
            Index(name="readerstep_of_subject", fields=["subject", "number", "id"]),
        ]
        triggers = [
            *build_append_only_rules("readerstep", "The history of a reader’s message is never changed."),
            build_owner_writes_rule("readerstep", pgtrigger.Insert),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.number}: {self.before} → {self.after}"

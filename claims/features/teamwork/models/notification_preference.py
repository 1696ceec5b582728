from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from claims.features.teamwork.models.notification import MailChoice
from claims.newsroom.notifications import NotificationKind
from factcheck.database.model_fields import PersonField


class NotificationPreference(models.Model):
    """A person's email schedule for one kind of event. Without this row, the newsroom's default applies."""

    person = PersonField(
        _("recipient"), models.CASCADE, db_index=False, related_name="notification_preferences"
    )
    kind = models.CharField(_("event"), max_length=20, choices=NotificationKind)
    mail = models.CharField(_("email"), max_length=10, choices=MailChoice)

    class Meta:
        ordering = ["person", "kind"]
        verbose_name = _("notification preference")
        verbose_name_plural = _("notification preferences")
        default_permissions = ()
        constraints = [
            UniqueConstraint(name="notificationpreference_one_per_kind", fields=["person", "kind"]),
            CheckConstraint(
                name="notificationpreference_kind_is_known", condition=Q(kind__in=NotificationKind.values)
            ),
            CheckConstraint(
                name="notificationpreference_mail_is_a_choice", condition=Q(mail__in=MailChoice.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.get_mail_display()}"

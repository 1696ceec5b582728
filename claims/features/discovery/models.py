import pgtrigger
from django.db import models
from django.db.models import CheckConstraint, Q
from django.utils.translation import gettext_lazy as _

from factcheck.database.rules import Rule


class AnnouncementProgress(models.Model):
    """A service's position in the ledger, and its last response.

    A service is `indexnow`, or the URL of a WebSub hub. A new service starts at the current end of the ledger.
    """

    service = models.CharField(_("service"), max_length=500, primary_key=True)
    #: `Publication.sequence` of the last entry announced to the service.
    position = models.BigIntegerField()
    consecutive_failures = models.PositiveIntegerField(default=0)
    last_failure = models.TextField(blank=True)
    #: After a failure, the next attempt is not made before this time.
    paused_until = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            CheckConstraint(name="announcementprogress_names_a_service", condition=~Q(service="")),
            CheckConstraint(name="announcementprogress_position_is_one", condition=Q(position__gte=0)),
            CheckConstraint(
                name="announcementprogress_failure_says_why_and_until_when",
                condition=Q(consecutive_failures=0, last_failure="", paused_until__isnull=True)
                | Q(consecutive_failures__gt=0, paused_until__isnull=False) & ~Q(last_failure=""),
            ),
        ]
        triggers = [
            Rule(
                name="announcementprogress_never_goes_back",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("NEW.position < OLD.position"),
                func="REJECT 'An announcement is never changed.';",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service}: {self.position}"

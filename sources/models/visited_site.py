from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

#: How long a robots.txt holds (RFC 9309, 2.4).
RULES_MAX_AGE = timedelta(hours=24)


class VisitedSite(models.Model):
    """A visited site: the lease on it, and its robots.txt (RFC 9309).

    Every process that fetches from the site checks this row, so that together they request one page at a time.
    """

    site = models.CharField(
        _("site"), max_length=300, unique=True, help_text=_("Scheme, host and port, as in robots.txt.")
    )
    #: The next allowed request. During a request, the end of its lease.
    ready_at = models.DateTimeField(default=timezone.now)
    robots = models.TextField(blank=True)
    robots_read_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["site"]
        default_permissions = ()

    def __str__(self) -> str:
        return self.site

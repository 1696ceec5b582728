from django.db import models
from django.utils.translation import gettext_lazy as _


class VisitedPage(models.Model):
    """A page that an import has read, with its HTTP validators (RFC 9110, 13.1)."""

    url = models.URLField(_("address"), max_length=2000, unique=True)
    etag = models.CharField(max_length=500, blank=True)
    last_modified = models.CharField(max_length=100, blank=True)
    visited_at = models.DateTimeField(_("visited"), auto_now=True)

    class Meta:
        ordering = ["url"]
        default_permissions = ()

    def __str__(self) -> str:
        return self.url

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from claims.models.removal import Removal


class RemovalSearch(models.Model):
    """The progress and result of a search for a proposed removal's words, deleted when the removal is carried out."""

    removal = models.OneToOneField(Removal, models.CASCADE, related_name="search")
    requested_at = models.DateTimeField(db_default=Now())
    #: The number of places searched so far.
    done = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    #: The number of rows by table, and of files as `files`.
    places = models.JSONField(default=dict)
    #: Longer words that contain one of the words and would not be removed.
    longer = ArrayField(models.TextField(), default=list)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("search for words to remove")
        verbose_name_plural = _("searches for words to remove")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.removal)

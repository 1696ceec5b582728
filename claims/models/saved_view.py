from typing import Self

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from factcheck.database import bounds

LONGEST_NAME = 60
LONGEST_QUERY = 4_000


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def readable_by(self, person: User) -> Self:
        """Return the person's own views, and shared ones."""
        return self.filter(Q(owner=person) | Q(is_shared=True))

    def of_list(self, listed: str) -> Self:
        """Return the views of one of the desk's lists, in display order."""
        return self.filter(listed=listed).order_by("is_shared", Lower("name"), "pk")


class SavedView(models.Model):
    """A saved view of a desk list: its filters, search, order and columns, under a name."""

    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    #: The model whose list it is, as `claims.claim`.
    listed = models.CharField(_("list"), max_length=100, editable=False)
    #: What the address of the list says behind the question mark, without the number of a page.
    query = models.TextField(_("address"), max_length=LONGEST_QUERY, blank=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        db_index=False,
        editable=False,
        related_name="saved_views",
        verbose_name=_("saved by"),
    )
    is_shared = models.BooleanField(
        _("shared"), default=False, help_text=_("Visible to everyone who can open the list.")
    )
    created_at = models.DateTimeField(_("added"), db_default=Now(), editable=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["listed", "id"]
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        default_permissions = ("view", "delete")
        permissions = [("share_savedview", _("Can share saved views with everyone"))]
        constraints = [
            CheckConstraint(name="savedview_has_a_name", condition=Q(name__regex=r"\S")),
            CheckConstraint(name="savedview_is_of_a_list", condition=Q(listed__regex=r"^[a-z_]+\.[a-z_]+$")),
            bounds.not_longer("savedview_query_fits", "query", LONGEST_QUERY),
            UniqueConstraint(
                "owner",
                "listed",
                Lower("name"),
                name="savedview_is_named_once",
                violation_error_message=_("You already have a view with this name."),
            ),
            UniqueConstraint(
                "listed",
                Lower("name"),
                name="savedview_is_shared_once",
                condition=Q(is_shared=True),
                violation_error_message=_(
                    "There is already a shared view with this name. Choose another name."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

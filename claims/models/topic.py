from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from factcheck.database.row_history import keep_history
from sources.models.same_as import build_canonical_constraint, build_same_as_field


@keep_history()
class Topic(models.Model):
    """A topic that readers may search for, such as migration, vaccines or the Korean Peninsula."""

    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(
        _("last part of the web address"), max_length=100, unique=True, allow_unicode=True
    )
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("broader topic"),
    )
    description = models.TextField(_("description"), blank=True)
    same_as = build_same_as_field()

    class Meta:
        ordering = ["name"]
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        constraints = [
            build_canonical_constraint("topic_same_as_is_canonical"),
            models.CheckConstraint(name="topic_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(name="topic_is_not_its_own_parent", condition=~Q(parent=models.F("id"))),
        ]

    def __str__(self) -> str:
        return self.name

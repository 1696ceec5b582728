from django.contrib.auth.models import Group, Permission
from django.db import models
from django.utils.translation import gettext_lazy as _


class OfferedPermission(models.Model):
    """A permission that a role has been given once.

    What an administrator then takes from the role stays away, and what a newer version of the program adds to it comes.
    """

    role = models.ForeignKey(Group, models.CASCADE, db_index=False, related_name="+", verbose_name=_("role"))
    permission = models.ForeignKey(Permission, models.CASCADE, related_name="+", verbose_name=_("permission"))

    class Meta:
        default_permissions = ()
        verbose_name = _("available permission")
        verbose_name_plural = _("available permissions")
        constraints = [
            models.UniqueConstraint(fields=["role", "permission"], name="permission_is_offered_once"),
        ]

    def __str__(self) -> str:
        return f"{self.role}: {self.permission}"

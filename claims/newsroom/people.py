"""People: their display names, and those with a permission."""

from django.contrib.auth.models import User
from django.db.models import QuerySet


def get_display_name(user: User) -> str:
    """Return a person's name for records: the full name, or else the user name."""
    return user.get_full_name() or user.get_username()


def find_people_with(permission: str) -> QuerySet[User]:
    """Return the active users who have the permission."""
    return User.objects.with_perm(permission, backend="django.contrib.auth.backends.ModelBackend")

"""The display names of people."""

from django.contrib.auth.models import User


def get_display_name(user: User) -> str:
    """Return a person's name for records: the full name, or else the user name."""
    return user.get_full_name() or user.get_username()

"""The display names of people."""

from django.contrib.auth.models import User


def display_name(user: User) -> str:
    """How a person is called in the log: the full name, or the user name where there is none."""
    return user.get_full_name() or user.get_username()

"""Find people by the names given to commands."""

from django.contrib.auth.models import User
from django.core.management.base import CommandError
from django.utils.translation import gettext


def find_user(name: str | None) -> User | None:
    """Return the person with this user name; None without a name. Raises CommandError if unknown."""
    if name is None:
        return None
    try:
        return User.objects.get_by_natural_key(name)
    except User.DoesNotExist:
        raise CommandError(
            gettext("There is no user “%(name)s”. Leave --by out, or name a user with an account.")
            % {"name": name}
        ) from None

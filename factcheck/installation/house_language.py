"""The newsroom's language, used in all records regardless of the author's own."""

from contextlib import AbstractContextManager

from django.conf import settings
from django.utils import translation


def activate_house_language() -> AbstractContextManager[None]:
    """Activate the installation's language (LANGUAGE_CODE).

    Notes in a history and public notes are read by everybody, and stay. So do not translate them for who happens to
    write them.
    """
    return translation.override(settings.LANGUAGE_CODE)

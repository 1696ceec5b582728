"""The newsroom's language, used in all records regardless of the author's own."""

from contextlib import AbstractContextManager

from django.conf import settings
from django.utils import translation


def activate_house_language() -> AbstractContextManager[None]:
    """Activate the installation's language (LANGUAGE_CODE).

    Everyone reads public notes and the notes in a history, and they are permanent. So they are not written in the
    language of the person who causes them.
    """
    return translation.override(settings.LANGUAGE_CODE)

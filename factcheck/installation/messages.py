"""Translate messages of modules without Django, and activate the newsroom's language for permanent records."""

from contextlib import AbstractContextManager

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

from factcheck.translatable_messages import TranslatableMessage


def translate_message(message: object) -> str:
    """Translate a message or exception into the active language; return other values unchanged."""
    text = message.args[-1] if isinstance(message, Exception) and message.args else message
    if isinstance(text, TranslatableMessage):
        translated_text = gettext(text.template)
        return (
            translated_text % {name: translate_message(message) for name, message in text.values.items()}
            if text.values
            else translated_text
        )
    return str(text)


def activate_newsroom_language() -> AbstractContextManager[None]:
    """Activate the installation's language (LANGUAGE_CODE) for texts that are stored permanently.

    Public notes and the notes in a history are permanent and read by everyone. So they are not written in the
    language of the person who causes them.
    """
    return translation.override(settings.LANGUAGE_CODE)

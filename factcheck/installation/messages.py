"""Translatable sentences of modules without Django."""

from django.utils.translation import gettext

from factcheck.sentences import SpokenSentence


def translate_message(message: object) -> str:
    """Translate a sentence or exception into the active language; return other values unchanged."""
    text = message.args[-1] if isinstance(message, Exception) and message.args else message
    if isinstance(text, SpokenSentence):
        translated_text = gettext(text.template)
        return (
            translated_text % {name: translate_message(message) for name, message in text.values.items()}
            if text.values
            else translated_text
        )
    return str(text)

"""Translatable sentences of modules without Django."""

from django.utils.translation import gettext

from factcheck.sentences import SpokenSentence


def translate_message(said: object) -> str:
    """Translate a sentence or exception into the active language; return other values unchanged."""
    text = said.args[-1] if isinstance(said, Exception) and said.args else said
    if isinstance(text, SpokenSentence):
        translated = gettext(text.template)
        return (
            translated % {name: translate_message(said) for name, said in text.values.items()}
            if text.values
            else translated
        )
    return str(text)

"""Names and writing directions of languages."""

from django.utils.translation import get_language_info


def get_language_name(tag: str) -> str:
    """Return a language's name in the reader's language, or its tag if unknown."""
    try:
        return str(get_language_info(tag.lower())["name_translated"])
    except KeyError:
        return tag


def is_right_to_left(tag: str) -> bool:
    """Return whether the language is written from right to left; False if unknown."""
    try:
        return bool(get_language_info(tag.lower())["bidi"])
    except KeyError:
        return False

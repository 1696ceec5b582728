"""What languages are called."""

from django.utils.translation import get_language_info


def language_name(tag: str) -> str:
    """A language by its name in the language of whoever reads this, where it is known; else its tag."""
    for known in (tag.lower(), tag.lower().partition("-")[0]):
        try:
            return str(get_language_info(known)["name_translated"])
        except KeyError:
            continue
    return tag

"""Make text valid in XML 1.0."""

import re

# All characters outside the production Char of XML 1.0, section 2.2.
_NO_CHARACTER = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def strip_invalid_characters(text: str) -> str:
    """Remove the characters that XML forbids even when escaped: invisible control characters."""
    return _NO_CHARACTER.sub("", text)

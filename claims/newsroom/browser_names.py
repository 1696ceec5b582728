"""Readable browser names from the User-Agent header."""

import re

from django.utils.translation import gettext as _

from factcheck.list_phrases import join_words

#: The first match counts, because most browsers also claim to be others.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("HeadlessChrome", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def describe_browser(user_agent: str) -> str:
    """Return a name such as “Firefox, Windows”; unknown names are shortened."""
    browser = next((name for marker, name in _BROWSERS if re.search(rf"\b{marker}\w*/", user_agent)), "")
    system = next((name for marker, name in _SYSTEMS if marker in user_agent), "")
    return join_words(filter(None, (browser, system))) or user_agent[:40] or _("unknown")

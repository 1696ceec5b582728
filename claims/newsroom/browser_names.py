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


def describe_browser(agent: str) -> str:
    """Return a name such as “Firefox, Windows”; unknown names are shortened."""
    browser = next((name for sign, name in _BROWSERS if re.search(rf"\b{sign}\w*/", agent)), "")
    system = next((name for sign, name in _SYSTEMS if sign in agent), "")
    return join_words(filter(None, (browser, system))) or agent[:40] or _("unknown")

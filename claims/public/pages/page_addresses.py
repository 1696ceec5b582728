"""The URLs of a reader page: its canonical URL, and its URLs in other languages.

One function builds them for the page itself, the sitemap and assistants, so that all three agree: Google ignores
inconsistent URLs (https://developers.google.com/search/docs/specialty/international/localized-versions).
"""

from django.conf import settings

from factcheck.web.language_addresses import X_DEFAULT, build_path_in


def build_canonical_url(path: str, code: str = "") -> str:
    """Return the absolute URL of a page in the language `code`; by default, in the newsroom's language.

    The newsroom's own language has no prefix in URLs, because two URLs would duplicate the page.

    Args:
        path: the path of the page without the prefix of a language.
    """
    if not code or code == settings.LANGUAGE_CODE:
        return settings.SITE_URL + path
    return settings.SITE_URL + build_path_in(path, code)


def list_alternates(path: str) -> list[tuple[str, str]]:
    """Return the page's language tags and URLs for `hreflang`; `x-default` is for all other readers."""
    default_url = settings.SITE_URL + path
    return [
        (X_DEFAULT, default_url),
        *((code, build_canonical_url(path, code)) for code, _name in settings.LANGUAGES),
    ]

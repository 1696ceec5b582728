"""Settings of archiving, from the environment."""

import shutil
from typing import NamedTuple

from django.core.exceptions import ImproperlyConfigured

from factcheck.installation.environment import read_flag, read_number, read_text, read_url

#: By which names systems know the browser.
_BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


class ArchivingSettings(NamedTuple):
    """The settings of archiving, in the order of settings.py."""

    is_on: bool
    page_bytes: int
    upload_bytes: int
    imported_per_day: int
    public_copies: bool
    browser: str
    browser_sandbox: bool
    timestamp_authority: str
    timestamp_roots: str
    internet_archive_key: str


def read_archiving_settings() -> ArchivingSettings:
    """Read the variables whose names begin with ARCHIV, TIMESTAMP and INTERNET_ARCHIVE."""
    return ArchivingSettings(
        read_flag("ARCHIVING", default=True),
        2**20 * read_number("ARCHIVE_PAGE_MEGABYTES", 50, minimum=1, maximum=1000),
        2**20 * read_number("ARCHIVE_UPLOAD_MEGABYTES", 2048, minimum=1, maximum=100_000),
        read_number("ARCHIVE_IMPORTED_PER_DAY", 0, minimum=0, maximum=1_000_000),
        read_flag("ARCHIVE_PUBLIC_COPIES"),
        _find_browser(
            read_text("ARCHIVE_BROWSER", kind="program", shown_default="Chromium, where it is installed")
        ),
        read_flag("ARCHIVE_BROWSER_SANDBOX", default=True),
        read_url("TIMESTAMP_AUTHORITY"),
        read_text("TIMESTAMP_ROOTS", kind="file", shown_default="the certificates that the web trusts"),
        _read_key("INTERNET_ARCHIVE_KEY"),
    )


def _find_browser(setting: str) -> str:
    """Return the path of the browser, or ""."""
    if setting.lower() in {"off", "none", "0"}:
        return ""
    if setting and shutil.which(setting) is None:
        raise ImproperlyConfigured(
            f"ARCHIVE_BROWSER is {setting!r}, and no such program is found. Name Chromium's path, or write off."
        )
    return next(filter(None, map(shutil.which, [setting] if setting else _BROWSERS)), "")


def _read_key(name: str) -> str:
    value = read_text(name, kind="secret")
    access, _, secret = value.partition(":")
    if value and not (access and secret):
        raise ImproperlyConfigured(
            f"{name} must be access:secret, as https://archive.org/account/s3.php shows them."
        )
    return value

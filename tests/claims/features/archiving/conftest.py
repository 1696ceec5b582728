"""What tests of archiving share: a folder for files, an archiver that may visit this machine, an authority."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from claims.features.archiving import copies
from claims.features.archiving.copies import ArchiverOptions
from sources.known_sites import KnownSites
from tests.helpers.parallel import served
from tests.helpers.stamping_authority import StampingAuthority
from tests.sources.conftest import site

__all__ = ["site"]  # fixture


@pytest.fixture(autouse=True)
def archive(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for files, no browser, no authority, and no limits for requests to sites."""
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.ARCHIVING = True
    settings.ARCHIVE_BROWSER = settings.TIMESTAMP_AUTHORITY = settings.TIMESTAMP_ROOTS = ""
    settings.INTERNET_ARCHIVE_KEY = ""

    def hurried() -> ArchiverOptions:
        return ArchiverOptions(KnownSites(max_wait_seconds=0.0), allow_loopback=True, pause=0.0)

    monkeypatch.setattr(copies, "get_archiver_options", hurried)
    return tmp_path / "files"


@pytest.fixture
def authority(settings: Any, tmp_path: Path) -> Iterator[StampingAuthority]:
    """A time-stamping authority of our own."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed, which signs as the authority")
    authority = StampingAuthority(tmp_path / "authority")
    with served(authority.server):
        settings.TIMESTAMP_AUTHORITY = authority.address
        settings.TIMESTAMP_ROOTS = str(authority.root)
        yield authority

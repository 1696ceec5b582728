"""How archiving is configured: what is found, and what is refused with a sentence."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from factcheck.installation import environment
from factcheck.installation.archiving_settings import read_archiving_settings

NAMES = (
    *("ARCHIVING", "ARCHIVE_PAGE_MEGABYTES", "ARCHIVE_UPLOAD_MEGABYTES", "ARCHIVE_IMPORTED_PER_DAY"),
    *(
        "ARCHIVE_PUBLIC_COPIES",
        "ARCHIVE_BROWSER",
        "ARCHIVE_BROWSER_SANDBOX",
        "TIMESTAMP_AUTHORITY",
        "TIMESTAMP_ROOTS",
    ),
    "INTERNET_ARCHIVE_KEY",
)


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "ENVIRONMENT", {})
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


def test_what_holds_where_nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    found = read_archiving_settings()
    assert (found.is_on, found.page_bytes, found.upload_bytes) == (True, 50 * 2**20, 2 * 2**30)
    assert (found.imported_per_day, found.public_copies, found.browser_sandbox) == (0, False, True)
    assert (found.browser, found.timestamp_authority, found.internet_archive_key) == ("", "", "")
    assert set(environment.ENVIRONMENT) == set(NAMES)


def test_a_browser_is_found_named_or_switched_off(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "chromium"
    program.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert read_archiving_settings().browser == str(program)
    monkeypatch.setenv("ARCHIVE_BROWSER", "off")
    assert read_archiving_settings().browser == ""
    monkeypatch.setenv("ARCHIVE_BROWSER", str(program))
    assert read_archiving_settings().browser == str(program)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ARCHIVE_BROWSER", "/nowhere/chromium"),
        ("INTERNET_ARCHIVE_KEY", "only-half"),
        ("INTERNET_ARCHIVE_KEY", ":secret"),
        ("TIMESTAMP_AUTHORITY", "tsa.example"),
        ("ARCHIVE_UPLOAD_MEGABYTES", "0"),
        ("ARCHIVE_IMPORTED_PER_DAY", "-1"),
        ("ARCHIVING", "perhaps"),
    ],
)
def test_what_is_wrong_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=name):
        read_archiving_settings()

"""Settings that must be more than well-formed: valid values, and errors."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from factcheck.installation import checked_settings, environment

READERS: dict[str, Callable[[], object]] = {
    "ARCHIVE_BROWSER": checked_settings.find_browser,
    "INTERNET_ARCHIVE_KEY": checked_settings.read_internet_archive_key,
    "INDEXNOW_KEY": checked_settings.read_indexnow_key,
    "WEBSUB_HUBS": checked_settings.read_websub_hubs,
    "ROBOTS_RULES": checked_settings.read_robots_rules,
    "BLUESKY_LABELER": checked_settings.read_bluesky_labeler,
    "C2PA_SIGNER": lambda: checked_settings.read_file_path("C2PA_SIGNER"),
}


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "ENVIRONMENT", {})
    for name in READERS:
        monkeypatch.delenv(name, raising=False)


def test_unset_settings_are_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert [read() for read in READERS.values()] == ["", "", "", [], [], "", None]
    assert set(environment.ENVIRONMENT) == set(READERS)


def test_a_browser_is_found_named_or_switched_off(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "chromium"
    program.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert checked_settings.find_browser() == str(program)
    monkeypatch.setenv("ARCHIVE_BROWSER", "off")
    assert checked_settings.find_browser() == ""
    monkeypatch.setenv("ARCHIVE_BROWSER", str(program))
    assert checked_settings.find_browser() == str(program)


def test_file_must_exist(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    signer = tmp_path / "signer.pem"
    signer.touch()
    monkeypatch.setenv("C2PA_SIGNER", str(signer))
    assert checked_settings.read_file_path("C2PA_SIGNER") == signer
    signer.unlink()
    with pytest.raises(ImproperlyConfigured, match="C2PA_SIGNER names .*, but there is no such file"):
        checked_settings.read_file_path("C2PA_SIGNER")


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("INDEXNOW_KEY", "0123456789abcdef", "0123456789abcdef"),
        (
            "WEBSUB_HUBS",
            "https://hub.example.org/, https://hub.example.net/websub",
            ["https://hub.example.org/", "https://hub.example.net/websub"],
        ),
        (
            "ROBOTS_RULES",
            "User-agent: TrainingBot;  Disallow:  /; ; content-signal: ai-train=no",
            ["User-agent: TrainingBot", "Disallow: /", "content-signal: ai-train=no"],
        ),
        ("BLUESKY_LABELER", "did:plc:ewvi7nxzyoun6zhxrhs64oiz", "did:plc:ewvi7nxzyoun6zhxrhs64oiz"),
        ("BLUESKY_LABELER", "did:web:labels.example.org", "did:web:labels.example.org"),
        ("INTERNET_ARCHIVE_KEY", "access:secret", "access:secret"),
    ],
)
def test_valid_value_is_read(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: object
) -> None:
    monkeypatch.setenv(name, value)
    assert READERS[name]() == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ARCHIVE_BROWSER", "/nowhere/chromium"),
        ("INTERNET_ARCHIVE_KEY", "only-half"),
        ("INTERNET_ARCHIVE_KEY", ":secret"),
        ("INDEXNOW_KEY", "short"),
        ("INDEXNOW_KEY", "0" * 129),
        ("INDEXNOW_KEY", "with spaces in it"),
        ("INDEXNOW_KEY", "../../etc/passwd"),
        ("WEBSUB_HUBS", "hub.example.org"),
        ("WEBSUB_HUBS", "https://hub.example.org/>;rel=x"),
        ("WEBSUB_HUBS", "ftp://hub.example.org/"),
        ("ROBOTS_RULES", "Disallow: /"),
        ("ROBOTS_RULES", "User-agent: a; nonsense"),
        ("ROBOTS_RULES", "User-agent: a; Sitemap: https://evil.example/"),
        ("BLUESKY_LABELER", "@labels.example.org"),
    ],
)
def test_invalid_value_is_refused_by_its_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=name):
        READERS[name]()

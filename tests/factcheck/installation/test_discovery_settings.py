"""What is told to others, and what crawlers are asked for, as the environment says."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from factcheck.installation import environment
from factcheck.installation.discovery_settings import read_discovery_settings

NAMES = ("INDEXNOW_KEY", "INDEXNOW_URL", "WEBSUB_HUBS", "ROBOTS_RULES")
KEY = "0123456789abcdef"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "ENVIRONMENT", {})
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


def test_nobody_is_told_unless_it_is_set() -> None:
    assert read_discovery_settings(is_demo=False) == ("", "https://api.indexnow.org/indexnow", [], [])
    assert set(environment.ENVIRONMENT) == set(NAMES)


def test_what_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INDEXNOW_KEY", KEY)
    monkeypatch.setenv("INDEXNOW_URL", "https://search.example.org/indexnow")
    monkeypatch.setenv("WEBSUB_HUBS", "https://hub.example.org/, https://hub.example.net/websub")
    monkeypatch.setenv(
        "ROBOTS_RULES", "User-agent: TrainingBot;  Disallow:  /; ; content-signal: ai-train=no"
    )
    found = read_discovery_settings(is_demo=False)
    assert found.indexnow_key == KEY
    assert found.indexnow_url == "https://search.example.org/indexnow"
    assert found.websub_hubs == ["https://hub.example.org/", "https://hub.example.net/websub"]
    assert found.robots_rules == ["User-agent: TrainingBot", "Disallow: /", "content-signal: ai-train=no"]


def test_a_demo_tells_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INDEXNOW_KEY", KEY)
    monkeypatch.setenv("WEBSUB_HUBS", "https://hub.example.org/")
    found = read_discovery_settings(is_demo=True)
    assert (found.indexnow_key, found.websub_hubs) == ("", [])


@pytest.mark.parametrize(
    "name, value",
    [
        ("INDEXNOW_KEY", "short"),
        ("INDEXNOW_KEY", "0" * 129),
        ("INDEXNOW_KEY", "with spaces in it"),
        ("INDEXNOW_KEY", "../../etc/passwd"),
        ("INDEXNOW_URL", "search.example.org"),
        ("WEBSUB_HUBS", "hub.example.org"),
        ("WEBSUB_HUBS", "https://hub.example.org/>;rel=x"),
        ("WEBSUB_HUBS", "ftp://hub.example.org/"),
        ("ROBOTS_RULES", "Disallow: /"),
        ("ROBOTS_RULES", "User-agent: a; nonsense"),
        ("ROBOTS_RULES", "User-agent: a; Sitemap: https://evil.example/"),
    ],
)
def test_what_cannot_be_is_refused_by_its_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=name):
        read_discovery_settings(is_demo=False)

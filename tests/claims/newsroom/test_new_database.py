"""Which app completes the newsroom after `migrate`."""

import pytest
from django.apps import AppConfig, apps

from claims.apps import ClaimsConfig


def test_a_newsroom_is_completed_after_the_last_app_with_models(monkeypatch: pytest.MonkeyPatch) -> None:
    claims = apps.get_app_config("claims")
    assert isinstance(claims, ClaimsConfig)
    sources, pages = apps.get_app_config("sources"), apps.get_app_config("humanize")
    installed: list[AppConfig] = [sources, pages]
    assert (sources.models_module is None, pages.models_module is None) == (False, True)
    monkeypatch.setattr("claims.apps.list_installed", lambda: installed)
    assert claims.find_last_migrated_app() is sources
    installed.pop(0)
    assert claims.find_last_migrated_app() is claims

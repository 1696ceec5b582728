"""Features join where they declare it, and are gone where they are off."""

import os
import subprocess
import sys
import tomllib
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from pytest_django import Settings

from factcheck import features
from factcheck.features import PRESETS

ROOT = Path(settings.BASE_DIR)


def test_every_folder_is_a_feature_that_says_what_it_is() -> None:
    folders = {path.parent.name for path in (ROOT / "claims" / "features").glob("*/__init__.py")}
    assert {feature.label for feature in features.installed()} == folders
    assert [feature.label for feature in features.installed() if feature.preset not in PRESETS] == []


def test_presets_include_each_other(settings: Settings) -> None:
    on = []
    for preset in PRESETS:
        settings.FEATURES = [preset]
        on.append({feature.label for feature in features.switched_on()})
    small, newsroom, everything = on
    assert small <= newsroom <= everything == {feature.label for feature in features.installed()}
    for preset in on:
        assert [
            f.label for f in features.installed() if f.label in preset and not preset.issuperset(f.requires)
        ] == []


def test_unknown_and_unmet_names_stop_the_start(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.FEATURES = ["assistant"]
    with pytest.raises(ImproperlyConfigured, match="FEATURES names 'assistant'. Choose small, newsroom, all"):
        features.switched_on()
    settings.FEATURES = ["assistants"]
    assert [feature.label for feature in features.switched_on()] == ["assistants"]
    monkeypatch.setattr(features.switched_on()[0].__class__, "requires", ("standards",))
    with pytest.raises(ImproperlyConfigured, match="FEATURES: assistants requires standards"):
        features.switched_on()


def test_imports_between_features_are_those_that_are_declared() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (independence,) = (contract for contract in contracts if contract["type"] == "independence")
    declared = {
        f"{feature.name}.** -> claims.features.{name}.**"
        for feature in features.installed()
        for name in feature.requires
    }
    assert set(independence["ignore_imports"]) == declared


SWITCHED_OFF = """
from django.conf import settings
settings.FEATURES = []
import django
django.setup()
from django.contrib import admin
from django.urls import get_resolver
from factcheck import features
from procrastinate.contrib.django import app

def names(routes):
    for route in routes:
        yield from names(route.url_patterns) if hasattr(route, "url_patterns") else filter(None, [route.name])

added = {n for f in features.installed() for place in features.PLACES for n in names(f.routes(place))}
app.perform_import_paths()
print("routes", *sorted(added & set(names(get_resolver().url_patterns))))
print("desk", *(m._meta.label for m in admin.site._registry if m._meta.app_config in features.installed()))
print("jobs", *(name for name in app.tasks if name.startswith("claims.features.")))
"""


@pytest.mark.slow
def test_off_means_without_routes_desk_and_jobs() -> None:
    """In a process of its own, because routes and the desk are put together when the program starts."""
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    said = subprocess.run(
        [sys.executable, "-c", SWITCHED_OFF],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (said.stdout, said.returncode) == ("routes\ndesk\njobs\n", 0), said.stderr


def test_the_command_lists_what_each_adds(settings: Settings) -> None:
    settings.FEATURES = []
    out = StringIO()
    call_command("features", "assistants", stdout=out)
    assert out.getvalue() == "assistants (off): Assistants\n  routes (pages): mcp, mcp/\n"

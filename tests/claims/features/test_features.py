"""Features join where they declare it, and are gone where they are off."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from pytest_django import Settings

from claims.models import Claim
from factcheck import features
from factcheck.features import PRESETS
from tests.helpers.full_desk import make_superuser

ROOT = Path(settings.BASE_DIR)


def test_every_folder_is_a_feature_with_a_description() -> None:
    folders = {path.parent.name for path in (ROOT / "claims" / "features").glob("*/__init__.py")}
    assert {feature.label for feature in features.list_installed()} == folders
    assert [feature.label for feature in features.list_installed() if feature.preset not in PRESETS] == []


def test_presets_include_each_other(settings: Settings) -> None:
    on = []
    for preset in PRESETS:
        settings.FEATURES = [preset]
        on.append({feature.label for feature in features.list_switched_on()})
    small, newsroom, everything = on
    assert small <= newsroom <= everything == {feature.label for feature in features.list_installed()}
    for labels in on:
        assert [
            f.label
            for f in features.list_installed()
            if f.label in labels and not labels.issuperset(f.requires)
        ] == []


def test_unknown_and_unmet_names_stop_the_start(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.FEATURES = ["assistant"]
    with pytest.raises(
        ImproperlyConfigured, match="FEATURES contains 'assistant'. Choose small, newsroom, all"
    ):
        features.list_switched_on()
    settings.FEATURES = ["assistants"]
    assert [feature.label for feature in features.list_switched_on()] == ["assistants"]
    monkeypatch.setattr(features.list_switched_on()[0].__class__, "requires", ("standards",))
    with pytest.raises(ImproperlyConfigured, match="FEATURES: assistants requires standards"):
        features.list_switched_on()


def test_imports_between_features_are_those_that_are_declared() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (independence,) = (contract for contract in contracts if contract["type"] == "independence")
    declared = {
        f"{feature.name}.** -> claims.features.{name}.**"
        for feature in features.list_installed()
        for name in feature.requires
    }
    assert set(independence["ignore_imports"]) == declared


@pytest.mark.slow
@pytest.mark.django_db
def test_a_feature_migrates_its_dependencies_first() -> None:
    """`migrate federation` on an empty database makes the functions and tables that its own statements name."""
    loader = MigrationLoader(connection)
    wrong = []
    for feature in features.list_installed():
        for key in [key for key in loader.disk_migrations if key[0] == feature.label]:
            plan = loader.graph.forwards_plan(key)
            statements = StringIO()
            call_command("sqlmigrate", *key, stdout=statements)
            if "claims_" in statements.getvalue() and ("claims", "0001_search") not in plan:
                wrong.append(feature.label)
    assert wrong == []


WALK = """
import json, sys
from django.conf import settings
settings.FEATURES = [sys.argv[1]]
settings.DATABASES["default"]["NAME"] = sys.argv[2]
import django
django.setup()
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from django.test.utils import setup_test_environment
from django.urls import reverse
from factcheck import urls

setup_test_environment()
client = Client()
answers = {path: client.get(path, follow=True).status_code for path in sys.argv[3:]}
request = RequestFactory().get("/admin/")
request.user = User.objects.get(username="root")
client.force_login(request.user)
entries = [entry for section in admin.site.get_sidebar_list(request) for entry in section["items"]]
links = [str(entry["link"]) for entry in entries]
answers |= {path: client.get(path, follow=True).status_code for path in ["/admin/", *links]}
print(json.dumps(answers))
"""
#: Pages of features, by the preset from which on they are there.
PAGES = {
    "small": ["/robots.txt", "/index.md"],
    "newsroom": ["/standards/", "/widget.js", "/api/v1/standards/", "/widgets/list/", "/ask/"],
}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("preset", ["small", "all"])
def test_walk_over_both_sides(preset: str, publish: Callable[..., Claim]) -> None:
    claim = publish()
    make_superuser()
    core = ["/", "/claims/", claim.get_absolute_url(), "/about/", "/api/v1/", "/api/schema/"]
    pages = [page for pages in PAGES.values() for page in pages]
    command = [sys.executable, "-c", WALK, preset, connection.settings_dict["NAME"], *core, *pages]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    said = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    answers = json.loads(said.stdout.splitlines()[-1])
    gone = set() if preset == "all" else {page for page in pages if page not in PAGES["small"]}
    assert {path for path, status in answers.items() if status != 200} == gone
    desk = [
        path
        for path in answers
        if path.startswith(("/admin/federation/", "/admin/teamwork/", "/admin/watches/", "/admin/webhooks/"))
    ]
    assert len(desk) == (11 if preset == "all" else 0)
    assert len(answers) > 40


@pytest.mark.slow
def test_a_feature_from_nothing(tmp_path: Path) -> None:
    """What the documentation says, in a copy of the program."""
    for part in ("claims", "factcheck", "sources", "templates", "static"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "tests").mkdir()
    for part in ("pyproject.toml", "tests/__init__.py", "tests/settings.py"):
        shutil.copy(ROOT / part, tmp_path / part)
    page = (ROOT / "docs" / "features.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n# ([\w./]+)\n(.*?)```", page, re.DOTALL)
    for path, code in [*blocks, ("claims/features/pins/migrations/__init__.py", "")]:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(code, encoding="utf-8")
    assert sum(code.count("\n") for _path, code in blocks) < 100
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONWARNINGS": "ignore"}
    call = "import sys, django.core.management as m; m.django.setup(); m.call_command(*sys.argv[1:])"
    said = ""
    for command in (["makemigrations", "pins"], ["features", "pins"]):
        ended = subprocess.run(
            [sys.executable, "-c", call, *command],
            cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert ended.returncode == 0, ended.stderr
        said = ended.stdout
    assert said == (
        "pins (on): Pins\n  tables: pins_pin\n  menu: Pins\n"
        "  permissions: pins.add_pin, pins.change_pin, pins.delete_pin, pins.view_pin\n"
    )


def test_the_command_lists_the_additions_of_each(settings: Settings) -> None:
    settings.FEATURES = []
    out = StringIO()
    call_command("features", "assistants", stdout=out)
    assert out.getvalue() == "assistants (off): Assistants\n  routes (pages): mcp, mcp/\n"

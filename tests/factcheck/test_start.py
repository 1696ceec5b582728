"""Modules that a command loads at its start: none of the desk, none for computing."""

import subprocess
import sys
from typing import Any

import pgtrigger
import pytest
from django.conf import settings
from django.core import checks
from pgtrigger import registry

from factcheck.database.pgtrigger_internals import IndexedRegistry

LOAD = """
import sys, django
django.setup()
from django.core.management import load_command_class
load_command_class("factcheck", "migrate")
heavy = ["numpy", "claims.admin", "claims.articles", "claims.imports", "claims.public", "factcheck.admin", "holidays",
    "lxml", "rest_framework.serializers", "unfold.admin"]
print(*[name for name in heavy if name in sys.modules])
"""


@pytest.mark.slow
def test_a_command_loads_neither_the_desk_nor_numerical_libraries() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", LOAD], cwd=settings.BASE_DIR, capture_output=True, text=True, check=False
    )
    assert (loaded.stdout, loaded.returncode) == ("\n", 0), loaded.stderr


def test_checks_include_the_desk_although_it_is_not_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def check(*_apps: Any, **_options: Any) -> list[Any]:
        asked.append("checked")
        return []

    monkeypatch.setattr(
        "factcheck.apps.features.load_modules", lambda module: asked.append(f"loaded {module}")
    )
    monkeypatch.setattr("factcheck.apps.check_admin_app", check)
    checks.run_checks(tags=["admin"])
    assert asked == ["loaded admin", "checked"]


def test_triggers_are_found_by_name_as_the_library_finds_them() -> None:
    kept = registry._registry
    assert isinstance(kept, IndexedRegistry)
    library = vars(registry._Registry)  # whose are properties
    assert kept.by_db_table == library["by_db_table"].fget(kept)
    assert kept.pg_function_names == library["pg_function_names"].fget(kept)
    uri, (model, trigger) = next(iter(kept.items()))
    other = pgtrigger.Trigger(
        name=trigger.name, when=pgtrigger.Before, operation=pgtrigger.Delete, func="RETURN OLD;"
    )
    with pytest.raises(KeyError, match="already used for model"):
        kept[uri] = (model, other)

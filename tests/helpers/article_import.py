"""An article for tests of `import_article`, and ways to call the command."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

TEXT = """\
Sundvik loses its ferries

By Ida Lund

Published: 2024-04-03

The port of Sundvik handled 4.2 million tonnes of cargo in 2023, the most since it opened in 1911.

“We have lost two of our five ferry lines since 2019,” Harbour Director Ida Berg said on Tuesday. “The council sold \
three ships to Norway for 30 million euros.”

Read more: Ten ports that you should see

Sign up for our newsletter and never miss a story.
"""
STATEMENTS = [
    "The port of Sundvik handled 4.2 million tonnes of cargo in 2023, the most since it opened in 1911.",
    "We have lost two of our five ferry lines since 2019.",
    "The council sold three ships to Norway for 30 million euros.",
]


def run(*arguments: str | Path, width: int | None = None) -> str:
    """What the command prints to standard output."""
    out = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        if width:
            patch.setenv("COLUMNS", str(width))
        call_command("import_article", *map(str, arguments), stdout=out)
    return out.getvalue()


def run_json(*arguments: str | Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(run(*arguments, "--json"))
    return document


def refused(*arguments: str | Path) -> str:
    """The sentence with which the command refuses; nothing is stored and nothing printed."""
    before, out = everything(), io.StringIO()
    with pytest.raises(CommandError) as error:
        call_command("import_article", *map(str, arguments), stdout=out)
    assert error.value.returncode == 1
    assert out.getvalue() == ""
    assert everything() == before
    return str(error.value)


def everything() -> dict[str, list[Any]]:
    """Every row of every table of the project."""
    models = [
        model for label in ("sources", "claims", "auth") for model in apps.get_app_config(label).get_models()
    ]
    return {model._meta.label: list(model.objects.order_by("pk").values()) for model in models}  # type: ignore[attr-defined]

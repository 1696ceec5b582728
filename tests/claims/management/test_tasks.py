"""The worker knows every task."""

import ast
import subprocess
import sys
from collections.abc import Iterator

from django.conf import settings

_PROGRAM = """
import django
django.setup()
from importlib import import_module
from django.conf import settings
for path in settings.PROCRASTINATE_IMPORT_PATHS:
    import_module(path)
from procrastinate.contrib.django import app
print("\\n".join(task.func.__module__ + "." + task.func.__name__ for task in app.tasks.values()))
"""


def _defined() -> Iterator[str]:
    """The dotted names of all functions that are decorated as tasks."""
    for room in ("claims", "factcheck", "sources"):
        for path in sorted((settings.BASE_DIR / room).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            if "app.task" not in text:
                continue
            module = ".".join(path.relative_to(settings.BASE_DIR).with_suffix("").parts)
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.FunctionDef) and any(
                    "app.task" in ast.unparse(each) for each in node.decorator_list
                ):
                    yield f"{module}.{node.name}"


def test_worker_knows_every_task_without_the_desk() -> None:
    """Pages of the desk define none that the worker would not load: what they defer would never be done."""
    known = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=True)
    defined = set(_defined())
    assert len(defined) > 30
    assert defined - set(known.stdout.split()) == set()

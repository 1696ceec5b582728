"""Docstrings name exceptions that exist."""

import ast
import builtins
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: A line of the section “Raises:”, which names one exception or several.
RAISED = re.compile(r"^\s*([A-Z]\w+(?:, [A-Z]\w+)*):", re.MULTILINE)


def list_modules() -> list[Path]:
    return [
        path
        for folder in ("factcheck", "sources", "claims", "deploy")
        for path in (ROOT / folder).rglob("*.py")
        if "migrations" not in path.parts
    ]


def list_raised(docstring: str) -> list[str]:
    """Return the exceptions that a docstring says are raised."""
    section = docstring.partition("Raises:\n")[2].partition("\n\n")[0]
    return [name for names in RAISED.findall(section) for name in names.split(", ")]


def test_exceptions_that_docstrings_name_exist() -> None:
    documented = (ast.AsyncFunctionDef, ast.ClassDef, ast.FunctionDef, ast.Module)
    known, raised = set(dir(builtins)), set()
    for path in list_modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                known.add(node.name)
            elif isinstance(node, ast.Import | ast.ImportFrom):
                known |= {(alias.asname or alias.name).rpartition(".")[2] for alias in node.names}
            elif isinstance(node, ast.Attribute):
                known.add(node.attr)
            if isinstance(node, documented) and (docstring := ast.get_docstring(node)):
                raised |= {(name, str(path.relative_to(ROOT))) for name in list_raised(docstring)}
    assert len(raised) > 100
    assert sorted(one for one in raised if one[0] not in known) == []

"""The rooms of the project and the one order of imports, besides what import-linter holds (pyproject.toml)."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.helpers.sweeps import sweep

ROOT = Path(__file__).parents[1]
PACKAGES = ("factcheck", "sources", "claims")
FILES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if "migrations" not in path.parts
}


def imported(name: str) -> Iterator[str]:
    """The modules of the project that a module imports, wherever in it: also inside functions."""
    package = name if FILES[name].name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(FILES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in FILES)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) + 1 - node.level] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                whole = f"{module}.{alias.name}"
                if whole in FILES or module in FILES:
                    yield whole if whole in FILES else module


#: Tests that may import features: their own, and those of the program with everything in it.
TESTS_WITH_FEATURES = ("claims/features", "contracts", "docs", "whole", "widget")


def test_tests_of_the_core_import_no_feature() -> None:
    """Without a feature and its tests, the others run (.ci/without-features)."""
    tests = ROOT / "tests"
    found = []
    for path in tests.rglob("*.py"):
        place = path.relative_to(tests)
        if not any(place.is_relative_to(folder) for folder in TESTS_WITH_FEATURES):
            nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            modules = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
            found += [f"{place}: {module}" for module in sorted(modules) if "claims.features" in module]
    assert found == []


def test_no_circle_of_modules() -> None:
    graph = {name: {other for other in imported(name) if other != name} for name in FILES}
    assert sum(map(len, graph.values())) > len(FILES)  # that imports are found at all
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as circle:
        pytest.fail(" → ".join(circle.args[1]))


def test_no_two_public_classes_share_a_name() -> None:
    """`Command` and `Meta` are Django's words for many things."""
    places = defaultdict(list)
    for name, path in FILES.items():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and node.name != "Command":
                places[node.name].append(name)
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


@sweep("package", sorted({path.parent for path in FILES.values()}))
def test_every_package_has_a_docstring(package: Path) -> None:
    if package.name not in {"management", "commands"}:
        face = (package / "__init__.py").read_text(encoding="utf-8")
        assert ast.get_docstring(ast.parse(face))


def test_tests_keep_no_syntax_trees() -> None:
    """Every process of a run imports every test, and would keep hundreds of megabytes of them to its end."""
    assert [
        f"{path.relative_to(ROOT)}:{statement.lineno}"
        for path in (ROOT / "tests").rglob("*.py")
        for statement in ast.parse(path.read_text(encoding="utf-8")).body
        if not isinstance(statement, ast.FunctionDef | ast.ClassDef) and "ast.parse" in ast.unparse(statement)
    ] == []

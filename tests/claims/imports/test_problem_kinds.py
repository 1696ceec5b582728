"""Every kind of problem that a reader names is called in the language of whoever looks at it."""

import ast
from collections.abc import Iterator

from django.conf import settings
from django.utils import translation

from claims.imports.storing.unusable_records import CONFLICT_CODE, KINDS, MERGED_CODE, describe_kind

#: Where the kind stands among the arguments.
_PLACES = {"Problem": 0, "build_problem": 0, "Refusal": 3, "build_refusal": 1}


def _named() -> Iterator[str]:
    for path in (settings.BASE_DIR / "claims" / "imports").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in _PLACES:
                location = _PLACES[node.func.id]  # type: ignore[attr-defined]  # a name, by its id
                if len(node.args) > location and isinstance(kind := node.args[location], ast.Constant):
                    yield str(kind.value)


def test_every_kind_that_is_named_is_known() -> None:
    named = {*_named(), MERGED_CODE, CONFLICT_CODE}
    assert len(named) > 40
    assert named - set(KINDS) == set()


def test_a_kind_is_said_in_the_language_of_the_page() -> None:
    with translation.override("de"):
        assert describe_kind("ambiguous date") == "mehrdeutiges Datum"
        assert describe_kind("of an earlier version") == "of an earlier version"
        assert describe_kind("") == ""
    with translation.override("en"):
        assert [describe_kind(kind) for kind in KINDS] == list(KINDS)

"""Documentation, screens and code are written in ordinary English.

Each of the expressions below is English and rarely needed: projects that read well have fewer than one of them in a
thousand words. The limits are what was measured last. Lower them; never raise them.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

from deploy.messages.catalogues import DOMAINS
from deploy.messages.collection import collect_messages

ROOT: Path = settings.BASE_DIR

_AVOIDED = re.compile(
    r"\b(?:whoever|somebody|nobody|anew|told|tells?|asked for|what is said|by what)\b"
    # “Who has …” and “of who has …”, with no noun before it that “who” could mean, and no question.
    r"|(?:\b(?:for|of|to|by|from|with|only|that|and|or|what) |^|[.;:,] )"
    r"who (?:has|have|may|can|is|are|wrote|writes)\b(?![^.]*\?)",
    re.IGNORECASE,
)
#: Where a native speaker would use the word too.
_ALLOWED = re.compile(
    r"\b(?:tells? (?:you|us|them|him|her|people|readers|editors|reporters|the (?:browser|server|database))"
    r"|(?:to )?tell(?:ing)? .{1,40}? (?:apart|from)"
    r"|(?:was|were|been|be|is|are) told (?:that|to)"
    r"|(?:who|the minister|he|she|they) told (?:the|a|reporters))\b"
    r"|[“\"][^”\"]*[”\"]",
    re.IGNORECASE,
)
_PROGRAM = ("claims", "factcheck", "sources", "deploy", "benchmarks")


def documentation() -> Iterator[str]:
    for page in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")):
        if "node_modules" not in page.parts:
            text = page.read_text(encoding="utf-8")
            yield re.sub(r"```.*?```|`[^`\n]*`|\]\([^)]*\)", " ", text, flags=re.DOTALL)


def screens() -> Iterator[str]:
    for domain in DOMAINS:
        for message, files in collect_messages(ROOT, domain).items():
            if any((ROOT / file.partition(":")[0]).exists() for file in files):
                yield f"{message.message}\n{message.plural}"


def comments_and_docstrings(packages: Iterable[str] = _PROGRAM) -> Iterator[str]:
    for package in packages:
        for path in (ROOT / package).rglob("*.py"):
            if not {"migrations", "demo", "node_modules"}.isdisjoint(path.parts):
                continue
            source = path.read_text(encoding="utf-8")
            for token in tokenize.generate_tokens(io.StringIO(source).readline):
                if token.type == tokenize.COMMENT:
                    yield token.string.lstrip("#: ")
            for node in ast.walk(ast.parse(source)):
                if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                    yield ast.get_docstring(node) or ""


def comments_and_docstrings_of_tests() -> Iterator[str]:
    return comments_and_docstrings(["tests"])


def names_of_tests() -> Iterator[str]:
    for path in (ROOT / "tests").rglob("test_*.py"):
        names = re.findall(r"^ *def test_(\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
        yield ". ".join(names).replace("_", " ")


def per_thousand_words(texts: Iterator[str]) -> float:
    found = words = 0
    for text in texts:
        words += len(text.split())
        found += len(_AVOIDED.findall(_ALLOWED.sub(" ", re.sub(r"\s+", " ", text))))
    return round(1000 * found / words, 1)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("texts", "limit"),
    [
        (documentation, 0.2),
        (screens, 0.2),
        (comments_and_docstrings, 0.2),
        (comments_and_docstrings_of_tests, 0.3),
        (names_of_tests, 0.1),
    ],
    ids=["documentation", "screens", "code", "tests", "names of tests"],
)
def test_few_words_that_a_native_speaker_would_not_use(texts: object, limit: float) -> None:
    assert callable(texts)
    assert per_thousand_words(texts()) <= limit


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Whoever may publish is told anew.", 3),
        ("Only who wrote it can withdraw it.", 1),
        ("The editor who has the claim tells the browser to wait.", 0),
        ("Who has signed off? The log tells you that.", 0),
        ("It can tell a claim from an opinion.", 0),
    ],
)
def test_expressions_are_counted(text: str, count: int) -> None:
    words = len(text.split())
    assert per_thousand_words(iter([text])) == round(1000 * count / words, 1)

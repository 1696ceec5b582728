"""What the desk says: in plain words, and every word of it marked for translation."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db.models import BooleanField
from django.template.base import Lexer, TokenType

from tests.helpers.page_words import words_of_page
from tests.helpers.sweeps import sweep

ROOT: Path = settings.BASE_DIR
MODULES = sorted(
    path
    for room in (
        *("claims/admin", "claims/models", "claims/newsroom", "claims/review", "claims/features/teamwork"),
        *("factcheck/admin", "sources/admin", "sources/models"),
    )
    for path in (ROOT / room).rglob("*.py")
    if path.parent.name != "migrations"
) + sorted(
    path
    for room in ("factcheck/admin", "sources/admin", "sources/models")
    for path in (ROOT / room).rglob("*.py")
)
FEATURES = ROOT / "claims/features"
TEMPLATES = sorted(
    path for room in ("admin", "unfold") for path in (ROOT / "templates" / room).rglob("*.html")
) + sorted(FEATURES.glob("*/templates/admin/**/*.html"))
SCRIPTS = sorted((ROOT / "static/desk").glob("*.js")) + sorted(FEATURES.glob("*/static/desk/*.js"))

#: Words of ours, and of who programs, that an editor need not know. What a downloaded file is called is another matter.
OURS = re.compile(
    r"\b(un)?anchor(ed|s)?\b|\borphan(ed|s)?\b|\bledgers?\b|SHA-?256|NDJSON|\bhash(es)?\b|\bslugs?\b|\bpayloads?\b"
    r"|\bkeyset\b|\bboolean\b|\bnull\b|\bbackend\b|\bserial(ise|ize)[rd]?\b|\bregular expression\b|\boffsets?\b",
    re.IGNORECASE,
)
#: Where such a word is meant, and why.
MEANT = {
    # For authors of programs: the editorial API names places by them.
    "The source has no snapshot, so offsets cannot be used.",
    "The latest snapshot of the source is number %(latest)d. Use offsets in that one.",
}

MARKERS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
#: Arguments that people read.
READ = {
    "verbose_name",
    "verbose_name_plural",
    "help_text",
    "description",
    "violation_error_message",
    "empty_label",
}
#: Attributes of classes that people read.
SHOWN = {"title", "verbose_name", "verbose_name_plural", "search_help_text", "short_description"}
#: Of columns that no page shows.
UNSEEN = {
    "SHA-256 of method, address and body.",
    "Which of the writer's requests it is from; the highest stands.",
    "Of the row, as the page showed it.",
}
#: Words that templates contain unmarked, and why.
AS_IT_IS = {
    "Authorization: Bearer",  # what a program sends
}


#: A number before a noun in the plural.
COUNTED = re.compile(
    r"%(d|\((number|count|records|seconds|minutes|hours|days|times|created)\)[sd]) (?!has\b)(\w+ )?\w+s\b"
    r"|{{ (\w+_)?(number|count|records|days|hours|times) }} (\w+ )?\w+s\b"
)
#: Numbers that are never one, and why.
ALWAYS_MANY = {
    "{{ times }} times",  # shown from two on
    "Published in the last {{ balance_days }} days",  # a constant
    "The comment has %(count)d characters; the limit is %(most)d.",
}
LIMIT = re.compile(r"(at most|more than|from \d to) %", re.IGNORECASE)


def _marked(path: Path) -> Iterator[tuple[int, str]]:
    """What a module marks for translation."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and _name(node.func) in MARKERS:
            for argument in node.args:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield node.lineno, argument.value


def _name(node: ast.AST) -> str:
    return getattr(node, "id", getattr(node, "attr", ""))


def _bare_words(path: Path) -> Iterator[str]:
    """Literals of a module that people read and that are not marked; marked ones that cannot be looked up."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            # The text of a name is marked where it is defined.
            if _name(node.func) in MARKERS and not isinstance(node.args[0], ast.Constant | ast.Name):
                yield f"{path.name}:{node.lineno}: no literal"
            spoken = [keyword.value for keyword in node.keywords if keyword.arg in READ]
            if isinstance(node.func, ast.Attribute) and _name(node.func.value) == "messages":
                spoken += node.args[1:2]
        elif isinstance(node, ast.ClassDef):
            spoken = [
                statement.value
                for statement in node.body
                if isinstance(statement, ast.Assign) and _name(statement.targets[0]) in SHOWN
            ]
            if any("Choices" in _name(base) for base in node.bases):
                spoken += [
                    statement.value.elts[1]
                    for statement in node.body
                    if isinstance(statement, ast.Assign)
                    and isinstance(statement.value, ast.Tuple)
                    and len(statement.value.elts) == 2
                ]
        else:
            continue
        for value in spoken:
            if _is_bare(value) and getattr(value, "value", None) not in UNSEEN:
                yield f"{path.name}:{value.lineno}: {ast.unparse(value)}"


def _is_bare(value: ast.AST) -> bool:
    literal = isinstance(value, ast.JoinedStr) or (
        isinstance(value, ast.Constant) and isinstance(value.value, str)
    )
    return literal and bool(re.search(r"[A-Za-z]{2}", ast.unparse(value)[1:]))


def _bare_texts(path: Path) -> list[str]:
    """The text of a template outside tags and variables."""
    html, in_translation = "", False
    for token in Lexer(path.read_text()).tokenize():
        if token.token_type == TokenType.BLOCK:
            first = token.contents.split()[0]
            in_translation = first.startswith("blocktrans") or (
                in_translation and not first.startswith("endblocktrans")
            )
            html += " "
        elif token.token_type == TokenType.TEXT and not in_translation:
            html += token.contents
    return [word for word in words_of_page(html) if re.search(r"[A-Za-z]{2}", word)]


def test_plain_words() -> None:
    said = [(path, line, words) for path in MODULES for line, words in _marked(path)]
    for path in TEMPLATES:
        text = path.read_text()
        found = re.findall(r"{% trans(?:late)? \"([^\"]*)\"", text)
        found += re.findall(r"{% blocktrans.*?%}(.*?){% (?:plural|endblocktrans)", text, re.DOTALL)
        said += [(path, 0, words) for words in found]
    for path in SCRIPTS:
        said += [
            (path, 0, words)
            for words in re.findall(r"gettext\(\s*[\"'`](.*?)[\"'`]\s*[,)]", path.read_text())
        ]
    ours = [
        f"{path.name}:{line}: {words}"
        for path, line, words in said
        if OURS.search(words) and words not in MEANT
    ]
    assert ours == []


def test_counted_nouns_have_a_singular() -> None:
    rooms = ("claims/features/complaints", "claims/features/standards")
    modules = [*MODULES, *(path for room in rooms for path in (ROOT / room).rglob("*.py"))]
    said = [
        words
        for path in modules
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and _name(node.func) in MARKERS - {"ngettext", "ngettext_lazy"}
        for words in (argument.value for argument in node.args if isinstance(argument, ast.Constant))
        if isinstance(words, str)
    ]
    for path in (ROOT / "templates").rglob("*.html"):
        for options, words in re.findall(
            r"{% blocktranslate(.*?)%}(.*?){% endblocktranslate", path.read_text(), re.DOTALL
        ):
            if " count " not in options:
                said.append(words)
    assert [
        words
        for words in said
        if COUNTED.search(words) and not LIMIT.search(words) and words not in ALWAYS_MANY
    ] == []


def test_the_effect_of_a_switch_is_not_read_as_its_state() -> None:
    helps = {
        f"{field.model.__name__}.{field.name}": str(field.help_text)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, BooleanField)
    }
    assert [name for name, words in helps.items() if re.match(r"(Off|On)\b", words)] == []


@sweep("path", MODULES)
def test_modules_mark_texts_for_people(path: Path) -> None:
    assert list(_bare_words(path)) == []


@sweep("path", TEMPLATES)
def test_templates_mark_texts_for_people(path: Path) -> None:
    assert [text for text in _bare_texts(path) if not any(known in text for known in AS_IT_IS)] == []


def _joined(path: Path) -> Iterator[str]:
    """Where a module puts commas between words by itself."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and _name(node.func) == "join" and isinstance(node.func, ast.Attribute):
            between = node.func.value
            if isinstance(between, ast.Constant) and between.value in (", ", "; "):
                yield f"{path.name}: {ast.unparse(node)}"


def _commas(path: Path) -> Iterator[str]:
    """Commas of English between two variables or tags of a template, and filters that put them there."""
    tokens = Lexer(path.read_text()).tokenize()
    in_translation = False
    for before, token, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if before.token_type == TokenType.BLOCK:
            first = before.contents.split()[0]
            in_translation = first.startswith("blocktrans") or (
                in_translation and not first.startswith("endblocktrans")
            )
        if token.token_type == TokenType.VAR and re.search(r'join:"[,;] "', token.contents):
            yield token.contents
        elif in_translation or token.token_type != TokenType.TEXT or after.token_type == TokenType.TEXT:
            continue
        elif re.match(r"(</\w+>)?\)?[,;] ", token.contents):
            yield f"{before.contents} {token.contents!r}"


def test_modules_join_words_by_the_language() -> None:
    """What modules of models join is SQL."""
    modules = [path for path in MODULES if path.parent.name != "models"]
    assert [found for path in modules for found in _joined(path)] == []


@sweep("path", TEMPLATES)
def test_templates_join_words_by_the_language(path: Path) -> None:
    assert list(_commas(path)) == []

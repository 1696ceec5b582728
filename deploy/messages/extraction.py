"""Extract strings marked for translation from Python, templates and scripts."""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.extract import extract
from django.utils.translation.template import templatize

#: Django's functions, with the positions of the arguments for the context, the message and its plural.
_ARGUMENT_NAMES: dict[str, tuple[str, ...]] = {
    "gettext": ("message",),
    "ngettext": ("message", "plural"),
    "pgettext": ("context", "message"),
    "npgettext": ("context", "message", "plural"),
}
_FUNCTIONS = {
    name: parts
    for plain, parts in _ARGUMENT_NAMES.items()
    for name in (plain, f"{plain}_lazy", f"{plain}_noop")
    if name != "ngettext_noop"
}
#: Errors and functions that turn an argument into a `TranslatableMessage`, with the argument's position.
MESSAGE_POSITIONS = {
    "TranslatableMessage": 0,
    "ReadingError": 0,
    "QuoteNotFound": 0,
    "_UnusableWorkbook": 0,
    "_build_undecodable_error": 0,
    "ExtractionError": 1,
    "FetchError": 1,
    "build_problem": 1,
    "build_refusal": 2,
}
#: Functions whose argument at this position is the kind of an import problem, which is translated where it is shown.
_KIND_POSITIONS = {"Problem": 0, "build_problem": 0, "build_refusal": 1, "Refusal": 3}
_SCRIPT_FUNCTIONS = {
    "gettext": None,
    "translate": None,
    "ngettext": (1, 2),
    "translatePlural": (1, 2),
    "pgettext": ((1, "c"), 2),
}

_LITERAL_REGEX = r"""u?(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
#: A call in the text that Django makes of a template for programs that read Python; all other signs mean nothing.
_CALL_PATTERN = re.compile(
    rf"\b(_|n?p?gettext)\(\s*({_LITERAL_REGEX}(?:\s*,\s*{_LITERAL_REGEX})*)", re.DOTALL
)
_LITERAL_PATTERN = re.compile(_LITERAL_REGEX, re.DOTALL)


#: Django's message collection stops at the first quotation mark, even if it is escaped. Its lookup does not.
_CUT_PATTERN = re.compile(r"""\{%\s*trans(?:late)?\s+(?:"[^"]*\\"|'[^']*\\')[^%]*%\}""")


@dataclass(frozen=True, slots=True)
class Message:
    """A translatable message: singular, optional plural, optional context."""

    message: str
    plural: str = ""
    context: str = ""

    @property
    def id(self) -> str | tuple[str, str]:
        return (self.message, self.plural) if self.plural else self.message


class ExtractionFailed(Exception):
    """A marked string cannot be extracted because it is computed."""


def extract_from_python(source: str, name: str) -> Iterator[Message]:
    """Return the marked strings of a module.

    Raises:
        ExtractionFailed: a marked string is not a literal.
    """
    tree = ast.parse(source, filename=name)
    marking_names = _find_marking_names(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        parts = _get_marked_parts(node.func, marking_names)
        if parts and (len(parts) > 1 or not _is_looked_up(node.args[:1])):
            yield _build_message(node, parts, node.args, name)
        for positions in (MESSAGE_POSITIONS, _KIND_POSITIONS):
            position = positions.get(getattr(node.func, "id", ""))
            if position is not None and not _is_looked_up(node.args[position:]):
                yield _build_message(node, ("message",), node.args[position:], name)


def _find_marking_names(tree: ast.Module) -> dict[str, tuple[str, ...]]:
    """Return the local names of the marking functions."""
    return {
        alias.asname or alias.name: _FUNCTIONS[alias.name]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.name in _FUNCTIONS
    }


def _get_marked_parts(function: ast.expr, marking_names: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    if isinstance(function, ast.Name):
        return marking_names.get(function.id, ())
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        return _FUNCTIONS.get(function.attr, ()) if function.value.id == "translation" else ()
    return ()


def _is_looked_up(arguments: list[ast.expr]) -> bool:
    """Return whether the text comes from a variable or call; it is then marked elsewhere (`gettext_noop`)."""
    text = arguments[0] if arguments else None
    text = text.left if isinstance(text, ast.BinOp) else text
    return text is None or isinstance(text, ast.Name | ast.Subscript | ast.Call | ast.Attribute | ast.Starred)


def _build_message(call: ast.Call, parts: tuple[str, ...], arguments: list[ast.expr], name: str) -> Message:
    texts = [
        argument.value
        for argument in arguments[: len(parts)]
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    ]
    if len(texts) != len(parts):
        raise ExtractionFailed(
            f"{name}:{call.lineno}: what is marked must be written out: {ast.unparse(call)}"
        )
    return Message(**dict(zip(parts, texts, strict=True)))


def extract_from_template(source: str, name: str) -> Iterator[Message]:
    """Yield the marked strings of a template as Django looks them up.

    Raises:
        ExtractionFailed: a string contains the quotation marks that delimit it.
    """
    if cut := _CUT_PATTERN.search(source):
        raise ExtractionFailed(f"{name}: put it between the other quotation marks: {cut[0]}")
    for call in _CALL_PATTERN.finditer(templatize(source, origin=name)):
        parts = _ARGUMENT_NAMES.get(call[1], ("message",))
        texts = [ast.literal_eval(literal) for literal in _LITERAL_PATTERN.findall(call[2])]
        yield Message(**dict(zip(parts, texts, strict=False)))


def extract_from_script(path: Path) -> Iterator[Message]:
    """Return the marked strings of a script of the desk."""
    with path.open("rb") as file:
        for _line, strings, _comments, context in extract(
            "javascript", file, _SCRIPT_FUNCTIONS, options={"parse_template_string": True}
        ):
            message, *plural = [strings] if isinstance(strings, str) else list(strings)
            yield Message(message, plural[0] if plural else "", context or "")


def extract_messages(paths: Iterable[Path], root: Path) -> dict[Message, list[str]]:
    """Return all marked strings of these files, each with the files that contain it.

    Raises:
        ExtractionFailed: a marked string cannot be read.
    """
    names_by_message: dict[Message, set[str]] = {}
    for path in paths:
        name = path.relative_to(root).as_posix()
        if path.suffix == ".js":
            messages = extract_from_script(path)
        elif path.suffix == ".py":
            messages = extract_from_python(path.read_text(encoding="utf-8"), name)
        else:
            messages = extract_from_template(path.read_text(encoding="utf-8"), name)
        for message in messages:
            if message.message:
                names_by_message.setdefault(message, set()).add(name)
    return {message: sorted(names) for message, names in names_by_message.items()}

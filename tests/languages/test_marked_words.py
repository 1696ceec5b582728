"""All texts for people are marked for translation: in messages of commands, refusals and forms."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from deploy.messages.extraction import MESSAGE_POSITIONS
from tests.helpers.sweeps import sweep

ROOT: Path = settings.BASE_DIR

#: Exceptions and functions whose first words a person reads.
_SAID = re.compile(
    r"^(CommandError|ArgumentTypeError|ValueRefused|ValidationError|ParseError|NoSuchThing|NotPossible|NotAllowed"
    r"|PermissionDenied|AuthenticationFailed|Conflict|Unprocessable|ContentTooLarge|UnknownClaimId"
    r"|FetchError|PostError|OverrideError|TableError|ReadingError|AuthorityUnavailable|ServiceUnavailable|VerificationFailed"
    r"|BackupFailed|BackupRunning|RestoreRefused|OutputError|KeyRefused|EmbedderError|InconsistentLedger|UnreadableExport"
    r"|HouseRecordRefused|RetractedClaim|InvalidPeriod|NothingPublished|ArchiveMissing|ArchiveDamaged|MediaRefused"
    r"|BodyRefusal|Outage|QuoteNotFound|ExtractionError|require|add_error|add_argument_group|add_column|build_target_error)$"
)
#: Methods of a command's or a page's streams.
_WRITTEN = re.compile(
    r"^self\.(stdout|stderr)\.write$|^(console|err)\.print$|^messages\.(success|error|warning|info)$"
)
#: Keywords, by the function that takes them.
_KEYWORDS = {
    ("add_argument", "help"),
    ("add_parser", "help"),
    ("display", "description"),
    ("action", "description"),
}
_ON_FIELDS = {"verbose_name", "verbose_name_plural", "violation_error_message", "label", "empty_label"}
#: Names of a class that people read.
_ATTRIBUTES = {"help", "default_detail", "verbose_name", "verbose_name_plural", "short_description"}

#: Texts that stay in English, by file, with the reason.
_ALLOWED = {
    "factcheck/api/openapi": "the documentation of the API is in English",
    "factcheck/api/google": "it answers as Google's own API does, in English",
    "claims/public/api/fact_check_tools.py": "it answers as Google's own API does, in English",
    "claims/imports/reading": "its errors are TranslatableMessages; places and causes are English",
    "claims/articles/detection": "what it says is translated where it is shown",
    "claims/ledger/proofs/signed_note.py": "it needs nothing but Python, so that others can verify with it",
    "claims/management/demo": "the demonstration tells of one newsroom, in its language",
}


def files() -> list[Path]:
    return [
        path
        for package in ("claims", "sources", "factcheck")
        for path in sorted(ROOT.glob(f"{package}/**/*.py"))
        if "migrations" not in path.parts
        and not any(path.relative_to(ROOT).as_posix().startswith(allowed) for allowed in _ALLOWED)
    ]


def unmarked(source: str) -> Iterator[tuple[int, str]]:
    """The sentences of a module that people read unchanged."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            yield from _in_call(node)
        elif isinstance(node, ast.ClassDef):
            for statement in node.body:
                if isinstance(statement, ast.Assign) and any(
                    isinstance(target, ast.Name) and target.id in _ATTRIBUTES for target in statement.targets
                ):
                    yield from _words(statement.value)


def _in_call(call: ast.Call) -> Iterator[tuple[int, str]]:
    name = _name(call.func)
    if _SAID.match(name) or _WRITTEN.match(ast.unparse(call.func)):
        # What follows the words of a form's error is its code.
        for argument in call.args[:1] if name == "ValidationError" else call.args:
            if name not in MESSAGE_POSITIONS or not isinstance(argument, ast.Constant):
                yield from _words(argument)
    for keyword in call.keywords:
        if (name, keyword.arg) in _KEYWORDS or keyword.arg in _ON_FIELDS:
            yield from _words(keyword.value, least=1)


def _words(node: ast.expr, *, least: int = 2) -> Iterator[tuple[int, str]]:
    """Literals that are used unchanged: not in a call that marks or transforms them."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        text = node.value
    elif isinstance(node, ast.JoinedStr):
        text = "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
    elif isinstance(node, ast.IfExp):
        yield from _words(node.body, least=least)
        yield from _words(node.orelse, least=least)
        return
    elif isinstance(node, ast.BinOp):
        yield from _words(node.left, least=least)
        return
    elif isinstance(node, ast.Dict):
        for value in node.values:
            yield from _words(value, least=least)
        return
    elif isinstance(node, ast.List | ast.Tuple):
        for value in node.elts:
            yield from _words(value, least=least)
        return
    else:
        return
    # Two words beside each other, or one that is a name: not a code, a format or a place.
    if re.search(r"[A-Za-z]{2,}[,:]? [a-z]{2,}" if least > 1 else r"^[A-Za-z][a-z]+( |$)", text):
        yield node.lineno, text


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


@pytest.mark.slow
def test_all_messages_are_marked() -> None:
    left = {
        f"{path.relative_to(ROOT)}:{line}": text
        for path in files()
        for line, text in unmarked(path.read_text(encoding="utf-8"))
    }
    assert left == {}


@sweep("allowed", _ALLOWED)
def test_allowed_exceptions_still_exist(allowed: str) -> None:
    assert (ROOT / allowed).exists()


@sweep(
    "said",
    [
        'raise CommandError("There is none.")',
        'raise CommandError(f"There is no {name} here.")',
        'raise ValidationError({"url": ["Give it twice."]})',
        'self.stdout.write("All is well." if ok else _("No."))',
        'parser.add_argument("--all", help="all of them")',
        'class C(BaseCommand):\n    help = "Do it now."',
        'models.CharField(verbose_name="name")',
        'raise NoSuchThing("There is no " + name)',
    ],
)
def test_words_that_are_not_marked_are_found(said: str) -> None:
    assert list(unmarked(said))


@sweep(
    "said",
    [
        'raise CommandError(_("There is no %(name)s here.") % {"name": name})',
        'parser.add_argument("--all", help=gettext("all of them"))',
        'self.stdout.write(f"{name}: {number:,}")',
        "raise CommandError(str(problem))",
        'class C(BaseCommand):\n    help = gettext_noop("Do it now.")',
        'models.CharField(verbose_name=_("name"))',
        'raise ValueError("A programmer reads this one.")',
    ],
)
def test_words_that_are_marked_are_not(said: str) -> None:
    assert not list(unmarked(said))

"""Update and compile the catalogues, keeping existing translations.

A catalogue names the files that contain a string. Line numbers and dates are left out, because they would change with
every commit.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from deploy.messages.extraction import Message

#: The plural forms of each language: their number, and the rule that chooses one.
PLURAL_FORMS = {
    "de": (2, "(n != 1)"),
    "es": (2, "(n != 1)"),
    "fr": (2, "(n > 1)"),
    "pt": (2, "(n != 1)"),
    "ar": (
        6,
        "(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 && n%100<=99 ? 4 : 5)",
    ),
    "ko": (1, "0"),
}
#: `django` contains the messages of Python and templates, `djangojs` the messages of scripts.
DOMAINS = ("django", "djangojs")

_FIXED_DATE = datetime(2000, 1, 1, tzinfo=UTC)
_CHANGING_HEADERS = re.compile(
    rb'^"(?:POT-Creation-Date|PO-Revision-Date|Generated-By|Last-Translator|Report-Msgid-Bugs-To)[^\n]*\n',
    re.MULTILINE,
)
_HEADER = (
    "# The visible words of Factcheck in this language. docs/languages.md explains how they are collected."
)


def get_catalogue_path(root: Path, code: str, domain: str) -> Path:
    return root / "locale" / code / "LC_MESSAGES" / f"{domain}.po"


def read(path: Path, code: str) -> Catalog:
    """Return the existing catalogue, or an empty one."""
    if not path.exists():
        return Catalog(locale=code)
    with path.open("rb") as file:
        return read_po(file, locale=code, abort_invalid=True)


def merge_catalogue(old: Catalog, messages: Mapping[Message, Iterable[str]], code: str) -> Catalog:
    """Return a catalogue of these messages with existing translations, without unused ones."""
    new = Catalog(
        locale=code,
        project="Factcheck",
        version="1",
        header_comment=_HEADER,
        language_team=code,
        creation_date=_FIXED_DATE,
        revision_date=_FIXED_DATE,
        fuzzy=False,
    )
    form_count, expression = PLURAL_FORMS[code]
    new.mime_headers = [("Plural-Forms", f"nplurals={form_count}; plural={expression};")]
    for message in sorted(messages, key=lambda m: (m.message, m.context, m.plural)):
        existing = old.get(message.id, context=message.context or None)
        string = (
            existing.string
            if existing and not existing.fuzzy and _has_all_forms(existing.string, message, form_count)
            else ""
        )
        new.add(
            message.id,
            string or (("",) * form_count if message.plural else ""),
            locations=[(name, None) for name in messages[message]],  # type: ignore[misc]  # no lines
            auto_comments=[],
            user_comments=existing.user_comments if existing else [],
            context=message.context or None,
        )
    return new


def _has_all_forms(string: object, message: Message, form_count: int) -> bool:
    """Return whether a translation has as many plural forms as the message needs."""
    if message.plural:
        return isinstance(string, tuple | list) and len(string) == form_count
    return isinstance(string, str)


def is_translated(string: str | Sequence[str] | None) -> bool:
    """Return whether a message is completely translated."""
    return bool(string) and all([string] if isinstance(string, str) else string or [])


def write_catalogue(catalog: Catalog) -> bytes:
    """Return the catalogue in the format for translators."""
    output = BytesIO()
    write_po(output, catalog, width=0, include_lineno=False, sort_output=False, ignore_obsolete=True)
    return _CHANGING_HEADERS.sub(b"", output.getvalue())


def compile_catalogue(catalog: Catalog) -> bytes:
    """Return the compiled catalogue, without messages that lack a plural form."""
    for message in [entry for entry in catalog if entry.id and not is_translated(entry.string)]:
        catalog.delete(message.id, message.context)
    catalog.creation_date = catalog.revision_date = _FIXED_DATE
    output = BytesIO()
    write_mo(output, catalog)
    return output.getvalue()

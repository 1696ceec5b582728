"""Visible words of libraries that are not translated into all our languages.

unfold has no translations; other libraries have Portuguese only by country, or lack Korean. Our translations fill the
gaps. If a library has the words in a regional variant of the language, these are used.
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from itertools import chain
from pathlib import Path

from babel.messages.mofile import read_mo

from deploy.messages.catalogues import PLURAL_FORMS, is_translated
from deploy.messages.extraction import ExtractionFailed, Message, extract_messages

#: The parts of libraries that are read: packages, and templates.
_LIBRARY_PARTS = {
    "unfold": ("*.py", "templates", "contrib/filters", "contrib/forms", "contrib/inlines"),
    "rest_framework": ("exceptions.py", "fields.py", "relations.py", "serializers.py", "validators.py"),
    "allauth": (
        "account",
        "mfa",
        "socialaccount/*.py",
        "templates/account",
        "templates/mfa",
        "templates/socialaccount",
        "templates/allauth",
    ),
}
#: Parts of Django whose catalogues may also translate the words of these libraries.
_DJANGO_PARTS = ("conf", "contrib/admin", "contrib/auth", "contrib/contenttypes", "contrib/humanize")
#: Regional variants in which libraries have one of our languages.
_DIALECTS = {"pt": ("pt_PT", "pt_BR"), "ko": ("ko_KR",)}

_OUTER_SPACE = re.compile(r"(\s*).*?(\s*)", re.DOTALL)
_INVISIBLE_CHARACTERS = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff\u00ad]")

Translations = dict[tuple[str | tuple[str, ...], str | None], str | tuple[str, ...]]


def find_untranslated(codes: list[str]) -> dict[Message, list[str]]:
    """Return messages missing in any of the languages, with their files."""
    return {
        message: files
        for name in _LIBRARY_PARTS
        for message, files in _find_marked_messages(name).items()
        if not all(_find_translation(name, code, dialects=False, message=message) for code in codes)
    }


def find_library_translation(message: Message, code: str) -> str | tuple[str, ...] | None:
    """Return a library's translation of the message into the language or one of its regional variants."""
    for name in _LIBRARY_PARTS:
        if translation := _find_translation(name, code, dialects=True, message=message):
            return (
                _clean_translation(translation, message)
                if isinstance(translation, str)
                else tuple(_clean_translation(form, message) for form in translation)
            )
    return None


def _clean_translation(text: str, message: Message) -> str:
    """Return the words with the original's outer white space and without direction marks."""
    leading, trailing = _OUTER_SPACE.fullmatch(message.message).groups()  # type: ignore[union-attr]  # it matches everything
    return leading + _INVISIBLE_CHARACTERS.sub("", text).strip() + trailing


def _find_translation(
    name: str, code: str, *, dialects: bool, message: Message
) -> str | tuple[str, ...] | None:
    for locale in (code, *(_DIALECTS.get(code, ()) if dialects else ())):
        for folder in (_find_folder(name), *(_find_folder("django") / part for part in _DJANGO_PARTS)):
            translation = _load_catalogue(folder, locale).get((message.id, message.context or None))
            if is_translated(translation) and (
                isinstance(translation, str) or len(translation or ()) == PLURAL_FORMS[code][0]
            ):
                return translation
    return None


@cache
def _load_catalogue(folder: Path, locale: str) -> Translations:
    path = folder / "locale" / locale / "LC_MESSAGES" / "django.mo"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        return {
            (tuple(message.id) if isinstance(message.id, list | tuple) else message.id, message.context): (
                tuple(message.string) if isinstance(message.string, list | tuple) else message.string or ""
            )
            for message in read_mo(file)
            if message.id
        }


@cache
def _find_marked_messages(name: str) -> dict[Message, list[str]]:
    root = _find_folder(name)
    files_by_message: dict[Message, list[str]] = {}
    for path in sorted(_iterate_files(root, _LIBRARY_PARTS[name])):
        try:
            files_by_message |= {
                message: sorted({*files_by_message.get(message, ()), *files})
                for message, files in extract_messages([path], root.parent).items()
            }
        except ExtractionFailed:  # a fault of the library, and translated nowhere
            continue
    return files_by_message


def _iterate_files(root: Path, parts: tuple[str, ...]) -> Iterator[Path]:
    for part in parts:
        for path in root.glob(part):
            yield from (
                chain.from_iterable(path.rglob(kind) for kind in ("*.py", "*.html", "*.txt"))
                if path.is_dir()
                else [path]
            )


@cache
def _find_folder(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise LookupError(name)
    return Path(spec.origin).parent

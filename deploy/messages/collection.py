"""Collect messages from the project's files."""

from collections.abc import Iterator
from pathlib import Path

from deploy.messages.catalogues import (
    DOMAINS,
    PLURAL_FORMS,
    compile_catalogue,
    get_catalogue_path,
    is_translated,
    merge_catalogue,
    read,
    write_catalogue,
)
from deploy.messages.extraction import Message, extract_messages
from deploy.messages.libraries import find_library_translation, find_untranslated

_PACKAGES = ("claims", "sources", "factcheck")
#: The message that tells a page the language of its own words (claims/public/pages/responses.py).
TAG = Message("en", context="BCP 47 tag of the language you translate into")


def collect_messages(root: Path, domain: str) -> dict[Message, list[str]]:
    """Return the messages of a domain with the files that contain them.

    Raises:
        ExtractionFailed: a marked string cannot be read.
    """
    if domain == "djangojs":
        scripts = [*root.glob("static/**/*.js"), *root.glob("claims/features/*/static/**/*.js")]
        return extract_messages(sorted(scripts), root)
    files = [path for package in _PACKAGES for path in root.glob(f"{package}/**/*.py")]
    folders = (root / "templates", *root.glob("claims/features/*/templates"))
    kinds = ("html", "txt", "xml", "md")
    files += [path for folder in folders for kind in kinds for path in folder.glob(f"**/*.{kind}")]
    own_messages = extract_messages(sorted(files), root)
    return {**find_untranslated(list(PLURAL_FORMS)), **own_messages}


def update_catalogues(root: Path) -> Iterator[str]:
    """Rewrite the catalogues of all languages, and report untranslated messages."""
    for domain in DOMAINS:
        messages = collect_messages(root, domain)
        for code in PLURAL_FORMS:
            path = get_catalogue_path(root, code, domain)
            catalog = merge_catalogue(read(path, code), messages, code)
            for message in messages:
                entry = catalog.get(message.id, context=message.context or None)
                if entry and message == TAG:
                    entry.string = code
                elif entry and not is_translated(entry.string):
                    entry.string = find_library_translation(message, code) or entry.string
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(write_catalogue(catalog))
            path.with_suffix(".mo").write_bytes(compile_catalogue(read(path, code)))
            untranslated = sum(1 for each in catalog if each.id and not is_translated(each.string))
            yield f"{path.relative_to(root)}: {len(messages)} messages, {untranslated} to translate"

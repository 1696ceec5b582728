"""From the files of the project to its catalogues."""

from collections.abc import Iterator
from pathlib import Path

from deploy.messages.catalogues import (
    DOMAINS,
    PLURAL_FORMS,
    compiled,
    is_translated,
    merged,
    path_of,
    read,
    written,
)
from deploy.messages.extraction import Message, marked_in
from deploy.messages.libraries import known, lacking

_PACKAGES = ("claims", "sources", "factcheck")
#: By this message a page knows what language its own words are in (claims/public/pages/responses.py).
TAG = Message("en", context="BCP 47 tag of the language you translate into")


def messages_of(root: Path, domain: str) -> dict[Message, list[str]]:
    """What the catalogues of a domain have to hold, with the files that have it.

    Raises:
        NotExtracted: a marked string cannot be read.
    """
    if domain == "djangojs":
        scripts = [*root.glob("static/**/*.js"), *root.glob("claims/features/*/static/**/*.js")]
        return marked_in(sorted(scripts), root)
    files = [path for package in _PACKAGES for path in root.glob(f"{package}/**/*.py")]
    folders = (root / "templates", *root.glob("claims/features/*/templates"))
    kinds = ("html", "txt", "xml", "md")
    files += [path for folder in folders for kind in kinds for path in folder.glob(f"**/*.{kind}")]
    own = marked_in(sorted(files), root)
    return {**lacking(list(PLURAL_FORMS)), **own}


def collect(root: Path) -> Iterator[str]:
    """Rewrite the catalogues of all languages, and report what is left to translate."""
    for domain in DOMAINS:
        messages = messages_of(root, domain)
        for code in PLURAL_FORMS:
            path = path_of(root, code, domain)
            catalog = merged(read(path, code), messages, code)
            for message in messages:
                entry = catalog.get(message.id, context=message.context or None)
                if entry and message == TAG:
                    entry.string = code
                elif entry and not is_translated(entry.string):
                    entry.string = known(message, code) or entry.string
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(written(catalog))
            path.with_suffix(".mo").write_bytes(compiled(read(path, code)))
            left = sum(1 for m in catalog if m.id and not is_translated(m.string))
            yield f"{path.relative_to(root)}: {len(messages)} messages, {left} to translate"

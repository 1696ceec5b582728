"""Validate the bodies of entries in an untrusted file."""

import hashlib
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext

from claims.exports.lines import ArchiveLine, UnreadableExport
from claims.ledger.document.markdown import is_safe
from factcheck.web.site_urls import has_valid_marks, parse_stored


def parse_entry_body(line: ArchiveLine) -> dict[str, Any]:
    """Parse the body of an entry.

    Raises:
        UnreadableExport: the body differs from what an export contains, or has content that is unsafe on a page.
    """
    if hashlib.sha256(line.body).hexdigest() != line.values["body_sha256"]:
        raise UnreadableExport(
            gettext("Line %(line)s: the body does not match its checksum (SHA-256).") % {"line": line.number}
        )
    if not has_valid_marks(line.body):
        raise UnreadableExport(
            gettext("Line %(line)s: the body contains a tab, which an export never contains.")
            % {"line": line.number}
        )
    body: dict[str, Any] = parse_stored(line.body)
    if not all(map(is_safe, _iterate_html(body))):
        raise UnreadableExport(
            gettext("Line %(line)s: an explanation contains HTML that an export never contains.")
            % {"line": line.number}
        )
    return body


def _iterate_html(body: dict[str, Any]) -> Iterator[str]:
    # Old entries, written before there were translations, have none.
    for text_holder in (*body["verdicts"], *body.get("translations", [])):
        yield text_holder["explanation_html"]

"""Technical details, collapsed behind a plain sentence."""

import json
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise


def render_json(sentence: StrOrPromise, document: Any) -> SafeString:
    """Render a document as JSON in a disclosure widget."""
    return format_html(
        '<details class="desk-fold"><summary>{}</summary>'
        '<pre class="desk-json" tabindex="0" dir="auto">{}</pre></details>',
        sentence,
        document if isinstance(document, str) else json.dumps(document, indent=2, ensure_ascii=False),
    )


def render_fingerprints(sentence: StrOrPromise, digests: dict[str, str]) -> SafeString:
    """Render the checksums of several files, each with the file's name, below a sentence on their purpose."""
    return format_html(
        '<details class="desk-fold"><summary>{}</summary><p class="desk-quiet">{}</p>{}</details>',
        _("Checksums"),
        sentence,
        format_html_join(
            "",
            '<p class="desk-quiet"><bdi>{}</bdi>: <span class="desk-code" title="SHA-256">{}</span></p>',
            digests.items(),
        ),
    )


def render_fingerprint(sentence: StrOrPromise, digest: str) -> SafeString | str:
    """Render a checksum below a sentence on its purpose, with its algorithm in a tooltip."""
    if not digest:
        return "–"
    return format_html(
        '<details class="desk-fold"><summary>{}</summary>'
        '<p class="desk-quiet">{} <span class="desk-code" title="SHA-256">{}</span></p></details>',
        sentence,
        _("Checksum:"),
        digest,
    )

"""What only technicians read, folded away behind a sentence that everybody understands."""

import json
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise


def folded_json(sentence: StrOrPromise, document: Any) -> SafeString:
    """A document as JSON, shown when somebody opens it."""
    pretty = json.dumps(document, indent=2, ensure_ascii=False)
    return format_html(
        '<details class="desk-fold"><summary>{}</summary><pre class="desk-json" tabindex="0">{}</pre></details>',
        sentence,
        pretty,
    )


def fingerprint(sentence: StrOrPromise, digest: str) -> SafeString | str:
    """What a SHA-256 is good for, and the digest for those who check it."""
    if not digest:
        return "–"
    shown = _("Its fingerprint, a SHA-256:")
    return format_html(
        '{}<br><span class="desk-quiet">{} <span class="desk-code">{}</span></span>', sentence, shown, digest
    )

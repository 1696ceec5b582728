"""The public page in a sandboxed frame at the desk."""

from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

from claims.admin.media_preview import address_of
from claims.models import Publication
from claims.public.pages.entry_page import entry_page
from claims.public.pages.responses import interface_language, rating_styles

#: What a frame may do: nothing. That it is of this site lets it show the site's own letters and colours.
SANDBOX = "allow-same-origin"


def reader_view(ledger: list[Publication], shown: Publication, *, language: str = "") -> str:
    """Render the public page of an entry without scripts. `ledger` holds all entries, newest first.

    An entry need not be stored: `claims.ledger.preview_entries` makes those that there would be.

    Args:
        language: that of a reader, into which it may be translated; "" for the original wording.
    """
    page = entry_page(ledger, shown, language=language)
    with translation.override(interface_language()):
        styles = rating_styles(page.ratings)
        context = page.context | {
            "claim": _with_files_of_the_desk(page.context["claim"]),
            "rating_styles": styles,
            "markup": "",
            "discovery": [],
            "is_shown_at_the_desk": True,
        }
        return render_to_string(page.template, context)


def _with_files_of_the_desk(claim: dict[str, Any]) -> dict[str, Any]:
    """Replace picture addresses by those of the desk, because unpublished pictures have no public one."""

    def here(shown: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [item | {"url": address_of(item["id"]) if item["url"] else ""} for item in shown]

    return claim | {
        "media": here(claim.get("media", [])),
        "verdicts": [
            verdict
            | {"evidence": [item | {"media": here(item.get("media", []))} for item in verdict["evidence"]]}
            for verdict in claim["verdicts"]
        ],
    }

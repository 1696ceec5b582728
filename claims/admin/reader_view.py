"""The public page in a sandboxed frame at the desk."""

from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

from claims.admin.media_preview import build_file_url
from claims.models import Publication
from claims.public.pages.entry_page import build_entry_page
from claims.public.pages.responses import build_rating_styles, get_interface_language
from sources.public_media import FOLDER

#: What a frame may do: nothing. That it is of this site lets it show the site's own letters and colours.
SANDBOX = "allow-same-origin"


def render_reader_view(ledger: list[Publication], shown: Publication, *, language: str = "") -> str:
    """Render the public page of an entry without scripts. `ledger` holds all entries, newest first.

    An entry need not be stored: `claims.ledger.preview_entries` makes those that there would be.

    Args:
        language: that of a reader, into which it may be translated; "" for the original wording.
    """
    page = build_entry_page(ledger, shown, language=language)
    with translation.override(get_interface_language()):
        styles = build_rating_styles(page.ratings)
        context = page.context | {
            "claim": _use_desk_files(page.context["claim"]),
            "rating_styles": styles,
            "markup": "",
            "discovery": [],
            "is_shown_at_the_desk": True,
        }
        return render_to_string(page.template, context)


def _use_desk_files(claim: dict[str, Any]) -> dict[str, Any]:
    """Replace picture addresses by those of the desk, because unpublished pictures have no public one."""

    def here(shown: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [item | {"url": build_file_url(item["id"]) if item["url"] else ""} for item in shown]

    def explanation(html: str) -> str:
        for item in claim.get("media", []):
            if item["url"]:
                public = FOLDER + item["url"].rpartition("/")[2]
                html = html.replace(f'src="{public}"', f'src="{build_file_url(item["id"])}"')
        return html

    return claim | {
        "media": here(claim.get("media", [])),
        "verdicts": [
            verdict
            | {
                "evidence": [item | {"media": here(item.get("media", []))} for item in verdict["evidence"]],
                "explanation_html": explanation(verdict["explanation_html"]),
            }
            for verdict in claim["verdicts"]
        ],
    }

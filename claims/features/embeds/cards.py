"""The card of a claim: a small page for frames on other sites, always current."""

from math import ceil
from typing import Any
from unicodedata import east_asian_width
from urllib.parse import urlencode

from csp.decorators import csp_replace
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from claims.features.embeds.embed_themes import EmbedTheme
from claims.ledger.document.headline import (
    choose_lead_verdict,
    describe_judgement,
    find_correction,
    find_label,
)
from claims.ledger.document.translated_document import translate_document
from claims.models import Publication
from claims.public.pages.responses import get_reader_language, respond
from factcheck.api.query_values import MAX_ID
from factcheck.language_names import is_right_to_left
from factcheck.web.language_addresses import build_permanent_path

Document = dict[str, Any]

#: The usual width of a card in CSS pixels, and the greatest width for which its lines are laid out.
WIDTH, MAX_WIDTH = 600, 700
#: The maximum height of a card on other sites in CSS pixels; a longer card scrolls.
MAX_HEIGHT = 1500
_PHONE_WIDTH = 380

_DISCOVERY_TYPES = {"json": "application/json+oembed", "xml": "text/xml+oembed"}


def get_current_document(claim_id: int) -> Document | None:
    """Return the current publication of a claim, following merges, or None if it was never published."""
    newest_entry = Publication.objects.newest().only("body", "merged_into_id")
    entry = newest_entry.filter(claim_id=min(claim_id, MAX_ID)).first()
    if entry and entry.merged_into_id:
        # If the other claim is not public, use the entry that says that this claim was merged.
        entry = newest_entry.filter(claim_id=entry.merged_into_id).first() or entry
    return entry.document if entry else None


# Every site may frame the card: it has no controls that a site around it could abuse.
@require_safe
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})  # type: ignore[arg-type]  # typed for views without arguments only
def show_card(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the card in the embedding site's theme (`embed_themes`) or in the theme of the reader's device."""
    current_document = get_current_document(pk)
    if current_document is None:
        raise Http404("No published claim has this number.")
    document = translate_document(current_document, get_reader_language())
    theme = EmbedTheme.from_parameters(request.GET)
    rated_verdicts = [verdict for verdict in document["verdicts"] if verdict["rating"]]
    context = {
        "claim": document,
        "lead": choose_lead_verdict(document),
        "rated": [
            {**verdict, "label": find_label(document["language"], verdict["rating"])}
            for verdict in rated_verdicts
        ],
        "withdrawn": ""
        if document["status"] == Publication.Status.PUBLISHED
        else describe_judgement(document),
        "correction": find_correction(document),
        "direction": "rtl" if is_right_to_left(document["language"]) else "ltr",
        "look": theme,
    }
    ratings = [verdict["rating"] for verdict in rated_verdicts]
    return respond(
        request,
        "claims/card.html",
        context,
        dependencies=[document],
        ratings=ratings,
        more_styles=theme.styles,
    )


def build_embed_code(document: Document) -> SafeString:
    """Build the HTML of a frame with the card, for people to paste. The frame's height suits a narrow phone."""
    return build_frame_html(document, width=WIDTH, height=estimate_card_height(document, _PHONE_WIDTH))


def build_widget_code(document: Document) -> SafeString:
    """Build the HTML to paste on sites that allow scripts: the widget's element and its script (docs/widgets.md)."""
    return format_html(
        '<factcheck-claim src="{}" height="{}">\n  <a href="{}">{}</a>\n</factcheck-claim>\n'
        '<script async src="{}"></script>',
        settings.SITE_URL + build_permanent_path("claim-permanent", document["id"]),
        estimate_card_height(document, WIDTH),
        document["url"],
        _build_frame_title(document),
        settings.SITE_URL + build_permanent_path("widget"),
    )


def build_frame_html(document: Document, *, width: int, height: int) -> SafeString:
    """Build the HTML of a frame that shows the card on another site.

    The HTML does not contain the verdict, because pasted code is never updated.
    """
    return format_html(
        '<iframe src="{}" title="{}" width="{}" height="{}" style="border:0;max-width:100%" loading="lazy"></iframe>',
        settings.SITE_URL + build_permanent_path("claim-card", document["id"]),
        _build_frame_title(document),
        width,
        height,
    )


def _build_frame_title(document: Document) -> str:
    statement = Truncator(" ".join(document["statement"].split())).chars(120)
    return _("Fact check by %(newsroom)s: %(statement)s") % {
        "newsroom": settings.NEWSROOM_NAME,
        "statement": statement,
    }


def list_discovery_links(document: Document) -> list[Document]:
    """Return links from the claim's page to its oEmbed responses, as JSON and as XML (oEmbed, section 4)."""
    endpoint = settings.SITE_URL + reverse("oembed")
    return [
        {"type": media_type, "href": f"{endpoint}?{urlencode({'url': document['url'], 'format': name})}"}
        for name, media_type in _DISCOVERY_TYPES.items()
    ]


def estimate_card_height(document: Document, width: int) -> int:
    """Estimate the height of the card at this width, in CSS pixels.

    The estimate uses the language whose texts are longest, and tends to be high. If the estimate is too
    low, the card scrolls in its frame.
    """
    languages = ["", *(translation["language"] for translation in document.get("translations", []))]
    return max(
        _estimate_language_height(translate_document(document, language), width) for language in languages
    )


def _estimate_language_height(document: Document, width: int) -> int:
    verdict, latest_correction = choose_lead_verdict(document), find_correction(document)
    texts = (
        (document["statement"], _STATEMENT_METRICS),
        (_format_claimant(document), _TEXT_METRICS),
        (verdict["summary"] if verdict else _EMPTY_TEXT, _TEXT_METRICS),
        (latest_correction["note"] if latest_correction else "", _TEXT_METRICS),
        (_FOOTER_TEXT, _TEXT_METRICS),
    )
    # Lines break between words, so the last word rarely ends exactly at the edge.
    text_width = max(width - 2 * _SIDE_PADDING - 20, 100)
    texts_height = sum(
        _count_lines(text, text_width, letter_width) * line_height
        for text, (letter_width, line_height) in texts
    )
    return min(round(_FIXED_HEIGHT + texts_height), MAX_HEIGHT)


# Measures from static/embed.css in CSS pixels: the space beside and around the texts, and the letter width
# and line height of each kind of text.
_SIDE_PADDING = 22
_FIXED_HEIGHT = 156
_STATEMENT_METRICS = (9.6, 26.0)
_TEXT_METRICS = (8.0, 25.0)
# Stand-ins, about as long as the texts that the card shows in these places.
_EMPTY_TEXT = "x" * 60
_FOOTER_TEXT = "x" * 65
_UNKNOWN_CLAIMANT_TEXT = "x" * 23
_DAY_TEXT = "x" * 16


def _format_claimant(document: Document) -> str:
    claimant = document["claimant"] or {"name": _UNKNOWN_CLAIMANT_TEXT, "job_title": ""}
    return f"{claimant['name']}, {claimant['job_title']}, {_DAY_TEXT}"


def _count_lines(text: str, text_width: int, letter_width: float) -> int:
    letters = sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
    return ceil(letters * letter_width / text_width)

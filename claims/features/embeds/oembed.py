"""oEmbed 1.0 (https://oembed.com): respond to a claim's URL with the HTML of its card."""

import json
from io import StringIO
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.translation import gettext
from django.utils.xmlutils import SimplerXMLGenerator
from django.views.decorators.http import require_safe

from claims.features.embeds.cards import (
    MAX_WIDTH,
    WIDTH,
    build_frame_html,
    estimate_card_height,
    get_current_document,
)
from claims.ledger.document.headline import build_headline, choose_lead_verdict
from claims.models import Publication
from claims.public.feeds.xml_text import strip_invalid_characters
from claims.public.pages import views
from claims.public.pages.responses import compute_etag
from factcheck.api.problems import InvalidParameters, ProblemResponse, build_parameters_response
from factcheck.api.query_strings import Parameter, Query, build_target_error
from factcheck.api.query_values import WholeNumber, Words
from factcheck.api.resources import CACHE_CURRENT, build_conditional_response
from factcheck.web.language_addresses import split_path

Document = dict[str, Any]

#: How many seconds a site may cache the response. The cached response is only a frame, whose card is always current.
CACHE_AGE = 3600

_CONTENT_TYPES = {"json": "application/json", "xml": "text/xml; charset=utf-8"}
_DEFAULT_PORTS = (None, 80, 443)


class EmbedQuery(Query):
    """The query parameters of an oEmbed request (oEmbed, section 2.2)."""

    url = Parameter(Words(2000), "Address of a claim's page.")
    format = Parameter(Words(), "`json` or `xml`.", default="json")
    maxwidth = Parameter(WholeNumber(), "The most that the card may be wide, in CSS pixels.")
    maxheight = Parameter(WholeNumber(), "The most that the card may be high, in CSS pixels.")


@require_safe
def show_oembed(request: HttpRequest) -> HttpResponse:
    """Return the oEmbed response for the claim at `url`."""
    with translation.override(settings.LANGUAGE_CODE):
        try:
            return _build_response(request)
        except InvalidParameters as refusal:
            return build_parameters_response(request, refusal)


def _build_response(request: HttpRequest) -> HttpResponse:
    query = EmbedQuery(_select_parameters(request.GET), Publication.objects.none(), request=request)
    response_format = query.value("format", "json")
    if response_format not in _CONTENT_TYPES:
        return ProblemResponse(request, 501, gettext("`format`: must be json or xml."))
    document = _load_published_at(query.value("url", ""))
    card = _build_card(document, max_width=query.value("maxwidth"), max_height=query.value("maxheight"))
    return build_conditional_response(
        request,
        lambda: _write_xml(card) if response_format == "xml" else json.dumps(card, ensure_ascii=False),
        etag=compute_etag(response_format, card),
        cache=CACHE_CURRENT,
        content_type=_CONTENT_TYPES[response_format],
    )


def _select_parameters(parameters: QueryDict) -> QueryDict:
    """Return the parameters that the standard defines and that have a value."""
    known_parameters = QueryDict(mutable=True)
    for name in EmbedQuery.base_filters:
        if values := [value for value in parameters.getlist(name) if value.strip()]:
            known_parameters.setlist(name, values)
    return known_parameters


def _load_published_at(url: str) -> Document:
    """Return the publication at a claim page's URL, with or without slug and query string.

    Raises:
        InvalidParameters: no URL was given.
        TargetNotFound: no published claim is at that URL.
    """
    if not url:
        detail = gettext("`url`: missing; give the address of a claim’s page.")
        raise InvalidParameters([{"parameter": "url", "code": "required", "detail": detail}])
    claim_id = _parse_claim_id(url)
    document = get_current_document(claim_id) if claim_id is not None else None
    if document is None:
        raise build_target_error(
            "url",
            gettext("this is not the address of a published claim, such as %(example)s.")
            % {"example": _build_example()},
        )
    return document


def _parse_claim_id(url: str) -> int | None:
    """Return the id in the URL of a claim's page, or None for any other URL."""
    try:
        parts = urlsplit(url.strip())
        if parts.scheme not in ("http", "https") or _get_site(parts) != _get_site(
            urlsplit(settings.SITE_URL)
        ):
            return None
        _language_code, path = split_path(unquote(parts.path))
        match = resolve(path if path.endswith("/") else f"{path}/")
    except (ValueError, Resolver404):
        return None
    return match.kwargs["pk"] if match.func is views.claim else None


def _get_site(url_parts: SplitResult) -> tuple[str | None, int | None]:
    return url_parts.hostname, None if url_parts.port in _DEFAULT_PORTS else url_parts.port


def _build_example() -> str:
    return f"{settings.SITE_URL}/claims/1/"


def _build_card(document: Document, *, max_width: int | None, max_height: int | None) -> Document:
    width = min(max_width or WIDTH, MAX_WIDTH)
    height = estimate_card_height(document, width)
    if max_height:
        height = min(height, max_height)
    verdict = choose_lead_verdict(document)
    author = verdict["publisher"] if verdict else {"name": settings.NEWSROOM_NAME, "url": settings.SITE_URL}
    return {
        "version": "1.0",
        "type": "rich",
        "title": build_headline(document),
        "author_name": author["name"],
        **({"author_url": author["url"]} if author["url"] else {}),
        "provider_name": settings.NEWSROOM_NAME,
        "provider_url": settings.SITE_URL,
        "cache_age": CACHE_AGE,
        "html": build_frame_html(document, width=width, height=height),
        "width": width,
        "height": height,
    }


def _write_xml(card: Document) -> str:
    text = StringIO()
    xml = SimplerXMLGenerator(text, "utf-8")
    xml.startDocument()
    xml.startElement("oembed", {})  # type: ignore[arg-type]  # a mapping does
    for name, value in card.items():
        xml.addQuickElement(name, strip_invalid_characters(str(value)))
    xml.endElement("oembed")
    return text.getvalue()

"""Template tags for publication documents on reader pages."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from django import template
from django.conf import settings
from django.template import Context
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _

from claims.ledger.document import claimreview
from claims.ledger.document.headline import choose_lead_verdict
from claims.ledger.document.sections import get_sections
from claims.ledger.document.translated_document import translate_document
from claims.models import Claimant, Evidence, MediaAuthenticity, Publication
from claims.models.rating import RatingClass
from claims.public.pages.annotated_text import TextPiece
from claims.public.pages.head_links import HeadLinks
from claims.public.pages.head_links import build_head_links as links_of
from claims.public.pages.responses import get_interface_language
from claims.public.pages.source_notes import SourceNote
from claims.public.pages.source_text import CheckedPassage
from claims.public.pages.structured_data import build_structured_data
from claims.public.pages.subject_names import build_subject_path
from factcheck.language_names import get_language_name
from factcheck.list_phrases import get_comma
from factcheck.web.language_addresses import build_path_here, build_path_in, get_page_path, list_alternates
from sources.addresses import get_domain, parse_fragment
from sources.models import MediaObject, Publisher, Source

Document = dict[str, Any]

#: Interface languages that write names of languages in lower case.
_LOWER_CASE_LANGUAGES = {"es", "fr", "pt"}
#: The maximum length of a statement in a text to share. A longer one is left out with its rating; cut, it could mean
#: the opposite.
MAX_SHARED_LENGTH = 300

register = template.Library()
register.filter("language_name", get_language_name)
register.filter("lead_verdict", choose_lead_verdict)

_CHOICES = {
    "stance": Evidence.Stance,
    "correction": Publication.Kind,
    "source": Source.Kind,
    "publisher": Publisher.Kind,
    "claimant": Claimant.Kind,
    "rating_class": RatingClass,
    "media": MediaObject.Kind,
    "authenticity": MediaAuthenticity,
}
_STANCES = ("refutes", "supports", "context")


@register.simple_tag
def newsroom() -> str:
    return settings.NEWSROOM_NAME


@register.simple_tag
def page_language() -> dict[str, Any]:
    """Return the language of the page's own text: its tag, names and direction, as Django's `get_language_info`."""
    return get_language_info(get_interface_language())


@register.simple_tag(takes_context=True)
def languages(context: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the languages of this page with their own names; empty if the page exists in one language only."""
    request = context.get("request")
    if request is None or not list_alternates(request):
        return []
    path, current_code = get_page_path(request), get_interface_language()
    return [
        {**get_language_info(code), "address": build_path_in(path, code), "is_current": code == current_code}
        for code, _name in settings.LANGUAGES
    ]


@register.simple_tag(takes_context=True)
def head_links(context: template.RequestContext) -> HeadLinks:
    """Return the links to the page's other URLs."""
    request = context.get("request")
    return links_of(request, context.flatten()) if request else HeadLinks()


@register.simple_tag(takes_context=True)
def page_markup(context: template.RequestContext) -> SafeString:
    """Return the JSON-LD of the page."""
    request = context.get("request")
    structured_data = build_structured_data(request, context.flatten()) if request else None
    return mark_safe(claimreview.to_script(structured_data)) if structured_data else SafeString()  # noqa: S308 - to_script() escapes


@register.filter
def open_graph_locale(language: str) -> str:
    """Return a language with a territory, as Open Graph requires (`de_DE`); "" if the territory is unknown."""
    if language == "und":
        return ""
    try:
        locale = Locale.parse(language, sep="-")
        likely_locale = Locale.parse(get_global("likely_subtags").get(locale.language, ""))
    except (ValueError, UnknownLocaleError):
        return ""
    return f"{locale.language}_{locale.territory or likely_locale.territory}"


@register.filter
def day(value: str | date | datetime | None) -> str | SafeString:
    """Format a date, given as a date or in ISO 8601, in the page's language and with machine-readable markup."""
    if not value:
        return ""
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    if isinstance(value, datetime):
        value = timezone.localdate(value)
    is_english = (get_language() or "en").startswith("en")
    text = _lower_months(date_format(value, "j F Y" if is_english else "DATE_FORMAT"))
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), text)


def _lower_months(text: str) -> str:
    """Return the text with Portuguese month names in lower case, because Django capitalises them."""
    return text.lower() if get_language() == "pt" else text


def month_name(value: str) -> str:
    """Format a month, given as 2026-03, in the page's language."""
    return format_month(value, get_language())


@lru_cache(maxsize=10_000)  # each page of the log of corrections lists all its months
def format_month(value: str, _language: str | None) -> str:
    year, month = value.split("-")
    return date_format(date(int(year), int(month), 1), "YEAR_MONTH_FORMAT")


@register.filter
def moment(value: str) -> SafeString:
    """Format a time given in ISO 8601, to the minute and with its time zone."""
    local_time = timezone.localtime(datetime.fromisoformat(value))
    return format_html(
        '{}{}<time datetime="{}">{}</time>',
        day(local_time),
        get_comma(),
        local_time.isoformat(timespec="seconds"),
        local_time.strftime("%H:%M %Z"),
    )


@register.filter
def label(rating: Document) -> str:
    """Return the rating's label in the page's language if the scale has one, else in the publisher's language."""
    return rating["labels"].get(get_language()) or rating["label"]


@register.filter
def definition(rating: Document) -> str:
    """Return the definition of a rating, in the page's language if the scale has it."""
    return rating["definitions"].get(get_language()) or rating["definition"]


@register.filter
def label_language(rating: Document) -> str:
    """Return the language of the text that the filter `label` returns for this rating."""
    language = get_language() or ""
    return language if rating["labels"].get(language) else rating["language"]


@register.filter
def group_by_stance(evidence: Iterable[Document]) -> list[tuple[str, list[Document]]]:
    """Group evidence by stance, leaving out empty groups."""
    groups = {stance: [item for item in evidence if item["stance"] == stance] for stance in _STANCES}
    return [(stance, items) for stance, items in groups.items() if items]


@register.filter
def choice_label(code: str, choices: str) -> str:
    """Return the label of a code. `choices` names its list, such as `stance`, `correction` or `source`."""
    return str(dict(_CHOICES[choices].choices).get(code, code))


@register.simple_tag(takes_context=True)
def translated_claim(context: Context, document: Document) -> Document:
    """Return the claim in the reader's language if it is translated, and otherwise the original."""
    return translate_document(document, str(context.get("reader_language", "")))


@register.filter
def language_names(tags: Iterable[str]) -> list[str]:
    """Return the names of languages in the page's language, if Django knows them."""
    return [get_language_name(tag) for tag in tags]


@register.filter
def country_name(code: str) -> str:
    """Return a country's name in the page's language, or else its code (ISO 3166-1)."""
    return str(Locale.parse(get_interface_language(), sep="-").territories.get(code, code))


@register.filter
def section_templates(verdict: Document) -> list[str]:
    """Return the templates of a verdict's sections."""
    return [section.template for section in get_sections() if verdict.get(section.key)]


@register.filter
def language_in_sentence(tag: str) -> str:
    """Return the name of a language for use inside a sentence, in lower case where the page's language requires it."""
    name = get_language_name(tag)
    return name.lower() if get_language() in _LOWER_CASE_LANGUAGES else name


@register.filter
def host(url: str) -> str:
    """Return the host of a URL, as link text."""
    return get_domain(url)


@register.filter
def subject_path(subject: Document, kind: str) -> str:
    """Return the path of the page of a claimant, topic or publisher that a publication mentions."""
    return build_subject_path(kind, subject["id"], subject["name"])


@register.filter
def site_path(url: str) -> str:
    """Return the path of a URL of this site, so that pages load content only from their own host."""
    path = url.removeprefix(settings.SITE_URL)
    return url if path == url else build_path_here(path)


@register.filter
def clock(seconds: float) -> str:
    """Format a duration or a position in a recording like a player: 1:02:03."""
    minutes, remaining_seconds = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{remaining_seconds:02}" if hours else f"{minutes}:{remaining_seconds:02}"


@register.filter
def recording_part(fragment: str) -> str:
    """Describe a part of a recording in words."""
    start, end = parse_fragment(fragment)
    if end is None:
        return _("from %(begins)s onwards") % {"begins": clock(start)}
    return _("from %(begins)s to %(ends)s") % {"begins": clock(start), "ends": clock(end)}


@register.filter
def passage_url(appearance: Document) -> str:
    """Return the URL of a highlighted passage on the source's page."""
    source, snapshot = appearance["source"]["id"], appearance["snapshot"]
    page = (
        reverse("source-snapshot", args=[source, snapshot["number"]])
        if snapshot
        else reverse("source", args=[source])
    )
    return f"{page}#appearance-{appearance['id']}"


@register.filter
def quote_status(statuses: dict[tuple[str, int], Any] | str, item: Document) -> Any:
    """Return the status of a quote, or None if the page has no statuses."""
    quote_kind = "evidence" if "stance" in item else "appearance"
    return statuses.get((quote_kind, item["id"])) if isinstance(statuses, dict) else None


@register.filter
def select_source_notes(notes: dict[int, list[SourceNote]] | str, source: Document) -> list[SourceNote]:
    """Return the notes on a source; empty if the page has none."""
    return notes.get(source["id"], []) if isinstance(notes, dict) else []


@register.filter
def colour_classes(rating: Document | None) -> str:
    """Return the CSS classes with the colours of a rating: its own colours, or the colours of its rating class."""
    if rating is None:
        return "class-not_rated"
    return f"class-{rating['rating_class'] or 'not_rated'} rating-{rating['id']}"


@register.filter
def render_source_piece(piece: TextPiece[CheckedPassage]) -> SafeString:
    """Render a piece of a source's text; if a claim quotes the piece, mark it and link it to the claim.

    This is not a template, because every space between two pieces would appear in the text.
    """
    anchors = format_html_join(
        "",
        '<span class="anchor" id="appearance-{}"></span>',
        ((passage.appearance["id"],) for passage in piece.beginning_spans),
    )
    passage = piece.innermost_span
    if passage is None:
        return anchors + conditional_escape(piece.text)
    return anchors + format_html(
        '<mark class="{}"><a href="{}">{}{}{}</a></mark>{}',
        colour_classes(_get_rating(passage)),
        _build_claim_url(passage),
        build_screen_reader_text(_describe_verdict(passage)) if passage in piece.beginning_spans else "",
        piece.text,
        format_html("<sup>{}</sup>", passage.number) if piece.is_innermost_end else "",
        format_html_join(
            "",
            '<sup><a href="{}">{}{}</a></sup>',
            (
                (
                    _build_claim_url(passage),
                    build_screen_reader_text(f"{_describe_verdict(passage)} {passage.claim['statement']}"),
                    passage.number,
                )
                for passage in piece.other_ending_spans
            ),
        ),
    )


def _get_rating(passage: CheckedPassage) -> Document | None:
    verdict = choose_lead_verdict(passage.claim)
    return verdict["rating"] if verdict else None


def _describe_verdict(passage: CheckedPassage) -> str:
    rating = _get_rating(passage)
    return _("Rated %(label)s:") % {"label": label(rating)} if rating else ""


def build_screen_reader_text(text: str) -> SafeString:
    """Return HTML that only screen readers read aloud, for information that sighted readers see from colours.

    The words have their own text direction, so that they do not affect the direction of the surrounding text.
    """
    return format_html('<span class="visually-hidden" dir="auto">{} </span>', text)


def _build_claim_url(passage: CheckedPassage) -> str:
    return reverse("claim", args=[passage.claim["id"], passage.claim["slug"]])


@register.filter
def share_text(document: Document) -> str:
    """Return a text to share, in the page's language: rating, statement, publisher and URL."""
    verdict, statement = choose_lead_verdict(document), " ".join(document["statement"].split())
    if verdict is None or len(statement) > MAX_SHARED_LENGTH:
        publisher = verdict["publisher"]["name"] if verdict else ""
        template = _("Fact check by %(publisher)s: %(address)s") if publisher else "%(address)s"
        return template % {"publisher": publisher, "address": document["url"]}
    rating = verdict["rating"]
    return _("%(rating)s: “%(statement)s” – fact check by %(publisher)s, %(address)s") % {
        "rating": rating["labels"].get(get_language()) or rating["label"],
        "statement": statement,
        "publisher": verdict["publisher"]["name"],
        "address": document["url"],
    }

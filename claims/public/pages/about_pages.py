"""The newsroom's pages about itself, written by editors in versions."""

from dataclasses import dataclass
from html import unescape
from typing import Any

from django.conf import settings
from django.db.models.functions import Left
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.utils.html import strip_tags
from django.utils.safestring import mark_safe
from django.utils.text import Truncator
from django.views.decorators.http import require_safe

from claims.ledger.document.markdown import to_html
from claims.models import NewsroomPage
from claims.public.pages.page_cache import read_public
from claims.public.pages.responses import get_interface_language, respond

#: The order of the pages: the most common questions of readers first.
_KIND_ORDER = (
    NewsroomPage.Kind.ORGANISATION,
    NewsroomPage.Kind.TEAM,
    NewsroomPage.Kind.METHODOLOGY,
    NewsroomPage.Kind.NONPARTISANSHIP,
    NewsroomPage.Kind.FUNDING,
    NewsroomPage.Kind.CORRECTIONS_POLICY,
    NewsroomPage.Kind.CONTACT,
)
#: The number of characters of a page that are searched for its first paragraph.
_BEGINNING_LENGTH = 2_000
_OPENING_LENGTH = 220


@dataclass(frozen=True, slots=True)
class AboutPage:
    """The newest version of a page, in the language that suits a reader best."""

    kind: str
    #: The name of this kind of page, in the interface's language.
    name: str
    title: str
    #: The first paragraph as plain text.
    opening: str
    language: str
    version: int


def get_reader_language() -> str:
    """Return the reader's language, even if the interface is not translated into it: these texts come from editors."""
    return translation.get_language() or settings.LANGUAGE_CODE


def load_pages(language: str) -> list[AboutPage]:
    """Return the newsroom's pages, each in this language if available."""
    rows = NewsroomPage.objects.current().annotate(beginning=Left("text", _BEGINNING_LENGTH)).defer("text")
    pages_by_kind: dict[str, dict[str, NewsroomPage]] = {}
    for row in rows:
        pages_by_kind.setdefault(row.kind, {})[row.language] = row
    chosen_pages = [(kind, pages_by_kind[kind]) for kind in _KIND_ORDER if kind in pages_by_kind]
    return [
        _build_page(kind, pages_by_language[choose_language(language, [*pages_by_language])])
        for kind, pages_by_language in chosen_pages
    ]


def _build_page(kind: NewsroomPage.Kind, row: Any) -> AboutPage:
    return AboutPage(
        kind.value, str(kind.label), row.title, _extract_opening(row.beginning), row.language, row.version
    )


def _extract_opening(text: str) -> str:
    """Return the first paragraph that is not a heading, as plain text."""
    paragraphs = (paragraph.strip() for paragraph in text.split("\n\n"))
    opening = next((paragraph for paragraph in paragraphs if paragraph and not paragraph.startswith("#")), "")
    plain_text = " ".join(unescape(strip_tags(to_html(opening))).split())
    return Truncator(plain_text).chars(_OPENING_LENGTH)


@require_safe
@read_public
def about_index(request: HttpRequest) -> HttpResponse:
    """List the pages about the newsroom."""
    language = get_reader_language()
    with translation.override(get_interface_language()):
        pages = load_pages(language)
    return respond(request, "claims/about_index.html", {"pages": pages}, dependencies=[pages])


@require_safe
@read_public
def about(request: HttpRequest, kind: str, version: int | None = None) -> HttpResponse:
    """Show a page about the newsroom, in the reader's language if available, with its versions."""
    wanted_language = get_reader_language()
    shown_page, versions, languages = load_page_versions(request, kind, version, wanted_language)
    with translation.override(get_interface_language()):
        other_languages = [row for row in load_pages(wanted_language) if row.kind != kind]
    context: dict[str, Any] = {
        "page": shown_page,
        "text": mark_safe(to_html(shown_page.text)),  # noqa: S308 - to_html sanitises
        "versions": versions,
        "languages": languages,
        "others": other_languages,
    }
    dependencies = [*(row.pk for row in versions), *languages, *(row.title for row in other_languages)]
    return respond(request, "claims/about.html", context, dependencies=dependencies)


def load_page_versions(
    request: HttpRequest, kind: str, version: int | None, reader_language: str
) -> tuple[NewsroomPage, list[NewsroomPage], list[str]]:
    """Return the requested or newest version of a page, all its versions, and the languages in which it exists.

    The language is the one that the URL names or, if the page lacks it, the best one for the reader. Raises Http404.
    """
    languages = list(NewsroomPage.objects.current().filter(kind=kind).values_list("language", flat=True))
    requested_language = request.GET.get("language", "")
    language = (
        requested_language if requested_language in languages else choose_language(reader_language, languages)
    )
    versions = list(NewsroomPage.objects.filter(kind=kind, language=language).order_by("-version"))
    shown_page = next((row for row in versions if version in (None, row.version)), None)
    if shown_page is None:
        raise Http404("The newsroom has not written this page.")
    return shown_page, versions, languages


def choose_language(language: str, languages: list[str]) -> str:
    """Choose the language to show: the reader's, in any regional form, then the newsroom's, then English."""
    for wanted_language in (language, settings.LANGUAGE_CODE, "en"):
        main_language = wanted_language.partition("-")[0].lower()
        suitable_languages = [
            wanted_language,
            *(
                language_code
                for language_code in languages
                if language_code.partition("-")[0].lower() == main_language
            ),
        ]
        if chosen_language := next(
            (language_code for language_code in suitable_languages if language_code in languages), ""
        ):
            return chosen_language
    return next(iter(languages), "")

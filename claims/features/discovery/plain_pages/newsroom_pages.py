"""The data of the home page, the query guide and the newsroom's pages, for their Markdown."""

from django.conf import settings
from django.http import Http404, HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from claims.features.discovery.plain_pages import list_text, newsroom_text
from claims.features.discovery.plain_pages.claim_text import not_checked, plain
from claims.features.discovery.plain_pages.list_pages import claims
from claims.features.discovery.plain_pages.llms import questions, reading
from claims.features.discovery.plain_pages.markdown_escapes import line
from claims.features.discovery.plain_pages.plain_page import PlainPage
from claims.models import NewsroomPage, RatingClass
from claims.public.pages.about_pages import choose_language, load_pages
from claims.public.pages.rating_meanings import MEANINGS
from claims.public.pages.views import find_shown_scales
from factcheck.web.language_addresses import permanent


def home(request: HttpRequest) -> PlainPage:
    """Return the contents of the home page."""
    newest = claims(request)
    text = list_text.page_of(
        settings.NEWSROOM_NAME,
        newsroom_text.links(reading()),
        newest.text.replace("# ", "## ", 1),
        about=_("Fact checks by %(newsroom)s.") % {"newsroom": line(settings.NEWSROOM_NAME)},
    )
    return PlainPage(text, permanent("home"))


def check(request: HttpRequest) -> PlainPage:
    """Return how to look up whether something was checked."""
    text = list_text.page_of(_("Has this been checked?"), not_checked(), newsroom_text.links(questions()))
    return PlainPage(text, permanent("check"))


def methodology(request: HttpRequest) -> PlainPage:
    """Return the meaning of each rating, and how we correct."""
    text = list_text.page_of(_("How we rate and correct"), newsroom_text.scales(find_shown_scales()))
    return PlainPage(text, permanent("methodology"))


def about_index(request: HttpRequest) -> PlainPage:
    """Return the list of pages about the newsroom."""
    written = [
        (one.title, plain(settings.SITE_URL + permanent("about", one.kind)), line(one.opening))
        for one in load_pages(get_language() or "en")
    ]
    text = list_text.page_of(
        _("About us"), newsroom_text.links(written) or _("Nothing has been written yet.")
    )
    return PlainPage(text, permanent("about-index"))


def rating_classes(request: HttpRequest) -> PlainPage:
    """The ten classes that all ratings are compared by."""
    told = [
        (
            f"{label} ({value})",
            plain(settings.SITE_URL + permanent("rating-class", value)),
            str(MEANINGS[value]),
        )
        for value, label in RatingClass.choices
    ]
    text = list_text.page_of(_("Ratings"), newsroom_text.links(told))
    return PlainPage(text, permanent("rating-classes"))


def about(request: HttpRequest, kind: str, version: int | None = None) -> PlainPage:
    """A page on which the newsroom explains itself."""
    languages = list(NewsroomPage.objects.current().filter(kind=kind).values_list("language", flat=True))
    asked = request.GET.get("language", "")
    language = asked if asked in languages else choose_language(get_language() or "en", languages)
    versions = list(NewsroomPage.objects.filter(kind=kind, language=language).order_by("-version"))
    shown = next((one for one in versions if version in (None, one.version)), None)
    if shown is None:
        raise Http404("The newsroom has not written this page.")
    text = list_text.page_of(shown.title, newsroom_text.about(shown, versions))
    return PlainPage(text, permanent("about", kind), is_found=version is None)

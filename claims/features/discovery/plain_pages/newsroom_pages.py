"""The home page, the query guide and the newsroom's pages as Markdown."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from claims.features.discovery.plain_pages import list_text, newsroom_text
from claims.features.discovery.plain_pages.claim_text import build_markdown_url, explain_not_checked
from claims.features.discovery.plain_pages.list_pages import build_claims
from claims.features.discovery.plain_pages.llms import list_pages, list_queries
from claims.features.discovery.plain_pages.markdown_escapes import escape_line
from claims.features.discovery.plain_pages.plain_page import PlainPage
from claims.models import RatingClass
from claims.public.pages.about_pages import load_page_versions, load_pages
from claims.public.pages.rating_meanings import MEANINGS
from claims.public.pages.views import find_shown_scales
from factcheck.web.language_addresses import build_permanent_path


def build_home(request: HttpRequest) -> PlainPage:
    """Return the home page."""
    newest_claims = build_claims(request)
    text = list_text.write_page(
        settings.NEWSROOM_NAME,
        newsroom_text.write_links(list_pages()),
        newest_claims.text.replace("# ", "## ", 1),
        introduction=_("Fact checks by %(newsroom)s.") % {"newsroom": escape_line(settings.NEWSROOM_NAME)},
    )
    return PlainPage(text, build_permanent_path("home"))


def build_check_guide(request: HttpRequest) -> PlainPage:
    """Return the guide on how to find out whether a claim was checked."""
    text = list_text.write_page(
        _("Has this been checked?"), explain_not_checked(), newsroom_text.write_links(list_queries())
    )
    return PlainPage(text, build_permanent_path("check"))


def build_methodology(request: HttpRequest) -> PlainPage:
    """Return the page with the meaning of each rating, and the newsroom's rules for corrections."""
    text = list_text.write_page(_("How we rate and correct"), newsroom_text.write_scales(find_shown_scales()))
    return PlainPage(text, build_permanent_path("methodology"))


def build_about_index(request: HttpRequest) -> PlainPage:
    """Return the list of the newsroom's pages about itself."""
    links = [
        (
            about_page.title,
            build_markdown_url(settings.SITE_URL + build_permanent_path("about", about_page.kind)),
            escape_line(about_page.opening),
        )
        for about_page in load_pages(get_language() or "en")
    ]
    text = list_text.write_page(
        _("About us"), newsroom_text.write_links(links) or _("Nothing has been written yet.")
    )
    return PlainPage(text, build_permanent_path("about-index"))


def build_rating_classes(request: HttpRequest) -> PlainPage:
    """Return the page that explains the ten rating classes."""
    links = [
        (
            f"{label} ({value})",
            build_markdown_url(settings.SITE_URL + build_permanent_path("rating-class", value)),
            str(MEANINGS[value]),
        )
        for value, label in RatingClass.choices
    ]
    text = list_text.write_page(_("Ratings"), newsroom_text.write_links(links))
    return PlainPage(text, build_permanent_path("rating-classes"))


def build_about(request: HttpRequest, kind: str, version: int | None = None) -> PlainPage:
    """Return one of the newsroom's pages about itself, or an earlier version of it."""
    about_page, versions, _languages = load_page_versions(request, kind, version, get_language() or "en")
    text = list_text.write_page(about_page.title, newsroom_text.write_about_page(about_page, versions))
    return PlainPage(text, build_permanent_path("about", kind), is_indexable=version is None)

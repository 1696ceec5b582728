"""Claimants, topics, publishers and rating classes as Markdown, with counts and claims but no scores."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.features.discovery.plain_pages import list_text, newsroom_text
from claims.features.discovery.plain_pages.claim_text import build_markdown_url
from claims.features.discovery.plain_pages.list_pages import build_next_url, find_claims
from claims.features.discovery.plain_pages.plain_page import PlainPage, redirect_to_moved_page
from claims.models import PublishedVerdict, RatingClass
from claims.public.pages.rating_meanings import MEANINGS
from claims.public.pages.subject_indexes import SubjectIndex, read_index_query
from claims.public.pages.subject_names import build_subject_path, load_names
from claims.public.pages.subjects import count_claims
from factcheck.api.query_values import MAX_ID
from factcheck.web.language_addresses import build_permanent_path


def build_publisher(request: HttpRequest, pk: int, slug: str = "") -> PlainPage | HttpResponseBase:
    """Return the page with a publisher's fact checks. Publishers known only from sources have no page."""
    verdicts = PublishedVerdict.objects.current().filter(publisher_id=min(pk, MAX_ID))
    if not verdicts.order_by().exists():
        raise Http404("No published fact check is by this publisher.")
    return build_subject_page("publisher", request, pk, slug)


def build_rating_class(request: HttpRequest, rating_class: str) -> PlainPage:
    """Return the page with the meaning of a rating class, and the claims rated with this class."""
    if rating_class not in RatingClass.values:
        raise Http404("There is no such rating.")
    result_text, lines = find_claims(request, {"rating": rating_class})
    title = str(RatingClass(rating_class).label)
    text = list_text.write_page(title, result_text, lines, introduction=str(MEANINGS[rating_class]))
    return PlainPage(text, build_permanent_path("rating-class", rating_class))


def build_index_page(index: SubjectIndex, request: HttpRequest) -> PlainPage:
    """Return the page that lists subjects of published claims: all of them by name, or the results of a search."""
    page = read_index_query(request, index)
    links = [
        (
            subject.name,
            build_markdown_url(settings.SITE_URL + subject.address),
            _describe_count(subject.number),
        )
        for subject in page.subjects
    ]
    lines = newsroom_text.write_links(links) or _("Nothing was found.")
    link = list_text.format_next_link(build_next_url(request, page.page.next)) if page.page.next else ""
    return PlainPage(list_text.write_page(str(index.title), lines, link), build_permanent_path(index.route))


def build_subject_page(
    subject_type: str, request: HttpRequest, pk: int, slug: str = ""
) -> PlainPage | HttpResponseBase:
    """Return the page of a claimant, topic or publisher, which lists the checked claims."""
    pk = min(pk, MAX_ID)
    name = load_names({subject_type: [pk]}).get((subject_type, pk))
    if name is None:
        raise Http404("No published claim mentions it.")
    path = build_subject_path(subject_type, pk, name)
    if path != build_permanent_path(subject_type, pk, slug or "-"):
        return redirect_to_moved_page(request, path)
    result_text, lines = find_claims(request, {subject_type: pk})
    subject_filters = _describe_count(count_claims(subject_type, pk))
    return PlainPage(list_text.write_page(name, result_text, lines, introduction=subject_filters), path)


def _describe_count(claim_count: int) -> str:
    return ngettext("%(count)s checked claim", "%(count)s checked claims", claim_count) % {
        "count": claim_count
    }

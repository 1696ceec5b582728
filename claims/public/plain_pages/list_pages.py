"""Lists, read for their Markdown. They are asked as the pages are, by the same parameters."""

import json
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from claims.ledger.document.cluster_document import cluster as public_cluster
from claims.ledger.queries.cluster_filters import ClusterListQuery
from claims.models import Cluster
from claims.public.api.correction_entries import corrected
from claims.public.pages.clusters import CLUSTERS_PER_PAGE
from claims.public.pages.corrections import asked_corrections
from claims.public.pages.views import Search
from claims.public.plain_pages import list_text
from claims.public.plain_pages.markdown_escapes import line
from claims.public.plain_pages.plain_page import PlainPage
from factcheck.api.pagination import page_of_rows
from factcheck.api.query_values import ValueRefused
from factcheck.web.language_addresses import permanent
from factcheck.web.own_addresses import placed, stored


def claims(request: HttpRequest) -> PlainPage:
    """The newest published claims, or those that are searched for."""
    search = Search(request.GET)
    if not search.is_valid():
        raise Http404("The address asks for something that cannot be.")
    is_meant = False
    try:
        page = search.page()
        if not page.rows and search.mean():
            is_meant, page = True, search.page()
    except ValueRefused as refusal:
        raise Http404(str(refusal)) from None
    documents = [row.document for row in page.rows]
    words = search.cleaned_data["q"]
    total = search.results().count() if search.narrows and not is_meant else None
    found = list_text.found_for(words, documents, is_meant=is_meant, total=total) if words else ""
    if not documents and not words:
        found = (
            _("Nothing has been published yet.") if not search.narrows else _("No published claim matches.")
        )
    listed = list_text.claims(documents, following=_following(request, page.next))
    about = _("What was checked, the newest first. Ask with ?q= for words.")
    return PlainPage(list_text.page_of(_("Fact checks"), found, listed, about=about), permanent("claims"))


def clusters(request: HttpRequest) -> PlainPage:
    """The published rumours, the newest first."""
    rows = Cluster.objects.public().with_what_is_seen()
    try:
        page = page_of_rows(
            rows,
            ordering=ClusterListQuery.orderings[0],
            size=CLUSTERS_PER_PAGE,
            cursor=request.GET.get("cursor", "")[:2000],
        )
    except ValueRefused as refusal:
        raise Http404(str(refusal)) from None
    shown = [{**public_cluster(row)} for row in page.rows]
    listed = list_text.clusters(shown, following=_following(request, page.next))
    return PlainPage(
        list_text.page_of(_("Rumours that go around"), listed or _("None has been published yet.")),
        permanent("clusters"),
    )


def corrections(request: HttpRequest) -> PlainPage:
    """What was corrected, clarified, updated or retracted, the newest first."""
    page, _query = asked_corrections(request)
    entries = [json.loads(placed(stored(one.entry).encode())) for one in corrected(page.rows)]
    listed = list_text.corrections(entries, following=_following(request, page.next))
    about = _(
        "What %(newsroom)s changed after publication: what it said before, what it says now, and why."
    ) % {"newsroom": line(settings.NEWSROOM_NAME)}
    return PlainPage(
        list_text.page_of(_("Corrections"), listed or _("Nothing was corrected."), about=about),
        permanent("corrections"),
    )


def _following(request: HttpRequest, cursor: str) -> str:
    """The address of the next page; "" where there is none."""
    if not cursor:
        return ""
    asked = request.GET.copy()
    asked["cursor"] = cursor
    return f"{settings.SITE_URL}{request.path}?{urlencode(list(asked.items()))}"

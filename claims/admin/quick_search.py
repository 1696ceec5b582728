"""The Ctrl-K search, which finds the newest matching rows, a few of each model."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from unfold.dataclasses import SearchResult

from claims.admin.public_state import describe_claim_state, prefetch_states
from claims.admin.status_badges import describe_ratings
from claims.models import Claim, Claimant, Topic, Verdict
from factcheck.admin.base import DeskAdmin, get_page_url, get_person
from sources.models import Source

#: The models in the order in which they are searched, each with its menu icon.
MODEL_ICONS: dict[type[Model], str] = {
    Claim: "format_quote",
    Source: "article",
    Claimant: "record_voice_over",
    Topic: "sell",
}
#: The most results of each model: more do not fit on a screen, and reading them would take seconds.
RESULTS_PER_MODEL = 10


def search_desk(request: HttpRequest, search: str) -> list[SearchResult]:
    """Return the search results for unfold's `search_callback`."""
    # The text as typed, because `search` is in lower case.
    text = request.GET.get("s", search).strip()
    groups = [
        SearchResult(str(row), _describe_kind(row), get_page_url(row), icon)
        for model, icon in MODEL_ICONS.items()
        for row in _find_rows(request, model, text)
    ]
    if request.user.has_perm("claims.add_claim") and text:
        url = f"{reverse('admin:claims_claim_add')}?{urlencode({'statement': text})}"
        groups.append(SearchResult(_("New claim: %s") % text, _("Add this claim"), url, "add_circle"))
    return groups


def _find_rows(request: HttpRequest, model: type[Model], search: str) -> list[Model]:
    model_admin = admin.site.get_model_admin(model)
    if not isinstance(model_admin, DeskAdmin) or not model_admin.has_view_or_change_permission(request):
        return []
    rows = model_admin.get_queryset(request)
    if model is Claim:
        verdicts = Verdict.objects.readable_by(get_person(request)).select_related("rating")
        rows = rows.prefetch_related(*prefetch_states(verdicts))
    matches = _list_newest(model_admin.filter_matching(request, rows, search))
    if not matches and (suggestions := model_admin.suggest_rows(request, rows, search)) is not None:
        return _list_newest(suggestions)
    return matches


def _describe_kind(row: Any) -> str:
    """Return the kind of a search result and, for a claim, also its state and ratings."""
    kind = str(row._meta.verbose_name)
    if not isinstance(row, Claim):
        return kind
    verdicts = list(row.verdicts.all())
    ratings = describe_ratings(verdicts)
    return f"{kind}: {' · '.join(filter(None, [describe_claim_state(row, verdicts), ratings]))}"


def _list_newest(rows: QuerySet[Any]) -> list[Model]:
    return list(rows.order_by("-pk")[:RESULTS_PER_MODEL])

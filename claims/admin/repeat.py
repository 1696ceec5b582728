"""Repeats of checked claims at the desk: an editor confirms a repeat as an appearance, or rejects it."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Exists, Max, Min, OuterRef, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter

from claims.admin.list_filters import QueueFilter, QueueOrder
from claims.admin.status_badges import build_rating_badge
from claims.models import Claim, PublishedVerdict, Rating, Repeat
from claims.quotes.locations import cut_words_after, cut_words_before
from claims.review import repeats
from factcheck.admin.badges import render_badge
from factcheck.admin.base import DeskAdmin, get_page_url, get_person
from factcheck.admin.row_actions import change_rows, desk_page, row_action
from sources.models import Source

#: The rating classes of claims whose repeats are listed as returning claims.
FALSE_CLASSES = ("false", "mostly_false", "misleading")
#: The most claims listed as returning claims, most recently seen first.
_REPEAT_LIMIT = 100
#: The most sources listed for each claim.
_SOURCE_LIMIT = 3
#: The number of characters of text shown on each side of the repeated words.
_CONTEXT_LENGTH = 160


@admin.register(Repeat)
class RepeatAdmin(QueueOrder, DeskAdmin):
    list_display = ("comparison",)
    list_display_links = None
    list_filter = (
        QueueFilter,
        ("origin", ChoicesDropdownFilter),
        ("outcome", ChoicesDropdownFilter),
        ("claim", AutocompleteSelectFilter),
        ("source", AutocompleteSelectFilter),
    )
    list_per_page = 20
    list_select_related = ("claim", "source", "proposal", "snapshot")
    search_fields = ("exact", "claim__statement")
    search_help_text = _("Search by words in the sentence or claim")
    ordering = ("-last_seen_at", "-pk")
    autocomplete_fields = ("source",)
    actions = ("confirm_selected", "reject_selected")
    change_list_template = "admin/desk/repeat_list.html"
    change_form_outer_before_template = "admin/desk/repeat_top.html"
    fields = ("source",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Repeat | None = None) -> tuple[str, ...]:
        """Return the read-only fields. The source is editable only for a reader's text, where it is unknown."""
        is_source_unknown = obj is not None and obj.origin == Repeat.Origin.READER and not obj.outcome
        return () if is_source_unknown else ("source",)

    def prepare(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        ratings_by_claim = _load_ratings({repeat.claim_id for repeat in rows})
        for repeat in rows:
            repeat.rating_badges = ratings_by_claim.get(repeat.claim_id, [])

    @admin.display(description=_("the new wording and the checked claim"))
    def comparison(self, repeat: Repeat) -> SafeString:
        return render_to_string("admin/desk/repeat.html", _build_context(repeat))

    def build_page_context(self, request: HttpRequest, repeat: Any, /) -> dict[str, Any]:
        repeat.rating_badges = _load_ratings({repeat.claim_id}).get(repeat.claim_id, [])
        return _build_context(repeat)

    # Deciding ---------------------------------------------------------------------------------------------------------

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("claims.change_repeat")

    @admin.action(description=_("Same claim: add the appearance"), permissions=["decide"])
    def confirm_selected(self, request: HttpRequest, rows: QuerySet[Repeat]) -> None:
        person = get_person(request)
        count = change_rows(
            request, rows, lambda repeat: repeats.confirm(repeat, by=person), attrgetter("exact")
        )
        if count:
            message = ngettext("%d repeat confirmed.", "%d repeats confirmed.", count)
            messages.success(request, message % count)

    @admin.action(description=_("Not a repeat"), permissions=["decide"])
    def reject_selected(self, request: HttpRequest, rows: QuerySet[Repeat]) -> None:
        count = repeats.reject(rows, by=get_person(request))
        message = ngettext(
            "%d sentence marked as not a repeat.", "%d sentences marked as not a repeat.", count
        )
        messages.success(request, message % count)

    @row_action(_("Same claim: add the appearance"), permission="decide")
    def confirm(self, request: HttpRequest, repeat: Repeat) -> str:
        repeats.confirm(repeat, by=get_person(request))
        link = format_html('<a href="{}">{}</a>', get_page_url(repeat.claim), repeat.claim)
        return format_html(gettext("Added to the appearances of “{}”."), link)

    @row_action(_("Not a repeat"), permission="decide")
    def reject(self, request: HttpRequest, repeat: Repeat) -> str:
        repeats.reject([repeat], by=get_person(request))
        return gettext("Marked as not a repeat.")

    def get_page_after(self, request: HttpRequest, row: Repeat) -> str:
        return reverse("admin:claims_repeat_changelist") + "?queue=repeats"

    # Returning claims -----------------------------------------------------------------------------------------------

    @desk_page("coming-back/", "returning")
    def returning_claims_view(self, request: HttpRequest) -> HttpResponse:
        """Show false claims that have appeared again, with their sources, counts and dates."""
        if not self.has_view_permission(request):
            raise Http404
        context = {
            "title": gettext("Recurring false claims"),
            "returning_claims": find_returning_claims(self.get_queryset(request)),
            "most": _REPEAT_LIMIT,
        }
        return self.show_page(request, "returning_claims", context)


def find_returning_claims(rows: QuerySet[Repeat]) -> list[dict[str, Any]]:
    """Return the claims rated false that have been repeated, each with its repeats, most recent repeat first."""
    false_verdicts = PublishedVerdict.objects.current().filter(
        claim_id=OuterRef("claim_id"), rating_class__in=FALSE_CLASSES
    )
    repeats = list(
        rows.not_rejected()  # type: ignore[attr-defined]  # a RepeatQuerySet
        .filter(Exists(false_verdicts))
        .order_by()
        .values("claim")
        .annotate(
            places=Count("source", distinct=True),
            times=Sum("times"),
            since=Min("first_seen_at"),
            last=Max("last_seen_at"),
        )
        .order_by("-last", "-claim")[:_REPEAT_LIMIT]
    )
    keys = {row["claim"] for row in repeats}
    claims = Claim.objects.in_bulk(keys)
    ratings, sources = _load_ratings(keys), _load_sources(rows, keys)
    return [
        {
            **row,
            "claim": claims[row["claim"]],
            "page": get_page_url(claims[row["claim"]]),
            "rating_badges": ratings.get(row["claim"], []),
            "sources": sources.get(row["claim"], [])[:_SOURCE_LIMIT],
            "repeats": f"{reverse('admin:claims_repeat_changelist')}?claim__id__exact={row['claim']}",
        }
        for row in repeats
    ]


def _load_ratings(claims: set[int]) -> dict[int, list[SafeString | str]]:
    """Return the badges of the current public ratings of these claims, keyed by claim id."""
    verdicts = PublishedVerdict.objects.current().filter(claim_id__in=claims).order_by("verdict_id")
    pairs = list(verdicts.values_list("claim_id", "rating_id"))
    ratings = Rating.objects.in_bulk({rating for _claim, rating in pairs if rating})
    badges_by_claim: dict[int, list[SafeString | str]] = {}
    for claim, rating in pairs:
        if rating in ratings:
            badges_by_claim.setdefault(claim, []).append(build_rating_badge(ratings[rating]))
    return badges_by_claim


def _load_sources(rows: QuerySet[Repeat], claims: set[int]) -> dict[int, list[tuple[Source, str]]]:
    """Return the sources in which each claim was repeated, newest first, keyed by claim id."""
    repeats = rows.not_rejected().filter(claim__in=claims, source__isnull=False)  # type: ignore[attr-defined]
    sources_by_claim: dict[int, dict[int, tuple[Source, str]]] = {}
    for repeat in repeats.select_related("source").order_by("-last_seen_at", "-pk"):
        sources_by_claim.setdefault(repeat.claim_id, {})[repeat.source_id] = (
            repeat.source,
            get_page_url(repeat.source),
        )
    return {claim: list(sources.values()) for claim, sources in sources_by_claim.items()}


def _build_context(repeat: Any) -> dict[str, Any]:
    text_before, text_after = repeat.prefix, repeat.suffix
    if repeat.snapshot and repeat.start is not None:
        text = repeat.snapshot.text
        text_before, text_after = (
            cut_words_before(text, repeat.start, _CONTEXT_LENGTH),
            cut_words_after(text, repeat.end, _CONTEXT_LENGTH),
        )
    outcome = None
    if repeat.outcome:
        values = {"what": repeat.get_outcome_display(), "who": repeat.decided_by_name}
        tone = "good" if repeat.outcome == Repeat.Outcome.CONFIRMED else "faded"
        outcome = render_badge(gettext("%(what)s, according to %(who)s") % values, tone)  # type: ignore[arg-type]
    return {
        "repeat": repeat,
        "before": text_before,
        "after": text_after,
        "claim_page": get_page_url(repeat.claim),
        "source_page": get_page_url(repeat.source) if repeat.source else "",
        "proposal_page": get_page_url(repeat.proposal) if repeat.proposal else "",
        "rating_badges": repeat.rating_badges,
        "outcome": outcome,
    }

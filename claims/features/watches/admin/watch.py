"""The desk's pages of watches: the followed feeds, sitemaps and pages, with their status and results."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext, gettext_lazy, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from claims.admin.list_filters import QueueFilter, QueueOrder
from claims.features.watches import visits, watch_edits
from claims.features.watches.admin.watch_messages import build_state_badge, describe_last_visit
from claims.features.watches.discovered_feeds import FollowableList, find_followable_lists
from claims.features.watches.models import Watch, WatchedPage, WatchProgress
from claims.models import Claim
from factcheck.admin.base import DeskAdmin, get_page_url, get_person
from factcheck.admin.row_actions import RefusalMessages, row_action
from factcheck.admin.unsaved import mark_form_as_saved
from factcheck.installation.messages import translate_message
from sources.http.fetch_errors import FetchError

#: The most found pages shown on a watch's page.
_MAX_SHOWN_PAGES = 10

_WATCH_OF_CLAIM = "appearances__source__watched_pages__watch"


class AddressForm(forms.Form):
    """A form for the pasted URL of a feed or page."""

    address = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=2000,
        widget=UnfoldAdminTextInputWidget({"inputmode": "url", "placeholder": "https://"}),
        help_text=gettext_lazy(
            "The address of a feed, a sitemap or any page of a site that links to its feeds. You will see "
            "what was found before anything is followed."
        ),
    )


@admin.register(Watch)
class WatchAdmin(QueueOrder, DeskAdmin):
    list_display = ("name", "kind", "state", "last_visit", "next_visit", "triage_link", "waiting_count")
    list_filter = (QueueFilter, "active", "progress__kind")
    list_select_related = ("progress",)
    search_fields = ("name", "url")
    ordering = ("name", "pk")
    readonly_fields = ("url",)
    change_form_outer_before_template = "admin/desk/watch_top.html"
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "name",
                    "url",
                    ("language", "interval_minutes"),
                    ("most_per_visit", "most_per_day"),
                    "most_proposals_per_day",
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Watch]:
        rows: QuerySet[Watch] = super().get_queryset(request).select_related("progress")
        waiting_pages = WatchedPage.objects.waiting().filter(watch=OuterRef("pk")).order_by().values("watch")
        return rows.annotate(
            triage_number=_count_claims_in_triage(get_person(request)),
            waiting_number=_format_count(waiting_pages.annotate(number=Count("pk")).values("number")),
        )

    # The list --------------------------------------------------------------------------------------------------------

    @admin.display(description=_("kind"), ordering="progress__kind")
    def kind(self, watch: Watch) -> str:
        return str(watch.progress.get_kind_display()) or "–"

    @admin.display(description=_("state"), ordering="progress__consecutive_failures")
    def state(self, watch: Watch) -> SafeString:
        return build_state_badge(watch)

    @admin.display(description=_("last visit"), ordering="progress__visited_at")
    def last_visit(self, watch: Watch) -> str:
        return describe_last_visit(watch)

    @admin.display(description=_("next visit"), ordering="progress__next_visit_at")
    def next_visit(self, watch: Watch) -> str:
        if not watch.active:
            return "–"
        return date_format(localtime(watch.progress.next_visit_at), "SHORT_DATETIME_FORMAT")

    @admin.display(description=_("to triage"), ordering="triage_number")
    def triage_link(self, watch: Any) -> SafeString:
        return format_html('<a href="{}">{}</a>', _build_triage_link(watch), watch.triage_number)

    @admin.display(description=_("articles waiting"), ordering="waiting_number")
    def waiting_count(self, watch: Any) -> int:
        number: int = watch.waiting_number
        return number

    # The page --------------------------------------------------------------------------------------------------------

    def build_page_context(self, request: HttpRequest, watch: Any, /) -> dict[str, Any]:
        checked_pages = watch.pages.filter(looked_at__isnull=False).select_related("source")
        return {
            "watch": watch,
            "watch_badge": build_state_badge(watch),
            "last_visit": describe_last_visit(watch),
            "pages": checked_pages.order_by(F("looked_at").desc(), "-pk")[:_MAX_SHOWN_PAGES],
            "triage_list": _build_triage_link(watch),
        }

    def save_model(self, request: HttpRequest, obj: Watch, form: forms.ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        watch_edits.apply_interval(obj)

    def describe_deletion(self, rows: Any) -> str:
        page_count = WatchedPage.objects.filter(watch__in=rows, source__isnull=False).count()
        return (
            ngettext(
                "%d article from this feed or page is kept",
                "%d articles from this feed or page are kept",
                page_count,
            )
            % page_count
        )

    # Adding ----------------------------------------------------------------------------------------------------------

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the feeds and pages that can be followed at a pasted URL, and follow the chosen one."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method == "POST" and "follow" in request.POST:
            return self._follow_chosen_page(request)
        form = AddressForm(request.POST or None)
        followable_lists = _find_followable_lists(form) if form.is_bound and form.is_valid() else []
        if followable_lists:
            mark_form_as_saved(request)
        context = {"title": gettext("Follow a feed or a page"), "form": form, "feeds": followable_lists}
        return self.show_page(request, "watch_add", context)

    def _follow_chosen_page(self, request: HttpRequest) -> HttpResponse:
        values = {name: request.POST.get(name, "") for name in ("name", "kind")}
        with RefusalMessages(request):
            watch = watch_edits.add_watch(request.POST["follow"], by=get_person(request), **values)
            self.log_addition(request, watch, [{"added": {}}])
            messages.success(
                request,
                gettext("You now follow this address. The first visit imports only the newest articles."),
            )
            return HttpResponseRedirect(get_page_url(watch))
        return HttpResponseRedirect(request.path)

    # Buttons ---------------------------------------------------------------------------------------------------------

    @row_action(_("Visit now"), is_offered=lambda watch, person: watch.active)
    def visit(self, request: HttpRequest, watch: Watch) -> str:
        watch_edits.queue_visit_now(watch, by=get_person(request))
        return gettext("The visit will take place within a minute. This page will show the result.")

    @row_action(_("Pause"), is_offered=lambda watch, person: watch.active)
    def pause(self, request: HttpRequest, watch: Watch) -> str:
        watch_edits.set_active(watch, is_active=False, by=get_person(request))
        return gettext("Paused: nothing more is fetched. Articles already imported are kept.")

    @row_action(_("Continue"), is_offered=lambda watch, person: not watch.active)
    def resume(self, request: HttpRequest, watch: Watch) -> str:
        watch_edits.set_active(watch, is_active=True, by=get_person(request))
        return gettext("We are following this source again.")


def _find_followable_lists(form: AddressForm) -> list[tuple[FollowableList, str, Watch | None]]:
    """Return the lists that can be followed at the URL, each with its existing watch, if any."""
    try:
        lists = find_followable_lists(
            form.cleaned_data["address"], visits.build_visitor(max_wait_seconds=10.0)
        )
    except FetchError as problem:
        form.add_error("address", translate_message(problem))
        return []
    kind_labels = dict(WatchProgress.Kind.choices)
    return [
        (followable_list, str(kind_labels[followable_list.kind]), Watch.objects.with_url(followable_list.url))
        for followable_list in lists
    ]


def _count_claims_in_triage(person: User) -> Coalesce:
    """Return a subquery that counts the claims in triage which come from the articles of a watch."""
    proposals = Claim.objects.readable_by(person).filter(
        **{_WATCH_OF_CLAIM: OuterRef("pk")}, state=Claim.State.PROPOSED
    )
    claim_counts = proposals.order_by().values(_WATCH_OF_CLAIM).annotate(number=Count("pk", distinct=True))
    return _format_count(claim_counts.values("number"))


def _format_count(number: QuerySet[Any]) -> Coalesce:
    return Coalesce(Subquery(number, output_field=IntegerField()), 0)


def _build_triage_link(watch: Watch) -> str:
    return f"{reverse('admin:claims_claim_changelist')}?queue=triage&watch={watch.pk}"

"""The desk's pages of followed newsrooms. A newsroom's key is checked before the newsroom is added."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext, gettext_lazy, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from claims.admin.list_filters import QueueFilter, QueueOrder
from claims.features.federation import peer_edits
from claims.features.federation.ledger_pages import Signer
from claims.features.federation.models import PeerClaim, PeerNewsroom
from claims.ledger.house_signature import compute_fingerprint, get_public_key
from claims.newsroom.refusals import NotPossible
from factcheck.admin.badges import render_badge
from factcheck.admin.base import DeskAdmin, get_page_url, get_person
from factcheck.admin.row_actions import RefusalMessages, row_action
from factcheck.admin.unsaved import mark_form_as_saved
from factcheck.installation.messages import activate_newsroom_language


class SiteForm(forms.Form):
    """A form for the URL of another newsroom."""

    address = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=500,
        widget=UnfoldAdminTextInputWidget({"inputmode": "url", "placeholder": "https://"}),
        help_text=gettext_lazy(
            "The address of the newsroom’s site, or of any page there. You will see its signing key before "
            "anything is followed."
        ),
    )


class KeyForm(forms.Form):
    """A form that sends back the signing key shown on the page."""

    key = forms.CharField(widget=forms.HiddenInput)


@admin.register(PeerNewsroom)
class PeerNewsroomAdmin(QueueOrder, DeskAdmin):
    list_display = ("name", "url", "state", "imported_claims", "up_to_date_at")
    list_filter = (QueueFilter, "active")
    list_select_related = ("progress",)
    search_fields = ("name", "url")
    ordering = ("name", "pk")
    fields = ("name", "url", "key_fingerprint", "created_at")
    readonly_fields = ("url", "key_fingerprint", "created_at")
    change_form_outer_before_template = "admin/desk/peer_newsroom_top.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[PeerNewsroom]:
        rows: QuerySet[PeerNewsroom] = super().get_queryset(request).select_related("progress")
        current_claims = (
            PeerClaim.objects.not_withdrawn().filter(newsroom=OuterRef("pk")).order_by().values("newsroom")
        )
        claim_count = Subquery(
            current_claims.annotate(number=Count("pk")).values("number"), output_field=IntegerField()
        )
        return rows.annotate(claims_number=Coalesce(claim_count, 0))

    # The list ---------------------------------------------------------------------------------------------------------

    @admin.display(description=_("state"), ordering="progress__consecutive_failures")
    def state(self, newsroom: PeerNewsroom) -> SafeString:
        return _build_state_badge(newsroom)

    @admin.display(description=_("claims"), ordering="claims_number")
    def imported_claims(self, newsroom: Any) -> str:
        return f"{newsroom.claims_number:,}"  # annotated above

    @admin.display(description=_("up to date as of"), ordering="progress__visited_at")
    def up_to_date_at(self, newsroom: PeerNewsroom) -> str:
        visited_at = newsroom.progress.visited_at
        return date_format(localtime(visited_at), "SHORT_DATETIME_FORMAT") if visited_at else "–"

    @admin.display(description=_("key"))
    def key_fingerprint(self, newsroom: PeerNewsroom) -> str:
        return compute_fingerprint(newsroom.key)

    # The page ---------------------------------------------------------------------------------------------------------

    def build_page_context(self, request: HttpRequest, newsroom: Any, /) -> dict[str, Any]:
        offered_key = newsroom.progress.offered_key
        return {
            "newsroom": newsroom,
            "newsroom_badge": _build_state_badge(newsroom),
            "claims_page": _build_claims_url(newsroom),
            "offered_fingerprint": compute_fingerprint(offered_key) if offered_key else "",
            "known_fingerprint": compute_fingerprint(newsroom.key),
        }

    def describe_deletion(self, rows: Any) -> str:
        count = PeerClaim.objects.filter(newsroom__in=rows).count()
        return (
            ngettext("%d claim imported from the newsroom", "%d claims imported from the newsroom", count)
            % count
        )

    # Following a newsroom -----------------------------------------------------------------------------------------

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Add a newsroom in two steps: enter its URL, then compare and accept its signing key."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method == "POST" and "key" in request.POST:
            return self._follow_accepted_signer(request)
        form = SiteForm(request.POST or None)
        signer = _look_up_signer(form) if form.is_bound and form.is_valid() else None
        if signer:
            mark_form_as_saved(request)
        context = {
            "title": gettext("Follow another newsroom"),
            "form": form,
            "signer": signer,
            "signer_fingerprint": compute_fingerprint(signer.key) if signer else "",
            "own_fingerprint": compute_fingerprint(get_public_key()),
        }
        return self.show_page(request, "peer_newsroom_add", context)

    def _follow_accepted_signer(self, request: HttpRequest) -> HttpResponse:
        with RefusalMessages(request):
            # Check again: the form can contain anything, and the key may have changed since the person accepted it.
            signer = peer_edits.look_up_newsroom(request.POST.get("url", ""))
            if signer.key != request.POST["key"]:
                raise NotPossible(
                    gettext("The newsroom signs with a different key from the one shown to you.")
                )
            newsroom = peer_edits.follow_newsroom(
                signer, name=request.POST.get("name", ""), by=get_person(request)
            )
            self.log_addition(request, newsroom, [{"added": {}}])
            messages.success(
                request,
                gettext(
                    "You now follow this newsroom. Its publications will be imported within a few minutes."
                ),
            )
            return HttpResponseRedirect(get_page_url(newsroom))
        return HttpResponseRedirect(request.path)

    # Buttons ------------------------------------------------------------------------------------------------------

    @row_action(
        _("Accept the new key"),
        is_offered=lambda newsroom, person: newsroom.active and newsroom.progress.halted == "key",
        form=KeyForm,
        initial=lambda newsroom: {"key": newsroom.progress.offered_key},
    )
    def accept_key(self, request: HttpRequest, newsroom: PeerNewsroom, key: str) -> str:
        """Accept the newsroom's new key after the person has verified the key, and return a success message."""
        peer_edits.accept_key(newsroom, key, by=get_person(request))
        return gettext("The new key is accepted, and the newsroom is followed again.")

    @row_action(
        _("Start again"),
        is_offered=lambda newsroom, person: newsroom.active and newsroom.progress.halted not in ("", "key"),
    )
    def restart_import(self, request: HttpRequest, newsroom: PeerNewsroom) -> str:
        """Delete the newsroom's imported claims, queue a new import of all of them, and return a success message."""
        peer_edits.restart_import(newsroom, by=get_person(request))
        with activate_newsroom_language():
            subject_name = gettext("imported claims")
        self.log_change(request, newsroom, [{"changed": {"fields": [subject_name]}}])
        return gettext("The imported claims were removed; all of them will be imported again.")

    @row_action(
        _("Check now"), is_offered=lambda newsroom, person: newsroom.active and not newsroom.progress.halted
    )
    def sync_now(self, request: HttpRequest, newsroom: PeerNewsroom) -> str:
        peer_edits.sync_now(newsroom, by=get_person(request))
        return gettext("The newsroom will be queried within a minute. This page will show the result.")

    @row_action(_("Pause"), is_offered=lambda newsroom, person: newsroom.active)
    def pause(self, request: HttpRequest, newsroom: PeerNewsroom) -> str:
        peer_edits.set_active(newsroom, is_active=False, by=get_person(request))
        return gettext("Paused: nothing more is imported. Claims already imported are kept.")

    @row_action(_("Continue"), is_offered=lambda newsroom, person: not newsroom.active)
    def resume(self, request: HttpRequest, newsroom: PeerNewsroom) -> str:
        peer_edits.set_active(newsroom, is_active=True, by=get_person(request))
        return gettext("We are following this newsroom again.")


def _look_up_signer(form: SiteForm) -> Signer | None:
    try:
        return peer_edits.look_up_newsroom(form.cleaned_data["address"])
    except NotPossible as refusal:
        form.add_error("address", str(refusal))
        return None


def _build_state_badge(newsroom: PeerNewsroom) -> SafeString:
    progress = newsroom.progress
    if not newsroom.active:
        return render_badge(_("Paused"), "faded")
    if progress.halted:
        return render_badge(progress.get_halted_display(), "bad")
    if progress.consecutive_failures:
        return render_badge(_("Failing"), "bad")
    if progress.visited_at is None:
        return render_badge(_("Importing"), "waiting")
    return render_badge(_("Followed"), "good")


def _build_claims_url(newsroom: PeerNewsroom) -> str:
    return f"{reverse('admin:federation_peerclaim_changelist')}?newsroom__id__exact={newsroom.pk}"

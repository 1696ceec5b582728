"""The desk's pages for notifications: their list, their number in the page header, and the email settings."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, Max, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from claims.features.teamwork import mails, notifications, preferences
from claims.features.teamwork.activity_text import describe_event
from claims.features.teamwork.admin.comment import shorten_text
from claims.features.teamwork.admin.comment_threads import build_comment_path
from claims.features.teamwork.admin.preference_form import PreferenceForm
from claims.features.teamwork.models import MailChoice, Notification
from factcheck import features
from factcheck.admin.badges import render_badge
from factcheck.admin.base import DeskAdmin, ReadOnlyAdmin, get_page_url, get_person
from factcheck.admin.row_actions import desk_page
from factcheck.admin.session import mark_background

#: The highest count; for more, the page header shows “99+”.
MAX_COUNT = 100


class ReadFilter(admin.SimpleListFilter):
    """A filter for read or unread notifications."""

    title = _("read")
    parameter_name = "read"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("Unread")), ("yes", _("Read"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Notification]) -> QuerySet[Notification]:
        if self.value() in ("no", "yes"):
            return queryset.filter(read_at__isnull=self.value() == "no")
        return queryset


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin, DeskAdmin):
    """The list of a person's own notifications."""

    list_display = ("event_text", "claim_and_excerpt", "created_at")
    list_display_links = None
    list_filter = (ReadFilter, ("kind", ChoicesDropdownFilter))
    list_select_related = ("claim", "comment")
    deleted_by_pages = ("claims_claim_delete", "claims_verdict_delete", "auth_user_delete")
    ordering = (F("read_at").desc(nulls_first=True), "-pk")
    sortable_by = ()
    actions = ("mark_selected_read",)
    change_list_template = "admin/desk/notification_list.html"
    fields = ("event_text", "claim_and_excerpt", "created_at", "read_at")
    readonly_fields: ClassVar[tuple[str, ...]] = ("event_text", "claim_and_excerpt")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Notification]:
        rows: Any = super().get_queryset(request)
        own_rows: QuerySet[Notification] = rows.for_person(get_person(request))
        return own_rows

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether the user is signed in to the desk; all such users have notifications."""
        return bool(request.user.is_active and request.user.is_staff)

    # The list ---------------------------------------------------------------------------------------------------------

    @admin.display(description=_("event"))
    def event_text(self, row: Notification) -> SafeString:
        page = reverse("admin:teamwork_notification_open", args=[row.pk])
        text, badge = (
            describe_event(row.kind, row.actor_name),
            "" if row.read_at else render_badge(_("New"), "active"),
        )
        return format_html(
            '<span class="desk-happened"><a href="{}" dir="auto">{}</a> {}</span>', page, text, badge
        )

    @admin.display(description=_("claim"))
    def claim_and_excerpt(self, row: Notification) -> SafeString:
        excerpt = shorten_text(row.comment.text if row.comment else row.note, 200)
        text = (
            format_html('<span class="desk-quiet desk-notification-text" dir="auto">{}</span>', excerpt)
            if excerpt
            else ""
        )
        return format_html('<span class="desk-statement" dir="auto">{}{}</span>', row.claim, text)

    @admin.action(description=_("Mark as read"))
    def mark_selected_read(self, request: HttpRequest, queryset: QuerySet[Notification]) -> None:
        marked_count = notifications.mark_read(get_person(request), rows=queryset)
        messages.success(request, _describe_marked_count(marked_count))

    # Requests ---------------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        return [
            # Requests that a page makes in the background must neither redirect to the sign-in page nor keep
            # the session alive.
            path("unread/", mark_background(self.unread_view), name="teamwork_notification_unread"),
            # A mail program that unsubscribes is not signed in. The signed link identifies the person.
            path(
                "stop/<str:token>/",
                csrf_exempt(self.unsubscribe_view),
                name="teamwork_notification_stop_mail",
            ),
            *super().get_urls(),
        ]

    def unread_view(self, request: HttpRequest) -> HttpResponse:
        """Return the number of unread notifications, or a 304 response if the number is unchanged."""
        if not self.has_view_permission(request):
            return HttpResponse(status=401)
        rows = Notification.objects.for_person(get_person(request)).unread().order_by()
        # Fetch one row more than the highest count, so that counting stays cheap.
        newest_rows = rows[:MAX_COUNT].values("pk")
        unread_summary = Notification.objects.filter(pk__in=newest_rows).aggregate(
            number=Count("pk"), newest=Max("pk")
        )
        etag = f'"{request.user.pk}-{unread_summary["number"]}-{unread_summary["newest"] or 0}"'
        if request.headers.get("If-None-Match") == etag:
            response = HttpResponse(status=304)
        else:
            response = JsonResponse({"unread": unread_summary["number"], "most": MAX_COUNT})
        response["ETag"] = etag
        response["Cache-Control"] = "private, no-cache"
        return response

    @desk_page("<int:pk>/open/")
    def open_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Redirect to the subject of the notification, and mark the notification as read."""
        rows = self.get_queryset(request).select_related("claim", "comment__reply_to", "comment__claim")
        row = get_object_or_404(rows, pk=pk)
        notifications.mark_read(get_person(request), rows=Notification.objects.filter(pk=pk))
        return HttpResponseRedirect(_build_path(row, get_person(request)))

    @desk_page("read/")
    def read_view(self, request: HttpRequest) -> HttpResponse:
        """Mark all notifications as read."""
        if request.method == "POST":
            messages.success(request, _describe_marked_count(notifications.mark_read(get_person(request))))
        return HttpResponseRedirect(reverse("admin:teamwork_notification_changelist"))

    @desk_page("preferences/")
    def preferences_view(self, request: HttpRequest) -> HttpResponse:
        """Show the person's own email settings."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = PreferenceForm(get_person(request), request.POST or None)
        if form.is_valid():
            form.save()
            messages.success(request, gettext("Saved. The settings apply from now on."))
            return HttpResponseRedirect(request.path)
        context = {"title": gettext("Notification settings"), "form": form, "choices": MailChoice.choices}
        return self.show_page(request, "preferences", context, status=400 if form.errors else 200)

    def unsubscribe_view(self, request: HttpRequest, token: str) -> HttpResponse:
        """Stop emails of one kind: at once if a mail program asks (RFC 8058), otherwise once the person confirms."""
        unsubscription = mails.parse_unsubscribe_token(token)
        person = User.objects.filter(pk=unsubscription[0]).first() if unsubscription else None
        if unsubscription is None or person is None:
            raise Http404
        if request.method == "POST":
            preferences.stop_mail(person, unsubscription[1])
            return HttpResponse(
                gettext("You will receive no more emails of this kind."),
                content_type="text/plain; charset=utf-8",
            )
        return HttpResponseRedirect(reverse("admin:teamwork_notification_preferences"))


def _build_path(row: Notification, person: User) -> str:
    if row.comment:
        return build_comment_path(row.comment, person)
    model = features.map_notification_lists().get(row.kind)
    if model and person.has_perm(model.replace("_", ".view_", 1)):
        return f"{reverse(f'admin:{model}_changelist')}?claim__id__exact={row.claim_id}"
    return get_page_url(row.verdict or row.claim)


def _describe_marked_count(marked_count: int) -> str:
    return (
        ngettext("%d notification marked as read.", "%d notifications marked as read.", marked_count)
        % marked_count
    )

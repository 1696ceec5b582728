"""Sessions at the desk: a list for administrators, each person's own list, and the removal of second factors."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from claims.models import DeskSession
from claims.newsroom import desk_sessions
from claims.newsroom.browser_names import describe_browser
from claims.newsroom.second_factors import lock_person, may_remove
from factcheck.admin.base import DeskAdmin, ReadOnlyAdmin, get_person, is_cascade_deletion


@admin.register(DeskSession)
class DeskSessionAdmin(ReadOnlyAdmin, DeskAdmin):
    """All active sessions, read-only. Administrators end a session on its user's page."""

    list_display = ("person", "browser", "address", "way", "began_at", "last_used_at")
    list_filter = (("person", AutocompleteSelectFilter),)
    list_select_related = ("person",)
    search_fields = ("person__username", "person__last_name", "address")
    search_help_text = _("Search by person or IP address")
    ordering = ("-last_used_at", "-pk")
    fields = ("person", "browser", "agent", "address", "way", "began_at", "last_used_at")
    readonly_fields = ("browser",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[DeskSession]:
        return super().get_queryset(request).active().select_related("person")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_cascade_deletion(request, "auth_user_delete")

    @admin.display(description=_("browser"), ordering="agent")
    def browser(self, session: DeskSession) -> str:
        return describe_browser(session.agent)


@never_cache
@login_required
def show_own_sessions(request: HttpRequest) -> HttpResponse:
    """Show the person's own sessions, with buttons to end one session or all except the current one."""
    person, session_key = get_person(request), request.session.session_key
    other_sessions = DeskSession.objects.filter(person=person).exclude(session_key=session_key)
    if request.method == "POST":
        _end_sessions(request, other_sessions, request.POST.get("end", ""))
        return HttpResponseRedirect(reverse("desk-sessions"))
    sessions: list[Any] = list(DeskSession.objects.filter(person=person).active())
    # The current session comes first.
    sessions.sort(key=lambda session: session.session_key != session_key)
    for session in sessions:
        session.browser, session.is_here = describe_browser(session.agent), session.session_key == session_key
    return TemplateResponse(request, "account/sessions.html", {"sessions": sessions})


def _end_sessions(request: HttpRequest, other_sessions: QuerySet[DeskSession], session_id: str) -> None:
    if session_id != "others":
        other_sessions = (
            other_sessions.filter(pk=int(session_id))
            if session_id.isascii() and session_id.isdigit() and len(session_id) < 19
            else other_sessions.none()
        )
    person = get_person(request)
    if count := desk_sessions.end_sessions(
        other_sessions, affected_person=person, by=person, request=request
    ):
        messages.success(request, ngettext("%d session was ended.", "%d sessions were ended.", count) % count)
    else:
        messages.info(request, gettext("That session had already ended."))


def protect_last_factor(
    view: Callable[..., HttpResponseBase], *, back_url: str
) -> Callable[..., HttpResponseBase]:
    """Wrap allauth's view that removes a second factor, so that a person cannot remove the last factor if one is
    required.

    Removals run one after another, because two simultaneous requests could otherwise each remove a different
    factor and leave none.
    """

    @wraps(view)
    def guarded_view(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST" or not request.user.is_authenticated:
            return view(request, **kwargs)
        with transaction.atomic():
            factors = Authenticator.objects.filter(user=lock_person(request.user))
            conditions = {"pk": kwargs["pk"]} if "pk" in kwargs else {"type": Authenticator.Type.TOTP}
            factor = factors.filter(**conditions).first()
            if factor is None or may_remove(factor):
                return view(request, **kwargs)
        messages.error(
            request,
            gettext("Your role needs a second factor. Set up another one before you remove this one."),
        )
        return HttpResponseRedirect(reverse(back_url))

    return guarded_view

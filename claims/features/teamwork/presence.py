"""A view that open pages poll to learn who else has the page open and which changes were saved since."""

from datetime import timedelta
from typing import Any

from django.db.models import Model
from django.http import HttpRequest, JsonResponse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from claims.admin.unsaved import InvalidAutosave, is_from_signed_in_user, read_body, require_sign_in
from claims.features.teamwork.models import Presence
from claims.features.teamwork.models.presence import PresentColleague
from factcheck.admin.base import DeskAdmin, get_person
from factcheck.admin.change_history import find_last_changes, find_last_save
from factcheck.admin.pages import find_page
from factcheck.admin.session import mark_background
from factcheck.admin.versions import compute_version
from factcheck.database.clock import get_database_time
from factcheck.list_phrases import join_words

#: After this many seconds, a page that stays open shows only the changes of the last day.
_MAX_OPEN_SECONDS = 86_400


@require_POST
@mark_background
@require_sign_in
def record_presence(request: HttpRequest) -> JsonResponse:
    """Record that a page is open or closed; return its other viewers and the changes saved since it was opened."""
    sent_values = read_body(request)
    if not is_from_signed_in_user(request, sent_values):
        return JsonResponse({}, status=409)
    address = sent_values.get("page")
    if not isinstance(address, str) or len(address) > 500 or "\0" in address:
        raise InvalidAutosave
    if sent_values.get("leaves"):
        Presence.objects.filter(person=get_person(request), page=address).delete()
        return JsonResponse({})
    page = find_page(address, request)
    if page is None or page.row is None or not address.startswith("/admin/"):
        return JsonResponse({}, status=404)
    colleagues = Presence.objects.record_presence(
        request.user, address, is_writing=sent_values.get("writing") is True
    )
    changes = ""
    if (
        isinstance(page.model_admin, DeskAdmin)
        and isinstance(seen_version := sent_values.get("version"), str)
        and seen_version
    ):
        row = page.row
        complete_row = type(row)._base_manager.get(pk=row.pk) if row.get_deferred_fields() else row
        if compute_version(complete_row, page.model_admin.versioned_relations) != seen_version:
            changes = describe_changes(complete_row, reported_seconds=sent_values.get("open_for"))
    return JsonResponse(
        {"others": [describe_presence(colleague) for colleague in colleagues], "changed": changes}
    )


def describe_presence(colleague: PresentColleague) -> str:
    since = colleague.writing_since or colleague.since
    template = (
        _("%(name)s is editing this (since %(time)s)")
        if colleague.writing_since
        else _("%(name)s is viewing this (since %(time)s)")
    )
    return template % {"name": colleague.name, "time": f"{localtime(since):%H:%M}"}


def describe_changes(row: Model, *, reported_seconds: Any) -> str:
    """Return a sentence on the changes saved since the page was opened, with their authors, or ""."""
    open_seconds = (
        min(reported_seconds, _MAX_OPEN_SECONDS)
        if type(reported_seconds) in (int, float) and reported_seconds >= 0
        else 0
    )
    opened_at = get_database_time() - timedelta(seconds=open_seconds)
    labels = {field.attname: str(field.verbose_name) for field in row._meta.concrete_fields}
    author_name, saved_at = find_last_save(row)
    fields = [
        labels[column]
        for column, (name, changed_at) in find_last_changes(row).items()
        if changed_at >= opened_at and name == author_name
    ]
    changes = {
        "who": author_name or _("Another user"),
        "what": join_words(fields) or _("this page"),
        "time": f"{localtime(saved_at):%H:%M}" if saved_at else "",
    }
    return (
        _("%(who)s changed this at %(time)s: %(what)s.") if saved_at else _("%(who)s changed this: %(what)s.")
    ) % changes

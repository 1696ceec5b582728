"""Scheduled publication on the pages of a verdict and its claim: set, moved, cancelled."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.timezone import get_current_timezone, get_current_timezone_name, localtime
from django.utils.translation import gettext as _

from claims.models import ScheduledPublication, Verdict
from claims.newsroom.refusals import NotAllowed, NotInRole, NotPossible
from claims.review import scheduled_publications
from factcheck.admin.badges import badge
from factcheck.admin.base import change_page, person_at
from factcheck.database import clock


class MomentForm(forms.Form):
    """When to publish, by the newsroom's clocks, and which plan the person saw."""

    at = forms.DateTimeField(required=False)
    seen = forms.IntegerField(required=False, min_value=1)


def build_scheduling_context(verdict: Verdict, person: User, *, ready: bool) -> dict[str, Any]:
    """Return the schedule of a verdict in review, and whether this person may change it.

    Args:
        ready: whether it could be published now.
    """
    if verdict.state != Verdict.State.IN_REVIEW:
        return {"scheduled": None, "may_schedule": False}
    planned = ScheduledPublication.objects.readable_by(person).open().filter(verdict=verdict).first()
    return {
        "scheduled": planned,
        "scheduled_local": f"{localtime(planned.publish_at):%Y-%m-%dT%H:%M}" if planned else "",
        "may_schedule": person.has_perm("claims.publish_verdict") and (ready or planned is not None),
        "is_ready": ready,
        "time_zone": describe_time_zone(),
    }


def annotate_planned(verdicts: QuerySet[Verdict]) -> QuerySet[Any]:
    """Annotate `planned_at`: the scheduled time of publication."""
    planned = ScheduledPublication.objects.open().filter(verdict=OuterRef("pk"))
    return verdicts.annotate(planned_at=Subquery(planned.values("publish_at")[:1]))


def build_planned_badge(verdict: Any) -> SafeString | str:
    """Return the scheduled time of a verdict from `annotate_planned` as a badge; empty if not scheduled."""
    planned_at = getattr(verdict, "planned_at", None)
    if planned_at is None:
        return ""
    return badge(_("Publishes %s") % date_format(localtime(planned_at), "SHORT_DATETIME_FORMAT"), "active")


def describe_time_zone() -> str:
    """Return the newsroom's time zone with its offset today: “Europe/Berlin, UTC+01:00”."""
    offset = f"{datetime.now(get_current_timezone()):%z}"
    return f"{get_current_timezone_name()}, UTC{offset[:3]}:{offset[3:5]}"


def schedule_view(request: HttpRequest, verdict: Verdict) -> HttpResponse:
    """Set, move or cancel the schedule of a verdict, and return to the page."""
    back = change_page(verdict.claim if "from_claim" in request.POST else verdict)
    form = MomentForm(request.POST)
    if request.method != "POST":
        return HttpResponseRedirect(back)
    by = person_at(request)
    if not by.has_perm("claims.publish_verdict"):
        raise PermissionDenied
    try:
        if not form.is_valid():
            raise NotPossible(" ".join(str(error) for errors in form.errors.values() for error in errors))
        seen = form.cleaned_data["seen"]
        if "cancel" in request.POST:
            scheduled_publications.cancel(verdict, by=by, seen=seen or 0)
            messages.success(request, _("Cancelled: it will not be published automatically."))
        elif not (at := form.cleaned_data["at"]):
            raise NotPossible(_("Enter the date and time."))
        else:
            planned = scheduled_publications.schedule(verdict, at, by=by, instead_of=seen)
            messages.success(request, _describe_planned(planned))
    except NotInRole as refusal:
        raise PermissionDenied(str(refusal)) from None
    except (NotPossible, NotAllowed) as refusal:
        messages.error(request, str(refusal))
    return HttpResponseRedirect(back)


def _describe_planned(planned: ScheduledPublication) -> str:
    minutes = round((planned.publish_at - clock.now()).total_seconds() / 60)
    return _(
        "Will be published on %(moment)s (%(zone)s), %(ahead)s from now. You will be notified if something "
        "prevents it."
    ) % {
        "moment": date_format(localtime(planned.publish_at), "DATETIME_FORMAT"),
        "zone": describe_time_zone(),
        "ahead": _("%(hours)d h %(minutes)d min") % {"hours": minutes // 60, "minutes": minutes % 60},
    }

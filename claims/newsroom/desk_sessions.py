"""Sessions at the desk: recorded at sign-in, updated in use, and ended.

Tracking costs no SQL statement per request, because its data are in the session itself. A row is written only at
sign-in, when Django changes the session key, and occasionally during use.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from claims.models import AuditKind, DeskSession
from claims.newsroom import audit
from factcheck.web.change_context import get_agent
from factcheck.web.throttling import get_caller

#: The precision of a session's last use.
USE_RECORDING_INTERVAL = timedelta(minutes=10)
#: The session variable with the recorded key and time.
SESSION_KEY = "desk_session"


def record_session(request: HttpRequest, person: User, *, sign_in_method: str) -> None:
    """Record the session of a sign-in."""
    _store_session(request, person, sign_in_method=sign_in_method)


class SessionTracking:
    """Middleware that updates a session's key and time of last use."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        session: Any = getattr(request, "session", None)
        # If the session was not accessed, it need not be loaded.
        if session is not None and session.accessed and (stored_use := session.get(SESSION_KEY)):
            key, stored_at = stored_use
            used_at = datetime.fromtimestamp(stored_at, tz=timezone.get_default_timezone())
            # Background requests of open pages are not activity, and recording them would prolong the session.
            is_used = not getattr(request, "in_background", False)
            if session.session_key != key or (is_used and timezone.now() - used_at > USE_RECORDING_INTERVAL):
                _store_session(request, request.user, previous_key=key)
        return response


def _store_session(
    request: HttpRequest, person: Any, *, sign_in_method: str | None = None, previous_key: str | None = None
) -> None:
    key, now = request.session.session_key, timezone.now()
    if key is None or not person.is_authenticated:
        return
    values = {"last_used_at": now, "address": get_caller(request), "agent": get_agent(request)}
    if not DeskSession.objects.filter(session_key=previous_key or key, person=person).update(
        session_key=key, **values
    ):
        DeskSession.objects.update_or_create(
            session_key=key,
            defaults=values | {"person": person, "way": sign_in_method or "", "began_at": now},
        )
    request.session[SESSION_KEY] = [key, now.timestamp()]


# Ending ---------------------------------------------------------------------------------------------------------------


def may_end(person: User, by: User) -> bool:
    """Return whether `by` may end sessions of `person`: their own or, as a superuser, anyone's."""
    is_protected = person.is_superuser and not by.is_superuser
    return person == by or (by.has_perm("claims.end_desksession") and not is_protected)


def end_all_sessions(
    person: User,
    *,
    by: User | None = None,
    request: HttpRequest | None = None,
    kept_session: str | None = None,
) -> int:
    """End all sessions of a person, except `kept_session` if given, and return the number of ended sessions."""
    sessions = DeskSession.objects.filter(person=person).exclude(session_key=kept_session or "")
    return end_sessions(sessions, affected_person=person, by=by, request=request)


@transaction.atomic
def end_sessions(
    sessions: QuerySet[DeskSession],
    *,
    affected_person: User,
    by: User | None,
    request: HttpRequest | None = None,
) -> int:
    """End sessions of one person. The caller checks the permission with `may_end`."""
    keys = list(sessions.values_list("session_key", flat=True))
    count, _counts = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now()).delete()
    sessions.delete()
    if count:
        audit.record_event(
            AuditKind.SESSION_ENDED,
            by=by,
            affected_person=affected_person,
            subject_text=str(count),
            request=request,
        )
    return count


def delete_expired_sessions() -> None:
    """Remove expired sessions and their records."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    DeskSession.objects.expired().delete()

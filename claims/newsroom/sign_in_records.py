"""Records of sign-ins, failed sign-ins and sign-outs."""

from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.signals import password_reset
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models import Q
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import gettext, gettext_noop

from claims.models import AuditKind, DeskSession
from claims.newsroom import audit, desk_sessions
from factcheck.admin.sign_in import code_refused
from factcheck.admin.single_sign_on import single_sign_on_failed
from factcheck.installation.messages import activate_newsroom_language
from factcheck.list_phrases import join_words

#: The names of sign-in methods in the log; other names of allauth are used unchanged.
_SIGN_IN_METHODS = {
    "socialaccount": gettext_noop("single sign-on"),
    Authenticator.Type.TOTP: gettext_noop("authenticator app code"),
    Authenticator.Type.WEBAUTHN: gettext_noop("security key"),
    Authenticator.Type.RECOVERY_CODES: gettext_noop("recovery code"),
}


def describe_sign_in(request: HttpRequest, person: User) -> str:
    """Describe the methods used to sign in, such as “password, code from an app”."""
    if not hasattr(request, "session"):
        return ""
    methods = []
    for record in get_authentication_records(request, person):
        if record.get("reauthenticated"):
            continue
        method = record.get("type") or record["method"]
        methods.append(
            gettext_noop("passkey") if record.get("passwordless") else _SIGN_IN_METHODS.get(method, method)
        )
    return _join_methods(methods)


def _join_methods(methods: list[str]) -> str:
    with activate_newsroom_language():
        return join_words(dict.fromkeys(gettext(method) for method in methods))


@receiver(user_logged_in, dispatch_uid="claims.newsroom.sign_in_records")
def record_sign_in(request: HttpRequest, user: User, **signal: Any) -> None:
    method = describe_sign_in(request, user)
    audit.record_event(AuditKind.SIGNED_IN, by=user, subject_text=method, request=request)
    desk_sessions.record_session(request, user, sign_in_method=method)


@receiver(user_login_failed, dispatch_uid="claims.newsroom.sign_in_records")
def record_failed_sign_in(
    credentials: dict[str, Any], request: HttpRequest | None = None, **signal: Any
) -> None:
    """Record a failed sign-in. Unknown names are hashed, because people type passwords into the wrong field."""
    name = str(credentials.get("username") or credentials.get("email") or "").replace("\0", "")
    person = User.objects.filter(Q(username__iexact=name) | Q(email__iexact=name)).order_by("pk").first()
    detail = "" if person else audit.hash_unknown_name(name)
    audit.record_event(AuditKind.SIGN_IN_FAILED, affected_person=person, subject_text=detail, request=request)


@receiver(code_refused, dispatch_uid="claims.newsroom.sign_in_records")
def record_refused_code(person: User | None, request: HttpRequest, **signal: Any) -> None:
    audit.record_event(AuditKind.CODE_REFUSED, affected_person=person, request=request)


@receiver(single_sign_on_failed, dispatch_uid="claims.newsroom.sign_in_records")
def record_failed_single_sign_on(request: HttpRequest, **signal: Any) -> None:
    audit.record_event(
        AuditKind.SIGN_IN_FAILED,
        subject_text=_join_methods([_SIGN_IN_METHODS["socialaccount"]]),
        request=request,
    )


@receiver(user_logged_out, dispatch_uid="claims.newsroom.sign_in_records")
def record_sign_out(request: HttpRequest, user: User | None, **signal: Any) -> None:
    if user is None:
        return
    audit.record_event(AuditKind.SIGNED_OUT, by=user, request=request)
    if key := request.session.session_key:
        DeskSession.objects.filter(session_key=key).delete()


@receiver(password_reset, dispatch_uid="claims.newsroom.sign_in_records")
def record_password_reset(request: HttpRequest, user: User, **signal: Any) -> None:
    """Record that a password was reset by email. The database itself records the change."""
    audit.record_event(AuditKind.PASSWORD_RESET, affected_person=user, request=request)

"""Second factors in tests: a code of an app, and what a role requires."""

from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth.models import User

from claims.models import SecondFactorRule
from claims.newsroom import second_factors

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSWORD = "correct horse battery"


def code() -> str:
    return str(format_hotp_value(hotp_value(SECRET, next(yield_hotp_counters_from_time()))))


def rule(role: str) -> SecondFactorRule:
    return SecondFactorRule.objects.get(role__name=role)


def require(role: str, days: int) -> None:
    SecondFactorRule.objects.filter(role__name=role).update(required=True, grace_days=days)


def due(somebody: User) -> Any:
    return second_factors.get_deadline(User.objects.get(pk=somebody.pk))

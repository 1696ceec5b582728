"""API tokens: creation, lookup by request, and revocation. `claims.models.token` describes them."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, cast

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from knox.crypto import hash_token

from claims.models import ApiToken
from claims.newsroom.refusals import NotAllowed
from claims.newsroom.second_factors import annotate_deadline, is_past_deadline

#: The maximum lifetime of a token.
MAX_DAYS = 366
#: The precision of a token's last use, so that not every read causes a write.
USE_RECORDING_INTERVAL = timedelta(hours=1)


def issue_token(
    person: User, *, name: str, scopes: Iterable[str], days: int, by: User | None = None
) -> tuple[ApiToken, str]:
    """Create a token for `person`, and return it with its secret, which is stored nowhere.

    Args:
        days: the lifetime, from 1 to MAX_DAYS.
        by: the person who creates the token at the desk; None elsewhere.

    Raises:
        NotAllowed: the token would act as another person, and `by` does not administer tokens.
    """
    if not 1 <= days <= MAX_DAYS:
        raise ValueError(f"A token is valid for 1 to {MAX_DAYS} days, not {days}.")
    if by is not None and not may_manage(person, by):
        raise NotAllowed(_("You can create tokens only for yourself."))
    token, secret = ApiToken.objects.create(
        person, expiry=timedelta(days=days), name=name, scopes=sorted(set(scopes)), created_by=by
    )
    return token, secret


def may_manage(person: User, by: User) -> bool:
    """Return whether `by` may create and revoke tokens of `person`: their own or, as a superuser, anyone's."""
    is_protected = person.is_superuser and not by.is_superuser
    return person == by or (by.has_perm("claims.change_apitoken") and not is_protected)


@transaction.atomic
def revoke_token(token: ApiToken, *, by: User) -> ApiToken:
    """Revoke a token now. A token that is already revoked stays unchanged.

    Raises:
        NotAllowed: the token belongs to another person.
    """
    token = ApiToken.objects.select_for_update(of=("self",)).select_related("user").get(pk=token.pk)
    if not may_manage(token.user, by):
        raise NotAllowed(_("You can revoke only your own tokens."))
    if token.revoked_at is None:
        token.revoked_at, token.revoked_by = timezone.now(), by
        token.save(update_fields=["revoked_at", "revoked_by"])
    return token


def find_token(secret: str) -> ApiToken | None:
    """Return the valid token with this secret and its person, and record the token's use; None if there is none.

    Raises:
        NotAllowed: the token's person must first set up a second factor, as at the desk.
    """
    tokens = ApiToken.objects.usable().select_related("user").filter(digest=hash_token(secret))
    token: Any = (
        annotate_deadline(tokens, person="user__")
        .annotate(vouched_at=F("user__second_factor_grace__vouched_at"))
        .first()
    )
    if token and token.vouched_at is None and is_past_deadline(token.second_factor_due):
        raise NotAllowed(
            _("The owner of this token must first set up a second factor at the desk (/accounts/2fa/).")
        )
    now = timezone.now()
    if token and (token.last_used_at is None or token.last_used_at < now - USE_RECORDING_INTERVAL):
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return cast(ApiToken | None, token)

"""Rules for second factors: the people who need one, their deadlines, and resetting a lost one.

The rules are data (`claims.models.account`): each role may require a second factor, with a number of days to set it
up. Administrators and superusers always need one. Until the deadline, people work as usual and get reminders. After the
deadline, the desk is closed to them except for the setup pages (`claims.newsroom.second_factor_gate`).
"""

from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import (
    BooleanField,
    Case,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models import AuditKind, SecondFactorGrace, SecondFactorRule
from claims.newsroom import audit, desk_sessions
from claims.newsroom.factor_mail import notify_of_reset
from claims.newsroom.refusals import NotAllowed, NotPossible

AnyModel = TypeVar("AnyModel", bound=Model)

#: The kinds that count as a second factor. Recovery codes come with them.
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
#: The role that always requires one.
ALWAYS_REQUIRED_ROLE = "Administrator"


def annotate_deadline(
    rows: QuerySet[AnyModel, AnyModel], *, person: str = ""
) -> QuerySet[AnyModel, AnyModel]:
    """Annotate `second_factor_due`: the deadline by which the person must set up a second factor, if any.

    Args:
        person: the relation from `rows` to the person, ending in `__`; empty if the rows are people.
    """
    factors = Authenticator.objects.filter(user=OuterRef(f"{person}pk"), type__in=FACTORS)
    deadline: Any = Case(When(~Exists(factors), then=_build_deadline(person)), default=None)
    return cast("QuerySet[AnyModel, AnyModel]", rows.annotate(second_factor_due=deadline))


def _build_deadline(person: str) -> Subquery:
    """Return the earliest deadline under the rules for a person's roles."""
    joined_at = OuterRef(f"{person}date_joined")
    rules = SecondFactorRule.objects.filter(required=True).annotate(
        of_superusers=ExpressionWrapper(OuterRef(f"{person}is_superuser"), BooleanField()),
        begins=Greatest(
            "since", joined_at, Coalesce(OuterRef(f"{person}second_factor_grace__begins_at"), joined_at)
        ),
        days=ExpressionWrapper(F("grace_days") * timedelta(days=1), DurationField()),
    )
    own_rules = rules.filter(Q(role__user=OuterRef(f"{person}pk")) | Q(always=True, of_superusers=True))
    due = own_rules.annotate(due=ExpressionWrapper(F("begins") + F("days"), DateTimeField()))
    return Subquery(due.order_by("due").values("due")[:1])


def get_deadline(person: User) -> datetime | None:
    """Return the deadline by which the person must set up a second factor, if any; load it if necessary."""
    if not hasattr(person, "second_factor_due"):
        row: Any = annotate_deadline(User.objects.filter(pk=person.pk)).first()
        return row.second_factor_due if row else None
    deadline: datetime | None = person.second_factor_due
    return deadline


def is_past_deadline(deadline: datetime | None) -> bool:
    """Return whether the deadline has passed, which closes the desk to the person."""
    return deadline is not None and deadline <= timezone.now()


def is_required(person: User) -> bool:
    """Return whether the person must have a second factor, now or after the grace period."""
    applies_to_person = Q(role__user=person) | Q(
        always=person.is_superuser, pk__isnull=not person.is_superuser
    )
    return SecondFactorRule.objects.filter(applies_to_person, required=True).exists()


def may_remove(factor: Authenticator) -> bool:
    """Return whether the person may remove a factor: any except the last one, if one is required.

    The caller locks the person's row (`lock_person`), so that two concurrent removals cannot each rely on the factor
    that the other removes.
    """
    other_factors = Authenticator.objects.filter(user=factor.user_id, type__in=FACTORS).exclude(pk=factor.pk)
    return factor.type not in FACTORS or other_factors.exists() or not is_required(factor.user)


def lock_person(person: User) -> User:
    """Lock the person's row until the end of the transaction, and reload it."""
    return User.objects.select_for_update(of=("self",)).get(pk=person.pk)


def record_vouched_factor(person: User, *, by_provider: bool) -> None:
    """Record whether the identity provider confirmed a second factor at sign-in."""
    if by_provider:
        SecondFactorGrace.objects.update_or_create(person=person, defaults={"vouched_at": timezone.now()})
    else:
        SecondFactorGrace.objects.filter(person=person, vouched_at__isnull=False).update(vouched_at=None)


# Lost second factors --------------------------------------------------------------------------------------------------


def find_obstacle(person: User, by: User) -> str:
    """Return the reason why `by` may not reset the second factors of `person`; empty if they may."""
    if not by.has_perm("mfa.delete_authenticator"):
        return _("Your role does not include this: %(what)s.") % {"what": _("reset second factors")}
    if person.pk == by.pk:
        return _(
            "You cannot reset your own second factors. Ask another administrator, or use reset_second_factor "
            "on the server."
        )
    if person.is_superuser and not by.is_superuser:
        return _("Only a superuser can reset the second factors of a superuser.")
    return ""


@transaction.atomic
def reset_factors(person: User, *, reason: str, by: User | None = None, request: Any = None) -> int:
    """Remove all second factors of a person, and return their number.

    The person is signed out everywhere, notified by email, and given a new grace period.

    Args:
        by: the acting person; None on the server's command line.

    Raises:
        NotAllowed: `person` is `by` or a superuser, or the role of `by` does not permit resetting factors.
        NotPossible: the person has no second factors, or no reason is given.
    """
    if by is not None and (obstacle := find_obstacle(person, by)):
        raise NotAllowed(obstacle)
    if not reason.strip():
        raise NotPossible(_("Enter how you verified the person’s identity."))
    person = lock_person(person)
    factors = Authenticator.objects.filter(user=person)
    count = sum(factor.type in FACTORS for factor in factors)
    if not count:
        raise NotPossible(_("There is no second factor to reset."))
    factors.delete()
    SecondFactorGrace.objects.update_or_create(person=person, defaults={"begins_at": timezone.now()})
    audit.record_event(
        AuditKind.FACTORS_RESET, by=by, affected_person=person, subject_text=reason.strip(), request=request
    )
    desk_sessions.end_all_sessions(person, by=by, request=request)
    notify_of_reset.defer(person_id=person.pk, by_id=by.pk if by else None)
    return count


# The rules ------------------------------------------------------------------------------------------------------------


def ensure_rules(**signal: Any) -> None:
    """Create missing rules for roles; administrators always need a second factor."""
    for role in Group.objects.filter(second_factor_rule=None):
        always = (
            role.name == ALWAYS_REQUIRED_ROLE and not SecondFactorRule.objects.filter(always=True).exists()
        )
        SecondFactorRule.objects.get_or_create(role=role, defaults={"required": always, "always": always})

"""Leases on proposals, so that two people in triage do not see the same one."""

from collections.abc import Iterable
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import connection

from claims.models import TriageTurn
from claims.newsroom.people import get_display_name

#: So long a proposal is kept for who looks at it and does nothing.
HOLD_TIME = timedelta(minutes=5)

_TAKE_SQL = """
    INSERT INTO claims_triageturn (claim_id, person_id, until)
    SELECT id, %(person)s, clock_timestamp() + make_interval(secs => %(held)s)
    FROM claims_claim WHERE id = ANY(%(claims)s) ORDER BY id
    ON CONFLICT (claim_id) DO UPDATE SET person_id = excluded.person_id, until = excluded.until
    WHERE claims_triageturn.person_id = excluded.person_id OR claims_triageturn.until <= clock_timestamp()
    RETURNING claim_id
"""


def take(claims: Iterable[int], *, by: User) -> set[int]:
    """Reserve these proposals for the person, and release the person's former ones. Others' reservations are kept.

    Returns:
        The ones that are the person's now.
    """
    wanted = list(claims)
    TriageTurn.objects.filter(person=by).exclude(claim__in=wanted).delete()
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_SQL, {"person": by.pk, "held": HOLD_TIME.total_seconds(), "claims": wanted})
        return {claim for (claim,) in cursor.fetchall()}


def find_other_viewers(claims: Iterable[int], *, than: User) -> dict[int, str]:
    """Return those of the proposals that others are viewing now, and who."""
    turns = TriageTurn.objects.of_others(than).filter(claim__in=list(claims)).select_related("person")
    return {turn.claim_id: get_display_name(turn.person) for turn in turns}

"""The audit log: sign-ins, downloads, and permissions. `claims.models.audit_record` describes it.

Code that lets a user download data calls `record_event()`. The database itself records changes of tables
(`claims.models.audit_record`); `claims.newsroom.sign_in_records` records sign-ins.
"""

from datetime import timedelta
from hashlib import blake2b
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.db import transaction
from django.http import HttpRequest

from claims.models import AuditKind, AuditRecord
from claims.newsroom.people import get_display_name
from factcheck.database import clock
from factcheck.web.change_context import get_agent
from factcheck.web.throttling import get_caller

#: The number of records removed in one statement.
_REMOVAL_BATCH_SIZE = 5000


def record_event(
    kind: AuditKind,
    *,
    by: User | AnonymousUser | None = None,
    affected_person: User | None = None,
    subject_text: str = "",
    request: HttpRequest | None = None,
    **detail: Any,
) -> AuditRecord:
    """Record an event in the audit log. If the event has a transaction, the record is part of it.

    Args:
        by: the acting person; by default, the user of the request.
        affected_person: the person whose account is affected, if not `by`.
        subject_text: a few words, such as the name of the downloaded list. Never a password, code or secret.
        request: the request, which supplies the IP address and the browser.
        detail: further details, as JSON values.
    """
    if by is None and request is not None:
        by = getattr(request, "user", None)
    actor = by if isinstance(by, User) and by.is_authenticated else None
    return AuditRecord.objects.create(
        kind=kind,
        actor=actor,
        actor_name=get_display_name(actor)[:200] if actor else "",
        subject=affected_person,
        subject_name=get_display_name(affected_person)[:200] if affected_person else "",
        what=subject_text[:300],
        detail=detail,
        address=get_caller(request) if request else "",
        agent=get_agent(request) if request else "",
    )


def hash_unknown_name(name: str) -> str:
    """Return a placeholder for unknown user names, because people may type a password there by mistake.

    The same name always gets the same placeholder, so repeated attempts are visible. Without the site's key, the name
    cannot be recovered.
    """
    digest = blake2b(name.strip().casefold().encode(), key=settings.SECRET_KEY.encode()[:64], digest_size=5)
    return f"#{digest.hexdigest()}"


def delete_old_records(days: int) -> int:
    """Remove records older than this many days, record the removal, and return the number of removed records.

    The database refuses to remove records younger than `MIN_DAYS`, and refuses any removal that is not itself recorded.
    """
    cutoff = clock.get_database_time() - timedelta(days=days)
    old_records = AuditRecord.objects.filter(at__lt=cutoff).exclude(kind=AuditKind.SHORTENED).order_by("at")
    count = 0
    while keys := list(old_records.values_list("pk", flat=True)[:_REMOVAL_BATCH_SIZE]):
        with transaction.atomic():
            record_event(AuditKind.SHORTENED, subject_text=f"{len(keys)}", until=cutoff.isoformat())
            AuditRecord.objects.filter(pk__in=keys).delete()
        count += len(keys)
    return count

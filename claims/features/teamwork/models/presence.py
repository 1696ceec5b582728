from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from factcheck.database.model_fields import PersonField

#: After this many seconds without a signal from a page, its viewer counts as gone; pages send a signal every
#: fifteen seconds.
ACTIVE_SECONDS = 45

_RECORD_SQL = f"""
    WITH me AS (
        INSERT INTO teamwork_presence AS mine (person_id, page, since, writing_since, seen_at)
        VALUES (%(person)s, %(page)s, statement_timestamp(),
                CASE WHEN %(writing)s THEN statement_timestamp() END, statement_timestamp())
        ON CONFLICT (person_id, page) DO UPDATE SET
            seen_at = statement_timestamp(),
            since = CASE WHEN mine.seen_at < statement_timestamp() - interval '{ACTIVE_SECONDS} seconds'
                         THEN statement_timestamp() ELSE mine.since END,
            writing_since = CASE
                WHEN NOT %(writing)s THEN NULL
                WHEN mine.seen_at < statement_timestamp() - interval '{ACTIVE_SECONDS} seconds'
                    THEN statement_timestamp()
                ELSE COALESCE(mine.writing_since, statement_timestamp()) END
    )
    SELECT COALESCE(NULLIF(TRIM(who.first_name || ' ' || who.last_name), ''), who.username),
           there.since, there.writing_since
    FROM teamwork_presence there JOIN auth_user who ON who.id = there.person_id
    WHERE there.page = %(page)s AND there.person_id <> %(person)s AND who.is_active
      AND there.seen_at > statement_timestamp() - interval '{ACTIVE_SECONDS} seconds'
    ORDER BY there.writing_since NULLS LAST, there.since, there.id
    LIMIT 20
"""


@dataclass(frozen=True, slots=True)
class PresentColleague:
    """A colleague who has a page open, with the times when they opened it and when they started editing it."""

    name: str
    since: datetime
    writing_since: datetime | None


class PresenceQuerySet(models.QuerySet["Presence"]):
    def record_presence(self, person: Any, page: str, *, is_writing: bool) -> list[PresentColleague]:
        """Record that the person has the page open, and return the other people who have the same page open."""
        with connection.cursor() as cursor:
            cursor.execute(_RECORD_SQL, {"person": person.pk, "page": page, "writing": is_writing})
            return [PresentColleague(*row) for row in cursor.fetchall()]

    def outdated(self) -> "PresenceQuerySet":
        """Return the rows of people who closed the page long ago."""
        return self.filter(seen_at__lt=Now() - timedelta(hours=1))


class Presence(models.Model):
    """A person who has a page of the desk open. A row is deleted within hours of its last update."""

    person = PersonField(on_delete=models.CASCADE, db_index=False)
    page = models.CharField(max_length=500)
    since = models.DateTimeField(db_default=Now())
    writing_since = models.DateTimeField(_("editing since"), null=True)
    seen_at = models.DateTimeField(db_default=Now())

    objects = PresenceQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            UniqueConstraint(name="presence_once_per_page", fields=["person", "page"]),
            CheckConstraint(name="presence_is_at_the_desk", condition=Q(page__startswith="/admin/")),
        ]
        indexes = [
            # The people who have a page open. The index leaves out the time, so that updating the time
            # changes no index.
            Index(name="presence_by_page", fields=["page"]),
        ]

    def __str__(self) -> str:
        return f"{self.person} on {self.page}"

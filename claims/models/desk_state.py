"""The stored state of the desk: saved views, unsaved forms, proposals open in triage, and feature switches."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Self
from uuid import UUID

import pgtrigger
from django.contrib.auth.models import User
from django.db import connection, models
from django.db.models import CheckConstraint, Func, Index, IntegerField, Q, TextField, UniqueConstraint
from django.db.models.functions import Cast, Lower, Now
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext_lazy as _
from psycopg.types.json import Jsonb

from claims.models.audit_record import build_record_sql, build_recording_trigger
from factcheck.database import bounds
from factcheck.database.model_fields import PersonField
from factcheck.database.rules import Rule, build_truncation_rule

MAX_NAME_LENGTH = 60
MAX_QUERY_LENGTH = 4_000


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def readable_by(self, person: User) -> Self:
        """Return the person's own views, and shared ones."""
        return self.filter(Q(owner=person) | Q(is_shared=True))

    def of_list(self, model_label: str) -> Self:
        """Return the saved views of one desk list, in display order."""
        return self.filter(listed=model_label).order_by("is_shared", Lower("name"), "pk")


class SavedView(models.Model):
    """A named view of a desk list: its filters, search, order and columns."""

    name = models.CharField(_("name"), max_length=MAX_NAME_LENGTH)
    #: The label of the listed model, such as `claims.claim`.
    listed = models.CharField(_("list"), max_length=100, editable=False)
    #: The query string of the list, without the page number.
    query = models.TextField(_("address"), max_length=MAX_QUERY_LENGTH, blank=True, editable=False)
    owner = PersonField(
        _("saved by"), models.CASCADE, editable=False, db_index=False, related_name="saved_views"
    )
    is_shared = models.BooleanField(
        _("shared"), default=False, help_text=_("Visible to everyone who can open the list.")
    )
    created_at = models.DateTimeField(_("added"), db_default=Now(), editable=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["listed", "id"]
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        default_permissions = ("view", "delete")
        permissions = [("share_savedview", _("Can share saved views with everyone"))]
        constraints = [
            CheckConstraint(name="savedview_has_a_name", condition=Q(name__regex=r"\S")),
            CheckConstraint(name="savedview_is_of_a_list", condition=Q(listed__regex=r"^[a-z_]+\.[a-z_]+$")),
            bounds.build_length_constraint("savedview_query_fits", "query", MAX_QUERY_LENGTH),
            UniqueConstraint(
                "owner",
                "listed",
                Lower("name"),
                name="savedview_is_named_once",
                violation_error_message=_("You already have a view with this name."),
            ),
            UniqueConstraint(
                "listed",
                Lower("name"),
                name="savedview_is_shared_once",
                condition=Q(is_shared=True),
                violation_error_message=_(
                    "There is already a shared view with this name. Choose another name."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name


#: The maximum size of one form in bytes of JSON. The explanation of a verdict has a few thousand bytes.
MAX_BYTES = 2**20
#: The maximum number of forms stored per person.
MAX_PER_PERSON = 100
RETENTION_DAYS = 30
#: The number of days for which saved forms are remembered; browsers keep their text for a week.
CLOSED_RETENTION_DAYS = 8

_STORE_SQL = """
    INSERT INTO claims_unsavedform (person_id, writer, sequence, page, form, version, "values", started, updated_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, statement_timestamp() - make_interval(secs => %s))
    ON CONFLICT (person_id, writer) DO UPDATE SET
        sequence = excluded.sequence, version = excluded.version, "values" = excluded."values",
        started = excluded.started, updated_at = excluded.updated_at
    WHERE claims_unsavedform.sequence < excluded.sequence AND claims_unsavedform.closed_at IS NULL
"""
_CLOSE_SQL = """
    INSERT INTO claims_unsavedform (person_id, writer, sequence, page, form, version, "values", started,
                                    updated_at, closed_at)
    VALUES (%(person)s, %(writer)s, COALESCE(%(sequence)s, 0), '/admin/', '', '', '{}', '{}',
            statement_timestamp(), statement_timestamp())
    ON CONFLICT (person_id, writer) DO UPDATE SET
        "values" = '{}', started = '{}', closed_at = statement_timestamp(),
        sequence = GREATEST(claims_unsavedform.sequence, excluded.sequence)
    WHERE claims_unsavedform.closed_at IS NULL
      AND (%(sequence)s IS NULL OR claims_unsavedform.sequence <= %(sequence)s)
"""


class UnsavedFormQuerySet(models.QuerySet["UnsavedForm"]):
    def of_person(self, person: Any) -> "UnsavedFormQuerySet":
        """Return the person's unsaved forms, newest first."""
        return self.filter(
            person=person, closed_at=None, updated_at__gte=Now() - timedelta(days=RETENTION_DAYS)
        ).order_by("-updated_at", "-pk")

    def outdated(self) -> "UnsavedFormQuerySet":
        """Return unsaved texts, and records of saved forms, that are older than their limit."""
        return self.filter(
            Q(updated_at__lt=Now() - timedelta(days=RETENTION_DAYS))
            | Q(closed_at__lt=Now() - timedelta(days=CLOSED_RETENTION_DAYS))
        )

    def store_content(
        self,
        person: Any,
        *,
        writer: UUID,
        sequence: int,
        page: str,
        form: str,
        version: str,
        values: dict[str, Any],
        started: dict[str, Any],
        age: float = 0,
    ) -> bool:
        """Store the current content of a form; return whether it was newer than the stored content.

        A request changes nothing if a later one was stored first, or if it arrives after the form was saved.

        Args:
            values, started: the new and the original values of the changed fields.
            age: the age of the content in seconds, if it could not be sent immediately.
        """
        row: Any = (person.pk, writer, sequence, page, form, version, Jsonb(values), Jsonb(started), age)
        with connection.cursor() as cursor:
            cursor.execute(_STORE_SQL, row)
            return cursor.rowcount == 1

    def close_writers(self, person: Any, writers: Mapping[UUID, int | None]) -> None:
        """Delete the stored content of these writers after saving or discarding; late requests cannot restore it.

        Args:
            writers: maps each writer to its last request to delete; later content stays. None deletes all its content.
        """
        with connection.cursor() as cursor:
            for writer, sequence in sorted(writers.items()):
                cursor.execute(_CLOSE_SQL, {"person": person.pk, "writer": writer, "sequence": sequence})

    def get_latest_form(self, person: Any, writers: Iterable[UUID]) -> "UnsavedForm | None":
        """Return the person's latest unsaved form from any of these browser tabs."""
        return self.of_person(person).filter(writer__in=list(writers)).first()


class UnsavedForm(models.Model):
    """A person's unsaved text in a form of the desk.

    Only that person can see it. Only changed fields are stored, so it contains nothing that the person may no longer
    read. The original values are stored too, to separate the person's changes from other people's.
    """

    person = PersonField(_("written by"), models.CASCADE, db_index=False)
    #: The id of one opening of the page, so that two tabs never overwrite each other.
    writer = models.UUIDField(editable=False)
    sequence = models.BigIntegerField(
        help_text="Which of the writer's requests it is from; the highest stands."
    )
    page = models.CharField(_("page"), max_length=500)
    form = models.CharField(max_length=200)
    version = models.CharField(max_length=64, blank=True, help_text="Of the row, as the page showed it.")
    values = models.JSONField(default=dict)
    started = models.JSONField(default=dict)
    updated_at = models.DateTimeField(_("written on"), db_default=Now())
    #: The time when the form was saved or discarded. Its content is deleted then; the row rejects late requests.
    closed_at = models.DateTimeField(null=True, editable=False)

    objects = UnsavedFormQuerySet.as_manager()

    class Meta:
        verbose_name = _("unsaved form")
        verbose_name_plural = _("unsaved forms")
        default_permissions = ()
        constraints = [
            UniqueConstraint(name="unsavedform_one_per_writer", fields=["person", "writer"]),
            CheckConstraint(name="unsavedform_is_of_the_desk", condition=Q(page__startswith="/admin/")),
            CheckConstraint(
                name="unsavedform_is_bounded",
                condition=LessThanOrEqual(
                    Func(Cast("values", TextField()), function="octet_length", output_field=IntegerField())
                    + Func(
                        Cast("started", TextField()), function="octet_length", output_field=IntegerField()
                    ),
                    2 * MAX_BYTES,
                ),
                violation_error_message=_("This form contains more than the server can store."),
            ),
            CheckConstraint(
                name="unsavedform_holds_nothing_once_closed",
                condition=Q(closed_at=None) | Q(values={}, started={}),
            ),
        ]
        indexes = [
            # A person's unsaved forms, for the form's page and for the list.
            Index(name="unsavedform_open", fields=["person", "-updated_at"], condition=Q(closed_at=None)),
            # The daily job that deletes outdated rows.
            Index(name="unsavedform_by_age", fields=["updated_at"]),
        ]
        triggers = [
            Rule(
                name="unsavedform_are_few",
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__closed_at__isnull=True),
                # Concurrent inserts are counted one after the other. An existing form is not counted again.
                func=f"""
                    PERFORM pg_advisory_xact_lock(hashtext('unsavedform'), NEW.person_id::int);
                    IF NOT EXISTS (SELECT FROM public.claims_unsavedform
                                   WHERE person_id = NEW.person_id AND writer = NEW.writer)
                       AND (SELECT count(*) FROM public.claims_unsavedform
                            WHERE person_id = NEW.person_id AND closed_at IS NULL) >= {MAX_PER_PERSON}
                    THEN
                        RAISE EXCEPTION 'So many forms are not saved yet that no more is kept on the server.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'unsavedform_are_few';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.page} ({self.updated_at:%Y-%m-%d %H:%M})"


class TriageReservationQuerySet(models.QuerySet["TriageReservation"]):
    def of_others(self, person: User) -> Self:
        """Return proposals that other people are viewing now."""
        return self.exclude(person=person).filter(until__gt=Now())


class TriageReservation(models.Model):
    """A temporary record of a proposal on a person's screen, so that others in triage see different proposals.

    It does not block decisions. Conflicting decisions are rejected when the claim is moved to another state.
    """

    claim = models.OneToOneField(
        "claims.Claim",
        models.CASCADE,
        primary_key=True,
        related_name="triage_turn",
        verbose_name=_("claim"),
    )
    person = PersonField(_("person"), models.CASCADE)
    until = models.DateTimeField(_("until"))

    objects = TriageReservationQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        verbose_name = _("place in triage")
        verbose_name_plural = _("places in triage")

    def __str__(self) -> str:
        return f"{self.claim_id}: {self.person_id}"


_RECORD_SQL = build_record_sql(
    "'feature_switched'",
    subject="NULL::bigint",
    detail_name="NEW.feature || CASE WHEN NEW.is_on THEN ': on' ELSE ': off' END",
)


class FeatureChoice(models.Model):
    """An administrator's decision that a feature is on or off, which overrides the setting `FEATURES`."""

    feature = models.CharField(max_length=100, unique=True)
    is_on = models.BooleanField()
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ()
        triggers = [
            build_recording_trigger(
                "featurechoice_is_recorded", pgtrigger.Insert | pgtrigger.Update, _RECORD_SQL
            ),
            build_truncation_rule("featurechoice", "Feature switches cannot be truncated."),
        ]

    def __str__(self) -> str:
        return self.feature

"""What complaints and requests have in common: states, signs of spam and rules for transitions.

The database itself records every transition as a `ReaderStep`.
"""

from collections.abc import Iterable
from typing import Any, ClassVar, Self, TypeVar

import pgtrigger
from django.contrib.auth.models import User
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from claims.models.transition import build_allowed_step_sql
from claims.newsroom.people import get_display_name
from factcheck.database import bounds
from factcheck.database.model_fields import PersonField
from factcheck.database.rules import MaintenanceTrigger, Rule, build_truncation_rule

MAX_READER_TEXT_LENGTH = 5_000
MAX_READER_ANSWER_LENGTH = 10_000


class SpamSign(models.TextChoices):
    """Reasons for holding a message until it is reviewed."""

    TRAP = "trap", _("a hidden field was filled in")
    QUICK = "quick", _("sent faster than a person can type")
    LINKS = "links", _("contains many links")
    MARKUP = "markup", _("contains links in the form that spam programs use")
    REPEATED = "repeated", _("the same text was sent several times")
    MANY_MAILS = "many_mails", _("many messages use this email address")


MessageType = TypeVar("MessageType", bound="ReaderMessage")


class ReaderMessageQuerySet(models.QuerySet[MessageType]):
    #: The permission to decide about messages; it also allows people to read held messages and spam.
    decide_permission: ClassVar[str]

    def readable_by(self, person: User) -> Self:
        """Return the messages that this person may read: confirmed messages and, if the person may decide about
        messages, also held messages and spam.
        """
        is_readable = Q(confirmed_at__isnull=False)
        if person.has_perm(self.decide_permission):
            is_readable |= Q(state="spam") | Q(state="new") & ~Q(held_because=[])
        return self.filter(is_readable)

    def confirmed(self) -> Self:
        """Return confirmed messages in any state."""
        return self.filter(confirmed_at__isnull=False)

    def held(self) -> Self:
        """Return messages held as possible spam."""
        return self.filter(state="new").exclude(held_because=[])

    def unconfirmed(self) -> Self:
        """Return unconfirmed messages, which the desk does not show."""
        return self.filter(state="new", held_because=[])


class ReaderMessage(models.Model):
    """A message from a reader: confirmed by email or held as possible spam, then handled at the desk."""

    language = models.CharField(_("language"), max_length=35, blank=True, editable=False)
    held_because = ArrayField(
        models.CharField(max_length=12, choices=SpamSign),
        default=list,
        blank=True,
        editable=False,
        verbose_name=_("reason for holding the message"),
    )
    received_at = models.DateTimeField(_("received"), db_default=Now(), editable=False)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, editable=False)
    #: When the reader had the message and the contact details deleted.
    erased_at = models.DateTimeField(_("erased"), null=True, editable=False)
    answer = models.TextField(_("answer"), max_length=MAX_READER_ANSWER_LENGTH, blank=True)
    moved_by = PersonField(null=True, editable=False)
    #: The name of `moved_by` at that time; empty if the reader or a scheduled job made the change.
    moved_by_name = models.CharField(max_length=200, blank=True, editable=False)
    moved_at = models.DateTimeField(_("last change"), db_default=Now(), editable=False)
    #: Digests of the submission's `Idempotency-Key` and of its body.
    idempotency_key_digest = models.CharField(max_length=64, blank=True, editable=False)
    body_digest = models.CharField(max_length=64, blank=True, editable=False)
    #: A digest of the message's words, used to find messages with the same words.
    words_sha256 = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        abstract = True

    def save_move(self, by: User | None, **fields: Any) -> Self:
        """Set the given fields, and record who set them: a person, or None for the reader or a scheduled job."""
        for name, value in fields.items():
            setattr(self, name, value)
        self.moved_by, self.moved_by_name = by, get_display_name(by)[:200] if by else ""
        self.save(update_fields=[*fields, "moved_by", "moved_by_name"])
        return self


def build_shared_constraints(table: str) -> list[models.BaseConstraint]:
    """Return the constraints that complaints and requests have in common."""
    return [
        bounds.build_length_constraint(f"{table}_text_fits", "text", MAX_READER_TEXT_LENGTH),
        bounds.build_length_constraint(f"{table}_answer_fits", "answer", MAX_READER_ANSWER_LENGTH),
        bounds.build_length_constraint(f"{table}_reason_fits", "reason", MAX_READER_ANSWER_LENGTH),
        CheckConstraint(
            name=f"{table}_held_for_known_signs", condition=Q(held_because__contained_by=SpamSign.values)
        ),
        CheckConstraint(
            name=f"{table}_held_before_it_is_confirmed",
            condition=Q(held_because=[]) | Q(state__in=["new", "spam"]),
        ),
        CheckConstraint(
            name=f"{table}_reaches_the_desk_confirmed",
            condition=Q(state__in=["new", "spam"]) | Q(confirmed_at__isnull=False),
        ),
        CheckConstraint(
            name=f"{table}_new_is_unconfirmed", condition=~Q(state="new") | Q(confirmed_at__isnull=True)
        ),
        models.UniqueConstraint(
            name=f"{table}_sent_once_with_a_key",
            fields=["idempotency_key_digest"],
            condition=~Q(idempotency_key_digest=""),
        ),
    ]


def build_reader_rules(
    table: str,
    subject: str,
    transitions: Iterable[tuple[str, str]],
    *,
    closed_states: Iterable[str],
    fixed_columns: Iterable[str],
    text_columns: Iterable[str],
    has_assignee: bool = False,
) -> list[pgtrigger.Trigger]:
    """Return database rules: only allowed transitions, and readers' text can be erased but never edited.

    Args:
        subject: the model's name in `ReaderStep`.
        transitions: the allowed transitions.
        closed_states: the closed states.
        fixed_columns: the columns that never change.
        text_columns: the columns with the reader's text, which can only be emptied.
        has_assignee: whether the model has an assignee, which is recorded too.
    """
    closed_states_sql = ", ".join(f"'{state}'" for state in closed_states)
    changed_sql = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in fixed_columns)
    reworded_sql = " OR ".join(
        f"NEW.{column} IS DISTINCT FROM OLD.{column} AND NOT (NEW.{column} = '' AND NEW.erased_at IS NOT NULL)"
        for column in text_columns
    )
    return [
        Rule(
            name=f"{table}_begins",
            operation=pgtrigger.Insert,
            func="""
                IF NEW.state <> 'new' OR NEW.confirmed_at IS NOT NULL OR NEW.closed_at IS NOT NULL THEN
                    REJECT 'A reader’s message must start as new and unconfirmed.';
                END IF;
                NEW.received_at := clock_timestamp();
                NEW.moved_at := NEW.received_at;
                RETURN NEW;
            """,
        ),
        Rule(
            name=f"{table}_moves",
            operation=pgtrigger.Update,
            condition=pgtrigger.AnyChange("state"),
            func=f"""
                IF NOT {build_allowed_step_sql(transitions)} THEN
                    REJECT 'A message cannot move between these states.';
                END IF;
                NEW.moved_at := clock_timestamp();
                IF OLD.state = 'new' AND NEW.state <> 'spam' THEN
                    NEW.confirmed_at := NEW.moved_at;
                END IF;
                NEW.closed_at := CASE WHEN NEW.state IN ({closed_states_sql}) THEN NEW.moved_at END;
                RETURN NEW;
            """,
        ),
        Rule(
            name=f"{table}_words_stay",
            operation=pgtrigger.Update,
            func=f"""
                IF {changed_sql} OR OLD.erased_at IS NOT NULL AND NEW.erased_at IS NULL
                    OR {reworded_sql}
                THEN
                    REJECT 'A reader’s text is never changed; it can only be erased.' AS {table}_words_stay;
                END IF;
                IF NEW.state = OLD.state AND (
                    NEW.confirmed_at IS DISTINCT FROM OLD.confirmed_at
                    OR NEW.closed_at IS DISTINCT FROM OLD.closed_at
                ) THEN
                    REJECT 'The times of a message are set by the database.' AS {table}_dated;
                END IF;
                RETURN NEW;
            """,
        ),
        Rule(
            name=f"{table}_kept",
            operation=pgtrigger.Delete,
            condition=pgtrigger.Condition("OLD.state NOT IN ('new', 'spam')"),
            func="REJECT 'A message that has reached the desk cannot be deleted.';",
        ),
        MaintenanceTrigger(
            name=f"{table}_steps_are_written_down",
            operation=pgtrigger.Update,
            condition=pgtrigger.AnyChange(
                "state", "held_because", *(["assigned_to"] if has_assignee else [])
            ),
            func=f"""
                INSERT INTO public.complaints_readerstep
                    (subject, number, before, after, assigned_to_id, by_id, by_name, at)
                VALUES ('{subject}', NEW.id, OLD.state, NEW.state, {"NEW.assigned_to_id" if has_assignee else "NULL"},
                    NEW.moved_by_id, NEW.moved_by_name, clock_timestamp());
                RETURN NULL;
            """,
        ),
        build_truncation_rule(table, "Readers’ messages cannot be truncated."),
    ]

from collections.abc import Iterable
from typing import Self

import pgtrigger
from django.contrib.auth.models import User
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from claims.models.review_chain import build_link_trigger
from claims.models.visibility import filter_readable
from factcheck.database.desk_words import build_words_index
from factcheck.database.model_fields import PersonField
from factcheck.database.rules import Rule, build_append_only_rules
from factcheck.list_phrases import format_change


def build_recorded_move_sql(subject: str, *, table: str = "claims_transition") -> str:
    """Return PL/pgSQL that rejects a change of state without a Transition in the same transaction.

    `subject` is the SQL condition that finds the subject's transitions. `now()` is the start of the transaction, and
    a trigger writes it to every row of the table, so equal times mean the same transaction.
    """
    return f"""
        IF NOT EXISTS (
            SELECT FROM public.{table}
            WHERE {subject} AND before = OLD.state AND after = NEW.state AND at = now()
        ) THEN
            REJECT 'Every move needs a transition, and there is none for this one.' AS move_is_written_down;
        END IF;
    """


def build_allowed_step_sql(steps: Iterable[tuple[str, str]]) -> str:
    """Return the SQL condition that a change of state is one of these steps."""
    pairs = ", ".join(f"('{before}', '{after}')" for before, after in steps)
    return f"(OLD.state, NEW.state) IN ({pairs})"


class TransitionQuerySet(models.QuerySet["Transition"]):
    def readable_by(self, person: User) -> Self:
        """Return the transitions that this person may read."""
        own_claim = models.Q(verdict=None, claim__created_by=person)
        # The notes are internal and never published.
        return filter_readable(self, person, own_or_published=own_claim | models.Q(verdict__author=person))


class Transition(models.Model):
    """One move of the workflow: its author, the states before and after, its time and its reason. Append-only."""

    claim = models.ForeignKey(
        "claims.Claim", models.PROTECT, related_name="transitions", verbose_name=_("claim")
    )
    verdict = models.ForeignKey(
        "claims.Verdict",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="transitions",
        verbose_name=_("verdict"),
    )
    action = models.CharField(_("action"), max_length=30)
    before = models.CharField(_("before"), max_length=20)
    after = models.CharField(_("after"), max_length=20)
    actor = PersonField(_("done by"), null=True)
    actor_name = models.CharField(
        _("done by"), max_length=200, help_text=_("The name of the person at that time.")
    )
    #: The import that made the move, directly or by being undone; NULL if a person made it.
    import_run = models.ForeignKey(
        "claims.ImportRun",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("import"),
    )
    note = models.TextField(_("note"), blank=True)
    at = models.DateTimeField(_("time"), db_default=Now())

    objects = TransitionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("transition")
        verbose_name_plural = _("transitions")
        indexes = [
            # Searches of the log.
            build_words_index("transition_desk_words", "actor_name", "note"),
            # People's moves in a period, for the desk's trends. Imports move in bulk and would distort them.
            models.Index(
                name="transition_of_people",
                fields=["at"],
                condition=models.Q(actor__isnull=False, import_run__isnull=True),
            ),
        ]
        triggers = [
            *build_append_only_rules("transition", "Transitions are never changed or deleted."),
            Rule(
                name="transition_is_stamped",
                operation=pgtrigger.Insert,
                func="""
                    NEW.at := now();
                    RETURN NEW;
                """,
            ),
            build_link_trigger("transition"),
        ]

    def __str__(self) -> str:
        return f"{self.states} ({self.actor_name})"

    @property
    def states(self) -> str:
        """Return the states before and after, in words."""
        subject = self._meta.get_field("verdict" if self.verdict_id else "claim").related_model
        labels = dict(subject.State.choices)  # type: ignore[union-attr]  # a claim or a verdict, which have states
        return format_change(labels.get(self.before, self.before), labels.get(self.after, self.after))

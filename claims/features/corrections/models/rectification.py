from typing import Self

import pgtrigger
from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from factcheck.database import bounds
from factcheck.database.model_fields import AddressField, PersonField
from factcheck.database.row_history import keep_history
from factcheck.database.rules import Prohibition, Rule, build_append_only_rules

MAX_NOTE_LENGTH = 5000


class RectificationQuerySet(models.QuerySet["Rectification"]):
    def waiting(self) -> Self:
        """Return requests without a correction or a refusal."""
        return self.filter(state__in=("asked", "reminded", "answered"))

    def shown(self) -> Self:
        """Return correction requests that readers may see."""
        return self.filter(is_public=True)


@keep_history(exclude=["state", "last_step_on"])
class Rectification(models.Model):
    """A publication that spread a false claim, our request to correct it, and the steps taken since."""

    class State(models.TextChoices):
        ASKED = "asked", _("Correction requested")
        REMINDED = "reminded", _("Reminded")
        ANSWERED = "answered", _("Answered")
        CORRECTED = "corrected", _("Corrected")
        REFUSED = "refused", _("Refused")

    claim = models.ForeignKey(
        "claims.Claim", models.PROTECT, related_name="+", db_index=False, verbose_name=_("claim")
    )
    outlet = models.CharField(
        _("publication"), max_length=200, help_text=_("The name of the newspaper, site or account.")
    )
    url = AddressField(
        _("address"), max_length=2000, help_text=_("The article or post that should be corrected.")
    )
    asked_on = models.DateField(_("asked on"))
    is_public = models.BooleanField(
        _("public"), default=False, help_text=_("Shown in the feed and the table for readers.")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ASKED, editable=False)
    #: The date of the last step.
    last_step_on = models.DateField(_("since"), null=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    created_by = PersonField(on_delete=models.SET_NULL, null=True, editable=False)

    objects = RectificationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("request for correction")
        verbose_name_plural = _("requests for correction")
        default_permissions = ("view", "add", "change")
        constraints = [
            UniqueConstraint(
                name="rectification_once_per_address",
                fields=["claim", "url"],
                violation_error_message=_(
                    "A correction of this claim has already been requested from this publication."
                ),
            ),
            CheckConstraint(
                name="rectification_address_is_one", condition=Q(url__regex=r"^https?://[^\s]+$")
            ),
            CheckConstraint(name="rectification_names_a_publication", condition=Q(outlet__regex=r"\S")),
        ]
        indexes = [
            # The queue of the desk: the longest wait first.
            Index(
                name="rectification_waiting",
                fields=["last_step_on", "id"],
                condition=Q(state__in=["asked", "reminded", "answered"]),
            ),
        ]
        triggers = [
            Rule(
                name="rectification_state_is_of_its_steps",
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF TG_OP = 'INSERT' THEN
                        NEW.last_step_on := NEW.asked_on;
                    END IF;
                    IF TG_OP = 'INSERT' AND NEW.state <> 'asked' OR TG_OP = 'UPDATE'
                        AND (NEW.state, NEW.last_step_on) IS DISTINCT FROM (OLD.state, OLD.last_step_on)
                        AND NOT EXISTS (
                            SELECT FROM public.corrections_rectificationstep AS step
                            WHERE step.request_id = NEW.id AND step.kind = NEW.state AND step.on_day = NEW.last_step_on
                                AND step.id = (
                                    SELECT max(last.id) FROM public.corrections_rectificationstep AS last
                                    WHERE last.request_id = NEW.id
                                )
                        )
                    THEN
                        REJECT 'The state of a request must match its last step.';
                    END IF;
                    IF TG_OP = 'UPDATE'
                        AND (NEW.claim_id, NEW.asked_on) IS DISTINCT FROM (OLD.claim_id, OLD.asked_on)
                    THEN
                        REJECT 'A request for correction cannot be changed.' AS rectification_stays;
                    END IF;
                    RETURN NEW;
                """,
            ),
            Prohibition(
                name="rectification_is_kept",
                operation=pgtrigger.Delete,
                func="REJECT 'A request for correction cannot be deleted.';",
            ),
        ]

    def __str__(self) -> str:
        return self.outlet


class RectificationStep(models.Model):
    """A step after a correction request: a reminder, an answer, a correction or a refusal. Append-only."""

    request = models.ForeignKey(Rectification, models.PROTECT, related_name="steps", db_index=False)
    kind = models.CharField(_("step"), max_length=10, choices=Rectification.State)
    on_day = models.DateField(_("date"))
    note = models.TextField(
        _("note"), blank=True, help_text=_("The answer or correction. Public if the request is public.")
    )
    by = PersonField()
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["id"]
        verbose_name = _("step of a request for correction")
        verbose_name_plural = _("steps of requests for correction")
        default_permissions = ()
        constraints = [
            CheckConstraint(
                name="rectificationstep_kind_is_known",
                condition=Q(kind__in=["reminded", "answered", "corrected", "refused"]),
            ),
            CheckConstraint(
                name="rectificationstep_says_what_was_fixed",
                condition=Q(kind="reminded") | Q(note__regex=r"\S"),
                violation_error_message=_("Describe the answer or correction."),
            ),
            bounds.build_length_constraint("rectificationstep_note_fits", "note", MAX_NOTE_LENGTH),
        ]
        indexes = [Index(name="rectificationstep_of_request", fields=["request", "id"])]
        triggers = [
            *build_append_only_rules(
                "rectificationstep", "Steps of a request for correction are never changed or deleted."
            ),
            Rule(
                name="rectificationstep_goes_on",
                operation=pgtrigger.Insert,
                func="""
                    PERFORM FROM public.corrections_rectification WHERE id = NEW.request_id FOR UPDATE;
                    IF EXISTS (
                        SELECT FROM public.corrections_rectification AS asked
                        WHERE asked.id = NEW.request_id AND (
                            asked.state = 'corrected' OR NEW.on_day < asked.last_step_on
                        )
                    ) THEN
                        REJECT 'A step cannot be earlier than the previous one, nor follow a correction.';
                    END IF;
                    RETURN NEW;
                """,
            ),
            Rule(
                name="rectificationstep_moves_its_request",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func="""
                    UPDATE public.corrections_rectification SET state = NEW.kind, last_step_on = NEW.on_day
                    WHERE id = NEW.request_id;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

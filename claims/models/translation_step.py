from typing import Self

import pgtrigger
from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from claims.models.review_chain import waits_for_its_link
from claims.models.visibility import readable
from factcheck.database.rules import Rule, append_only, refuse

SIGN_OFF = "sign_off"

_WROTE_IT = refuse(
    "Who wrote, edited or submitted a translation cannot sign it off.",
    name="translationstep_signed_by_somebody_else",
)
_NOT_IN_REVIEW = refuse(
    "Only a translation in review can be signed off.", name="translationstep_signed_in_review"
)


class TranslationStepQuerySet(models.QuerySet["TranslationStep"]):
    def readable_by(self, person: User) -> Self:
        """Return the steps that this person may read."""
        # What colleagues say to each other in a review is not published with the translation.
        return readable(self, person, own_or_published=Q(translation__author=person))

    def signoffs(self) -> Self:
        """Return the sign-offs of each translation's current round by people other than the translator."""
        return self.filter(action=SIGN_OFF, round=F("translation__review_round"))


class TranslationStep(models.Model):
    """One move of a translation, or its sign-off by another person. Append-only.

    A sign-off counts for the review round in which it was given: what was changed since needs a new one.
    """

    translation = models.ForeignKey(
        "claims.Translation", models.PROTECT, related_name="steps", verbose_name=_("translation")
    )
    action = models.CharField(_("action"), max_length=30)
    before = models.CharField(_("before"), max_length=20)
    after = models.CharField(_("after"), max_length=20)
    round = models.PositiveSmallIntegerField(_("review round"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    by_name = models.CharField(_("by"), max_length=200, help_text=_("The name of the person at that time."))
    note = models.TextField(_("note"), blank=True)
    at = models.DateTimeField(_("when"), db_default=Now())

    objects = TranslationStepQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        verbose_name = _("step of a translation")
        verbose_name_plural = _("steps of translations")
        constraints = [
            UniqueConstraint(
                name="translationstep_one_signoff_per_round_and_person",
                fields=["translation", "round", "by"],
                condition=Q(action=SIGN_OFF),
                violation_error_message=_("You have already signed off this translation."),
            ),
            CheckConstraint(
                name="translationstep_signoff_changes_no_state",
                condition=Q(action=SIGN_OFF, before=F("after"), by__isnull=False)
                | ~Q(action=SIGN_OFF) & ~Q(before=F("after")),
            ),
        ]
        triggers = [
            *append_only("translationstep", "What happened is never rewritten: steps are only added."),
            Rule(
                name="translationstep_by_somebody_else",
                operation=pgtrigger.Insert,
                declare=[("translation", "public.claims_translation")],
                func=f"""
                    -- When it happened is not for the one who does it to say.
                    NEW.at := now();
                    IF NEW.action <> '{SIGN_OFF}' THEN
                        RETURN NEW;
                    END IF;
                    -- Held, so that nobody writes on it, or takes it out of review, meanwhile.
                    SELECT * INTO translation FROM public.claims_translation
                    WHERE id = NEW.translation_id FOR NO KEY UPDATE;
                    IF NEW.by_id = ANY (
                        translation.edited_by
                        || ARRAY[translation.author_id, translation.submitted_by_id]::bigint[]
                    ) THEN
                        {_WROTE_IT}
                    END IF;
                    IF (translation.state, translation.review_round) IS DISTINCT FROM ('in_review', NEW.round) THEN
                        {_NOT_IN_REVIEW}
                    END IF;
                    RETURN NEW;
                """,
            ),
            waits_for_its_link("translationstep"),
        ]

    def __str__(self) -> str:
        return f"{self.action}: {self.before} → {self.after} ({self.by_name})"

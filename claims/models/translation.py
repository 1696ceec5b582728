"""Translations of verdicts, and the log of their review."""

import hashlib
import re
from typing import Self

import pgtrigger
from django.apps import apps
from django.contrib.auth.models import User
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import CheckConstraint, Exists, F, Index, OuterRef, Q, UniqueConstraint
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from claims.models import translation_rules
from claims.models.claim import MAX_STATEMENT_LENGTH
from claims.models.review_chain import build_link_trigger
from claims.models.transition import build_allowed_step_sql, build_recorded_move_sql
from claims.models.verdict import MAX_EXPLANATION_LENGTH, MAX_NOTE_LENGTH
from claims.models.visibility import filter_readable
from factcheck.database import bounds
from factcheck.database.desk_words import build_words_index
from factcheck.database.model_fields import LanguageField, PersonField
from factcheck.database.row_history import keep_history
from factcheck.database.rules import Rule, build_append_only_rules, build_snapshot_check_sql
from factcheck.language_names import get_language_name

SIGN_OFF = "sign_off"


class TranslationStepQuerySet(models.QuerySet["TranslationStep"]):
    def readable_by(self, person: User) -> Self:
        """Return the steps that this person may read."""
        # The internal notes of a review are not published with the translation.
        return filter_readable(self, person, own_or_published=Q(translation__author=person))

    def signoffs(self) -> Self:
        """Return sign-offs of the current round by people other than the translator."""
        return self.filter(action=SIGN_OFF, round=F("translation__review_round"))


class TranslationStep(models.Model):
    """One step in the review of a translation: a change of its state, or a sign-off by another person. Append-only.

    A sign-off counts for its review round only: later changes need a new one.
    """

    translation = models.ForeignKey(
        "claims.Translation", models.PROTECT, related_name="steps", verbose_name=_("translation")
    )
    action = models.CharField(_("action"), max_length=30)
    before = models.CharField(_("before"), max_length=20)
    after = models.CharField(_("after"), max_length=20)
    round = models.PositiveSmallIntegerField(_("review round"))
    by = PersonField(_("done by"), null=True)
    by_name = models.CharField(
        _("done by"), max_length=200, help_text=_("The name of the person at that time.")
    )
    note = models.TextField(_("note"), blank=True)
    at = models.DateTimeField(_("time"), db_default=Now())

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
            *build_append_only_rules(
                "translationstep", "Steps of a translation are never changed or deleted."
            ),
            Rule(
                name="translationstep_by_somebody_else",
                operation=pgtrigger.Insert,
                declare=[("translation", "public.claims_translation")],
                func=f"""
                    -- The database sets the time, not the person who acts.
                    NEW.at := now();
                    IF NEW.action <> '{SIGN_OFF}' THEN
                        RETURN NEW;
                    END IF;
                    -- Locked, so that it cannot be edited or withdrawn from review in the meantime.
                    SELECT * INTO translation FROM public.claims_translation
                    WHERE id = NEW.translation_id FOR NO KEY UPDATE;
                    IF NEW.by_id = ANY (
                        translation.edited_by
                        || ARRAY[translation.author_id, translation.submitted_by_id]::bigint[]
                    ) THEN
                        REJECT 'People who wrote, edited or submitted a translation cannot sign it off.'
                            AS translationstep_signed_by_somebody_else;
                    END IF;
                    IF (translation.state, translation.review_round) IS DISTINCT FROM ('in_review', NEW.round) THEN
                        REJECT 'Only a translation in review can be signed off.'
                            AS translationstep_signed_in_review;
                    END IF;
                    RETURN NEW;
                """,
            ),
            build_link_trigger("translationstep"),
        ]

    def __str__(self) -> str:
        return f"{self.action}: {self.before} → {self.after} ({self.by_name})"


#: The translated texts, with the same names as those of the original.
TEXT_FIELDS = ("statement", "title", "summary", "explanation")
#: The fields that are fixed once the translation is no longer a draft.
CONTENT_FIELDS = (
    "verdict",
    "language",
    "version",
    "original_sha256",
    "supersedes",
    "is_restored",
    *TEXT_FIELDS,
    "byline",
)

_TABLE = "translation"
_validate_plain = RegexValidator(
    re.compile(translation_rules.HIDDEN_CHARACTERS),
    _(
        "This contains invisible characters that change the order in which the text is displayed. Remove them."
    ),
    inverse_match=True,
)


def digest_original(statement: str, title: str, summary: str, explanation: str) -> str:
    """Return the digest that identifies the original of a translation. The database computes the same digest."""
    digests = [hashlib.sha256(text.encode()).hexdigest() for text in (statement, title, summary, explanation)]
    return hashlib.sha256("\n".join([*digests, ""]).encode()).hexdigest()


class TranslationQuerySet(models.QuerySet["Translation"]):
    def readable_by(self, person: User) -> Self:
        """Return the translations that this person may read."""
        states = Translation.State
        is_public = Q(state__in=[states.PUBLISHED, states.SUPERSEDED, states.RETRACTED])
        return filter_readable(self, person, own_or_published=is_public | Q(author=person))

    def out_of_date(self) -> Self:
        """Return translations of outdated wordings that no newer translation has replaced; readers see the original."""
        published_verdict = apps.get_model("claims", "Verdict").objects.filter(
            claim=OuterRef("verdict__claim"), publisher=OuterRef("verdict__publisher"), state="published"
        )
        newer_translations = Translation.objects.alias(into=Lower("language")).filter(
            verdict__claim=OuterRef("verdict__claim"),
            verdict__publisher=OuterRef("verdict__publisher"),
            verdict__state="published",
            into=Lower(OuterRef("language")),
            state__in=["draft", "in_review", "published"],
        )
        outdated_rows = self.filter(state=Translation.State.PUBLISHED, verdict__state="superseded")
        return outdated_rows.filter(Exists(published_verdict), ~Exists(newer_translations))

    def open(self) -> Self:
        """Return translations in progress or in review."""
        return self.filter(state__in=[Translation.State.DRAFT, Translation.State.IN_REVIEW])


@keep_history(exclude=["edited_by"])
class Translation(models.Model):
    """A translation of one version of a published verdict, including its claim."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        IN_REVIEW = "in_review", _("In review")
        PUBLISHED = "published", _("Published")
        SUPERSEDED = "superseded", _("Superseded")
        RETRACTED = "retracted", _("Retracted")

    verdict = models.ForeignKey(
        "claims.Verdict",
        models.PROTECT,
        db_index=False,
        related_name="translations",
        verbose_name=_("verdict"),
    )
    language = LanguageField(_("language"))
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    #: The digest of the translated original as published (`digest_original`). Computed by the database.
    original_sha256 = models.CharField(max_length=64, db_default="", editable=False)
    statement = models.TextField(
        _("statement"), max_length=MAX_STATEMENT_LENGTH, blank=True, validators=[_validate_plain]
    )
    title = models.CharField(_("headline"), max_length=500, blank=True, validators=[_validate_plain])
    summary = models.TextField(
        _("summary"), max_length=MAX_NOTE_LENGTH, blank=True, validators=[_validate_plain]
    )
    explanation = models.TextField(
        _("explanation"),
        max_length=MAX_EXPLANATION_LENGTH,
        blank=True,
        validators=[_validate_plain],
        help_text=_("Markdown, like the original."),
    )
    byline = models.CharField(
        _("translated by"),
        max_length=200,
        blank=True,
        validators=[_validate_plain],
        help_text=_("Shown to readers. If empty, the newsroom’s name is shown."),
    )
    author = PersonField(_("translator"), null=True, editable=False, related_name="translations_written")
    #: Ids of other people who edited the draft. They cannot sign it off either.
    edited_by = ArrayField(models.BigIntegerField(), default=list, editable=False)
    #: Whether the translation was restored from an export, which has no authors or sign-offs.
    is_restored = models.BooleanField(db_default=False, editable=False)
    #: The replaced translation: an earlier version, or a translation of an earlier version of the verdict.
    supersedes = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="followers",
        verbose_name=_("replaces"),
    )
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.DRAFT, editable=False)
    review_round = models.PositiveSmallIntegerField(default=0, editable=False)
    required_signoffs = models.PositiveSmallIntegerField(_("sign-offs required"), default=1, editable=False)
    submitted_by = PersonField(null=True, blank=True, editable=False)
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True, editable=False)
    published_at = models.DateTimeField(_("published"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("added"), db_default=Now(), editable=False)

    objects = TranslationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("translation")
        verbose_name_plural = _("translations")
        permissions = [
            ("submit_translation", _("Can submit translations for review")),
            ("sign_off_translation", _("Can sign off other people’s translations or request changes")),
            ("publish_translation", _("Can publish translations")),
            ("retract_translation", _("Can retract published translations")),
        ]
        constraints = [
            translation_rules.ONE_LIVE_CONSTRAINT,
            translation_rules.ONE_OPEN_CONSTRAINT,
            translation_rules.VERSION_CONSTRAINT,
            translation_rules.STATE_CONSTRAINT,
            translation_rules.LANGUAGE_CONSTRAINT,
            translation_rules.PUBLISHED_AT_CONSTRAINT,
            translation_rules.AUTHOR_CONSTRAINT,
            translation_rules.SIGNOFFS_CONSTRAINT,
            translation_rules.HIDDEN_CHARACTERS_CONSTRAINT,
            bounds.build_length_constraint(f"{_TABLE}_statement_fits", "statement", MAX_STATEMENT_LENGTH),
            bounds.build_length_constraint(f"{_TABLE}_summary_fits", "summary", MAX_NOTE_LENGTH),
            bounds.build_length_constraint(
                f"{_TABLE}_explanation_fits", "explanation", MAX_EXPLANATION_LENGTH
            ),
        ]
        indexes = [
            # Waiting for a sign-off, oldest first.
            Index(name=f"{_TABLE}_in_review", fields=["submitted_at"], condition=Q(state="in_review")),
            # Searches of the desk's list.
            build_words_index(f"{_TABLE}_desk_words", "statement", "summary", "byline"),
        ]
        triggers = [
            translation_rules.BEGIN_RULE,
            translation_rules.RESTORED_RULE,
            translation_rules.ORIGIN_RULE,
            translation_rules.EDITORS_RULE,
            translation_rules.TERMS_RULE,
            translation_rules.MOMENTS_RULE,
            translation_rules.COMPLETENESS_RULE,
            translation_rules.SIGNOFF_RULE,
            translation_rules.LEDGER_RULE,
            translation_rules.DELETION_RULE,
            Rule(
                name=f"{_TABLE}_content_is_fixed",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(*CONTENT_FIELDS),
                func="""
                    IF OLD.state <> 'draft' THEN
                        REJECT 'Only a draft can be edited. Request changes, or start a new version of the
                            published translation.';
                    END IF;
                    RETURN NEW;
                """,
            ),
            Rule(
                name=f"{_TABLE}_state_moves",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("state"),
                func=f"""
                    {build_snapshot_check_sql(f"{_TABLE}_state_moves")}
                    IF NOT {build_allowed_step_sql(translation_rules.TRANSLATION_STEPS)} THEN
                        REJECT 'A translation cannot move between these states.';
                    END IF;
                    {build_recorded_move_sql("translation_id = NEW.id", table="claims_translationstep")}
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        excerpt = self.statement if len(self.statement) <= 100 else self.statement[:99] + "…"
        return f"{get_language_name(self.language)} ({self.get_state_display()}): {excerpt}"

    @property
    def writers(self) -> set[int]:
        """Return the ids of people who wrote, edited or submitted the translation and therefore may not review it."""
        return {pk for pk in (self.author_id, self.submitted_by_id, *self.edited_by) if pk is not None}

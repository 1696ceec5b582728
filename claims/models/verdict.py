from typing import Self

import pgtrigger
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import CheckConstraint, Index, Q
from django.utils.translation import gettext_lazy as _

from claims.models import verdict_rules
from claims.models.newsroom_verdict_rules import speaking_for_the_house
from claims.models.transition import move_is_written_down, takes_a_step
from claims.models.visibility import readable
from factcheck.database import bounds
from factcheck.database.desk_words import words_index
from factcheck.database.model_fields import AddressField, LanguageField
from factcheck.database.row_history import keep_history
from factcheck.database.rules import Rule, ids_are_reserved, refuse, see_the_present

VERDICT_STATE_MOVES = "verdict_state_moves"

LONGEST_NOTE = 10_000
LONGEST_EXPLANATION = 200_000

_CONTENT_CHANGED = refuse(
    "Only a draft can be edited. Ask for changes, or draft a new version of what is published.",
    name="verdict_content_is_fixed",
)

#: What a new version takes over from the one it replaces.
CARRIED_OVER = (
    "rating",
    "title",
    "summary",
    "explanation",
    "byline",
    "language",
    "reviewed_on",
    "valid_as_of",
    "recheck_on",
    "url",
    "media_authenticity_category",
    "original_media_context",
    "original_media_url",
)
#: What tells readers why a new version replaces the one before.
CHANGE = ("correction_kind", "correction_note")
#: What a verdict says. Once it is no longer a draft none of it can change.
CONTENT = (
    "claim",
    "publisher",
    "version",
    "origin",
    "archive_run",
    "is_restored",
    "supersedes",
    *CARRIED_OVER,
    *CHANGE,
)

#: From which state to which a verdict may go.
VERDICT_STEPS = (
    ("draft", "in_review"),
    ("in_review", "draft"),
    ("in_review", "published"),
    ("published", "superseded"),
    ("published", "retracted"),
)


class CorrectionKind(models.TextChoices):
    """Why something published is replaced; readers see it beside the public note."""

    CLARIFICATION = "clarification", _("Clarification")
    CORRECTION = "correction", _("Correction")
    UPDATE = "update", _("Update")


class MediaAuthenticity(models.TextChoices):
    """What became of a picture, a recording or a film (schema.org MediaManipulationRatingEnumeration)."""

    ORIGINAL = "OriginalContent", _("Original: nothing was changed that misleads")
    DECONTEXTUALIZED = "DecontextualizedContent", _("Out of context: unaltered, and shown as something else")
    EDITED_OR_CROPPED = "EditedOrCroppedContent", _("Edited or cropped: parts are left out or rearranged")
    TRANSFORMED = "TransformedContent", _("Altered or made up: changed, or made by a computer")
    STAGED = "StagedContent", _("Staged: acted, and shown as real")
    SATIRE = "SatireOrParodyContent", _("Satire or parody")


class VerdictQuerySet(models.QuerySet["Verdict"]):
    def readable_by(self, person: User) -> Self:
        """What this person may read."""
        states = Verdict.State
        public = Q(state__in=[states.PUBLISHED, states.SUPERSEDED, states.RETRACTED])
        return readable(self, person, own_or_published=public | Q(author=person))


@keep_history(exclude=["edited_by"])
class Verdict(models.Model):
    """A publisher's judgement on a claim (schema.org ClaimReview), one version of it."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        IN_REVIEW = "in_review", _("In review")
        PUBLISHED = "published", _("Published")
        SUPERSEDED = "superseded", _("Superseded")
        RETRACTED = "retracted", _("Retracted")

    class Origin(models.TextChoices):
        HOUSE = "house", _("Written here")
        IMPORTED = "imported", _("Imported")
        HOUSE_ARCHIVE = "house_archive", _("From our archive")

    class ReplyRule(models.TextChoices):
        """Whether somebody has to be asked for an answer before it is published, as the terms of its review say."""

        NOT_DUE = "not_due", _("It names nobody")
        DUE = "due", _("Who is named must have been asked")
        SWITCHED_OFF = "switched_off", _("This newsroom does not ask for it")

    claim = models.ForeignKey(
        "claims.Claim", models.PROTECT, db_index=False, related_name="verdicts", verbose_name=_("claim")
    )
    publisher = models.ForeignKey(
        "sources.Publisher", models.PROTECT, related_name="verdicts", verbose_name=_("publisher")
    )
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    origin = models.CharField(
        _("origin"), max_length=20, choices=Origin, default=Origin.HOUSE, editable=False
    )
    #: With which house archive it came. Two administrators answer for that; nobody signed off the verdict by itself.
    archive_run = models.ForeignKey(
        "claims.ImportRun", models.PROTECT, null=True, editable=False, related_name="archived_verdicts"
    )
    #: Whether it came back with a ledger: who wrote it and signed it off is known where that was exported.
    is_restored = models.BooleanField(db_default=False, editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="verdicts",
        verbose_name=_("author"),
    )
    #: Ids of the people other than the author who have written on the draft. They cannot sign it off either.
    edited_by = ArrayField(models.BigIntegerField(), default=list, editable=False)
    byline = models.CharField(
        _("byline"), max_length=200, blank=True, help_text=_("Shown to readers; empty: the newsroom signs.")
    )
    rating = models.ForeignKey(
        "claims.Rating",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="verdicts",
        verbose_name=_("rating"),
    )
    title = models.CharField(
        _("headline"),
        max_length=500,
        blank=True,
        help_text=_("The headline of the review, as its page has it."),
    )
    summary = models.TextField(
        _("summary"),
        max_length=LONGEST_NOTE,
        blank=True,
        help_text=_("The finding in one or two sentences."),
    )
    explanation = models.TextField(
        _("explanation"),
        max_length=LONGEST_EXPLANATION,
        blank=True,
        help_text=_("How we know. Markdown."),
    )
    language = LanguageField(_("language"))
    reviewed_on = models.DateField(
        _("reviewed on"), null=True, blank=True, validators=[bounds.day_that_has_come]
    )
    valid_as_of = models.DateField(
        _("true as of"),
        null=True,
        blank=True,
        validators=[bounds.day_that_has_come],
        help_text=_("The day up to which the facts were checked."),
    )
    recheck_on = models.DateField(
        _("check again on"), null=True, blank=True, validators=[bounds.day_in_sight]
    )
    url = AddressField(
        _("review page"),
        max_length=2000,
        blank=True,
        help_text=_("Where the publisher's full review stands."),
    )
    media_authenticity_category = models.CharField(
        _("what became of the picture, sound or film"),
        max_length=30,
        choices=MediaAuthenticity,
        blank=True,
        default="",
        db_default="",
        help_text=_("Empty where the claim is about none. Search engines read it (schema.org MediaReview)."),
    )
    original_media_context = models.TextField(
        _("what it really shows"),
        max_length=LONGEST_NOTE,
        blank=True,
        default="",
        db_default="",
        help_text=_("Where and when it was made, and by whom. Shown to readers."),
    )
    original_media_url = AddressField(
        _("where the original is"),
        max_length=2000,
        blank=True,
        default="",
        db_default="",
        help_text=_("The address of the original picture, recording or film, or of a page that has it."),
    )
    supersedes = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="superseded_by",
        verbose_name=_("replaces"),
    )
    correction_kind = models.CharField(_("kind of change"), max_length=20, choices=CorrectionKind, blank=True)
    correction_note = models.TextField(
        _("public note"),
        max_length=LONGEST_NOTE,
        blank=True,
        help_text=_("What changed and why, in words for readers."),
    )
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.DRAFT, editable=False)
    review_round = models.PositiveSmallIntegerField(default=0, editable=False)
    required_signoffs = models.PositiveSmallIntegerField(_("sign-offs required"), default=1, editable=False)
    reply_rule = models.CharField(
        _("right of reply"),
        max_length=12,
        choices=ReplyRule,
        default=ReplyRule.NOT_DUE,
        db_default=ReplyRule.NOT_DUE,
        editable=False,
    )
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True, editable=False)
    published_at = models.DateTimeField(_("published"), null=True, blank=True, editable=False)
    #: When the transaction began that brought it: so it is known what arrived together with it.
    created_at = models.DateTimeField(_("added"), db_default=TransactionNow(), editable=False)

    objects = VerdictQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("verdict")
        verbose_name_plural = _("verdicts")
        permissions = [
            ("submit_verdict", _("Can submit verdicts for review")),
            ("sign_off_verdict", _("Can sign off other people's verdicts or ask for changes")),
            ("publish_verdict", _("Can publish verdicts")),
            ("retract_verdict", _("Can retract published verdicts")),
        ]
        constraints = [
            verdict_rules.ONE_LIVE,
            verdict_rules.ONE_OPEN,
            verdict_rules.VERSION_IS_UNIQUE,
            verdict_rules.STATE_IS_KNOWN,
            verdict_rules.PUBLISHED_IS_COMPLETE,
            CheckConstraint(
                name="verdict_change_is_of_a_kind",
                condition=Q(correction_kind__in=["", *CorrectionKind.values]),
            ),
            verdict_rules.CHANGE_HAS_A_PUBLIC_NOTE,
            verdict_rules.WRITTEN_HERE_HAS_AN_AUTHOR,
            verdict_rules.OF_THE_ARCHIVE_NAMES_ITS_RUN,
            verdict_rules.NEEDS_A_SIGNOFF,
            verdict_rules.REPLY_RULE_IS_KNOWN,
            bounds.not_longer("verdict_summary_fits", "summary", LONGEST_NOTE),
            bounds.not_longer("verdict_explanation_fits", "explanation", LONGEST_EXPLANATION),
            bounds.not_longer("verdict_correction_note_fits", "correction_note", LONGEST_NOTE),
            bounds.not_longer("verdict_original_media_context_fits", "original_media_context", LONGEST_NOTE),
            CheckConstraint(
                name="verdict_media_authenticity_is_known",
                condition=Q(media_authenticity_category__in=["", *MediaAuthenticity.values]),
            ),
            bounds.days_in_sight("verdict_days_are_in_sight", "reviewed_on", "valid_as_of", "recheck_on"),
        ]
        indexes = [
            # The sign-off queue on the dashboard: oldest first.
            Index(name="verdict_in_review_by_age", fields=["submitted_at"], condition=Q(state="in_review")),
            # The re-check list on the dashboard: most overdue first.
            Index(name="verdict_recheck_due", fields=["recheck_on"], condition=Q(state="published")),
            # Which languages there are, and the verdicts in one of them.
            Index(name="verdict_by_language", fields=["language", "-id"]),
            # Searches of verdicts.
            words_index("verdict_desk_words", "summary", "byline"),
        ]
        triggers = [
            ids_are_reserved("claims_verdict", history="claims_verdictevent"),
            bounds.days_have_come("verdict_is_not_of_the_future", "reviewed_on", "valid_as_of"),
            verdict_rules.RATED_ON_ITS_PUBLISHERS_SCALE,
            verdict_rules.STARTS_AS_DRAFT,
            verdict_rules.DATED_BY_THE_DATABASE,
            verdict_rules.ARRIVES_ON_A_CLAIM_THAT_STANDS,
            *speaking_for_the_house(),
            verdict_rules.AUTHOR_IS_FIXED,
            verdict_rules.EDITORS_ARE_REMEMBERED,
            verdict_rules.TERMS_OF_REVIEW,
            verdict_rules.MOMENTS_ARE_FIXED,
            verdict_rules.WITH_FOUR_EYES,
            verdict_rules.WITH_A_RIGHT_OF_REPLY,
            verdict_rules.TOLD_BY_THE_LEDGER,
            verdict_rules.SCHEDULED_STAYS_IN_REVIEW,
            verdict_rules.KEPT,
            Rule(
                name="verdict_content_is_fixed",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(*CONTENT),
                func=f"""
                    IF OLD.state <> 'draft' THEN
                        {_CONTENT_CHANGED}
                    END IF;
                    RETURN NEW;
                """,
            ),
            Rule(
                name=VERDICT_STATE_MOVES,
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("state"),
                func=f"""
                    {see_the_present(VERDICT_STATE_MOVES)}
                    -- What it judges, and as what, stays so until all of the move is done.
                    PERFORM FROM public.claims_claim WHERE id = NEW.claim_id FOR SHARE;
                    PERFORM FROM public.claims_rating WHERE id = NEW.rating_id FOR SHARE;
                    IF NOT {takes_a_step(VERDICT_STEPS)} THEN
                        {refuse("A verdict cannot move between these states.", name=VERDICT_STATE_MOVES)}
                    END IF;
                    {move_is_written_down("verdict_id = NEW.id")}
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.publisher}: {self.rating or _('not rated yet')} ({self.get_state_display()})"

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Index, Q, UniqueConstraint
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from claims.models.house_voice import speaking_for_the_house
from claims.models.transition import move_is_written_down
from factcheck.fields import LanguageField
from factcheck.history import keep_history
from factcheck.rules import Rule, refuse

VERDICT_STATE_MOVES = "verdict_state_moves"

#: What a verdict says. Once it is no longer a draft none of it can change.
CONTENT = (
    "claim",
    "publisher",
    "version",
    "origin",
    "archive_run",
    "is_restored",
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
    "supersedes",
    "correction_kind",
    "correction_note",
)


class CorrectionKind(models.TextChoices):
    """Why something published is replaced; readers see it beside the public note."""

    CLARIFICATION = "clarification", _("Clarification")
    CORRECTION = "correction", _("Correction")
    UPDATE = "update", _("Update")


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

    claim = models.ForeignKey(
        "claims.Claim", models.PROTECT, related_name="verdicts", verbose_name=_("claim")
    )
    publisher = models.ForeignKey(
        "sources.Publisher", models.PROTECT, related_name="verdicts", verbose_name=_("publisher")
    )
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    origin = models.CharField(max_length=20, choices=Origin, default=Origin.HOUSE, editable=False)
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
    summary = models.TextField(_("summary"), blank=True, help_text=_("The finding in one or two sentences."))
    explanation = models.TextField(_("explanation"), blank=True, help_text=_("How we know. Markdown."))
    language = LanguageField(_("language"))
    reviewed_on = models.DateField(_("reviewed on"), null=True, blank=True)
    valid_as_of = models.DateField(
        _("true as of"), null=True, blank=True, help_text=_("The day up to which the facts were checked.")
    )
    recheck_on = models.DateField(_("check again on"), null=True, blank=True)
    url = models.URLField(
        _("review page"),
        max_length=2000,
        blank=True,
        help_text=_("Where the publisher's full review stands."),
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
        _("public note"), blank=True, help_text=_("What changed and why, in words for readers.")
    )
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.DRAFT, editable=False)
    review_round = models.PositiveSmallIntegerField(default=0, editable=False)
    required_signoffs = models.PositiveSmallIntegerField(_("sign-offs required"), default=1, editable=False)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True, editable=False)
    published_at = models.DateTimeField(_("published"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("added"), db_default=Now(), editable=False)

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
            UniqueConstraint(
                name="verdict_one_live_per_claim_and_publisher",
                fields=["claim", "publisher"],
                condition=Q(state="published"),
                violation_error_message=_("This publisher already has a published verdict on the claim."),
            ),
            UniqueConstraint(
                name="verdict_one_open_per_claim_and_publisher",
                fields=["claim", "publisher"],
                condition=Q(state__in=["draft", "in_review"]),
                violation_error_message=_("There is already an open verdict of this publisher on the claim."),
            ),
            UniqueConstraint(name="verdict_version_is_unique", fields=["claim", "publisher", "version"]),
            models.CheckConstraint(
                name="verdict_state_is_known",
                condition=Q(state__in=["draft", "in_review", "published", "superseded", "retracted"]),
            ),
            models.CheckConstraint(
                name="verdict_published_is_complete",
                condition=Q(state__in=["draft", "in_review"])
                | Q(origin__in=["imported", "house_archive"], rating__isnull=False)
                | Q(rating__isnull=False, reviewed_on__isnull=False, published_at__isnull=False)
                & ~Q(summary=""),
            ),
            models.CheckConstraint(
                name="verdict_change_has_a_public_note",
                condition=Q(state__in=["draft", "in_review"])
                | Q(supersedes__isnull=True)
                | ~Q(correction_kind="") & ~Q(correction_note=""),
            ),
            models.CheckConstraint(
                name="verdict_written_here_has_an_author",
                condition=Q(origin="house", author__isnull=False, is_restored=False)
                | Q(origin="house", author__isnull=True, is_restored=True)
                | Q(origin__in=["imported", "house_archive"], author__isnull=True),
            ),
            models.CheckConstraint(
                name="verdict_of_the_archive_names_its_run",
                condition=Q(origin="house_archive", archive_run__isnull=False, is_restored=False)
                | Q(origin="house_archive", archive_run__isnull=True, is_restored=True)
                | Q(origin__in=["house", "imported"], archive_run__isnull=True),
            ),
            models.CheckConstraint(name="verdict_needs_a_signoff", condition=Q(required_signoffs__gte=1)),
        ]
        indexes = [
            # The sign-off queue on the dashboard: oldest first.
            Index(name="verdict_in_review_by_age", fields=["submitted_at"], condition=Q(state="in_review")),
            # The re-check list on the dashboard: most overdue first.
            Index(name="verdict_recheck_due", fields=["recheck_on"], condition=Q(state="published")),
        ]
        triggers = [
            Rule(
                name="verdict_author_is_fixed",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "author", "origin", "claim", "publisher", "archive_run", "is_restored"
                ),
                func=refuse(
                    "The author, origin, claim and publisher of a verdict never change.",
                    name="verdict_author_is_fixed",
                ),
            ),
            Rule(
                name="verdict_editors_are_remembered",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("edited_by"),
                func=(
                    "IF NOT NEW.edited_by @> OLD.edited_by THEN "
                    + refuse(
                        "Who has written on a verdict is not forgotten.",
                        name="verdict_editors_are_remembered",
                    )
                    + " END IF; RETURN NEW;"
                ),
            ),
            Rule(
                # A round that does not grow would let sign-offs of an earlier wording count again.
                name="verdict_terms_of_review",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("review_round", "required_signoffs", "submitted_by", "state"),
                func=(
                    "IF NEW.review_round < OLD.review_round"
                    " OR NEW.state = 'in_review' AND OLD.state = 'draft' AND NEW.review_round = OLD.review_round"
                    " OR OLD.state <> 'draft' AND (NEW.review_round, NEW.required_signoffs, NEW.submitted_by_id)"
                    " IS DISTINCT FROM (OLD.review_round, OLD.required_signoffs, OLD.submitted_by_id) THEN "
                    + refuse(
                        "The terms of a review are set when a draft is submitted, each time for a new round.",
                        name="verdict_terms_of_review",
                    )
                    + " END IF; RETURN NEW;"
                ),
            ),
            Rule(
                name="verdict_content_is_fixed",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(*CONTENT),
                func=(
                    "IF OLD.state <> 'draft' THEN "
                    + refuse(
                        "Only a draft can be edited. Ask for changes, or draft a new version of what is published.",
                        name="verdict_content_is_fixed",
                    )
                    + " END IF; RETURN NEW;"
                ),
            ),
            Rule(
                name="verdict_is_kept",
                operation=pgtrigger.Delete,
                condition=~pgtrigger.Q(old__state="draft"),
                func=refuse("Only a draft can be deleted.", name="verdict_is_kept"),
            ),
            Rule(
                name="verdict_starts_as_draft",
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__origin="house", new__is_restored=False)
                & ~pgtrigger.Q(new__state="draft"),
                func=refuse("A verdict written here starts as a draft.", name="verdict_starts_as_draft"),
            ),
            *speaking_for_the_house(),
            Rule(
                name=VERDICT_STATE_MOVES,
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("state"),
                func=(
                    "IF (OLD.state, NEW.state) NOT IN (('draft', 'in_review'), ('in_review', 'draft'),"
                    " ('in_review', 'published'), ('published', 'superseded'), ('published', 'retracted')) THEN "
                    + refuse("A verdict cannot move between these states.", name=VERDICT_STATE_MOVES)
                    + " END IF; "
                    + move_is_written_down("verdict_id = NEW.id")
                    + " RETURN NEW;"
                ),
            ),
            Rule(
                name="verdict_with_four_eyes",
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__state="published") & pgtrigger.Q(new__state="published"),
                func=(
                    "IF (SELECT count(*) FROM claims_signoff WHERE verdict_id = NEW.id AND round = NEW.review_round"
                    " AND by_id IS DISTINCT FROM NEW.author_id) < NEW.required_signoffs THEN "
                    + refuse(
                        "A verdict is published only when others than its author have signed it off.",
                        name="verdict_with_four_eyes",
                    )
                    + " END IF; IF NOT EXISTS (SELECT 1 FROM claims_evidence e"
                    " JOIN sources_source s ON s.id = e.source_id"
                    " WHERE e.verdict_id = NEW.id AND (s.url <> '' OR e.snapshot_id IS NOT NULL)) THEN "
                    + refuse(
                        "A verdict is published only with evidence that has an address or a snapshot.",
                        name="verdict_rests_on_evidence",
                    )
                    + " END IF; IF NOT EXISTS (SELECT 1 FROM claims_claim"
                    " WHERE id = NEW.claim_id AND state = 'accepted') THEN "
                    + refuse(
                        "A verdict is published only on an accepted claim.", name="verdict_claim_is_accepted"
                    )
                    + " END IF; RETURN NEW;"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.publisher}: {self.rating or _('not rated yet')} ({self.get_state_display()})"

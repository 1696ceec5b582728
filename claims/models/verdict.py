import pgtrigger
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from claims.models.house_voice import speaking_for_the_house
from claims.models.readership import WorkQuerySet
from claims.models.transition import move_is_written_down, takes_a_step
from factcheck.database import bounds
from factcheck.database.model_fields import AddressField, LanguageField
from factcheck.database.row_history import keep_history
from factcheck.database.rules import Rule, refuse, see_the_present

VERDICT_STATE_MOVES = "verdict_state_moves"

LONGEST_NOTE = 10_000
LONGEST_EXPLANATION = 200_000

_EDITORS_FORGOTTEN = refuse(
    "Who has written on a verdict is not forgotten.", name="verdict_editors_are_remembered"
)
_TERMS_CHANGED = refuse(
    "The terms of a review are set when a draft is submitted, each time for a new round.",
    name="verdict_terms_of_review",
)
_CONTENT_CHANGED = refuse(
    "Only a draft can be edited. Ask for changes, or draft a new version of what is published.",
    name="verdict_content_is_fixed",
)
_WRONG_MOMENT = refuse(
    "When a verdict was added and published is said once, and never later than now by the clock of the database.",
    name="verdict_is_dated_by_the_database",
)
_CLAIM_IS_DECLINED = refuse(
    "A declined claim gets no published verdict.", name="verdict_arrives_on_a_claim_that_stands"
)
_NOT_SIGNED_OFF = refuse(
    "A verdict is published only when others than its author have signed it off.",
    name="verdict_with_four_eyes",
)
_WITHOUT_EVIDENCE = refuse(
    "A verdict is published only with evidence that has an address or a snapshot.",
    name="verdict_rests_on_evidence",
)
_CLAIM_NOT_ACCEPTED = refuse(
    "A verdict is published only on an accepted claim.", name="verdict_claim_is_accepted"
)

_NOT_IN_THE_LEDGER = refuse(
    "What is published or withdrawn is told to the public: the claim's newest entry in the ledger does not say it.",
    name="verdict_is_told_by_the_ledger",
)

#: PL/pgSQL for the end of a transaction in which a verdict became public, or ceased to be.
_TOLD_BY_THE_LEDGER = f"""
    SELECT verdict.state = 'published', coalesce(claim.merged_into_id, claim.id), claim.merged_into_id IS NOT NULL
    INTO is_public, told_of, is_merged
    FROM public.claims_verdict AS verdict JOIN public.claims_claim AS claim ON claim.id = verdict.claim_id
    WHERE verdict.id = NEW.id;
    -- Of claims that are merged, one verdict of each publisher is shown.
    IF is_public IS DISTINCT FROM EXISTS (
        SELECT FROM public.claims_publication AS entry
        JOIN public.claims_publishedverdict AS shown ON shown.publication_id = entry.id
        WHERE entry.claim_id = told_of AND entry.superseded_at IS NULL AND (
            shown.verdict_id = NEW.id OR is_public AND is_merged AND shown.publisher_id = NEW.publisher_id
        )
    ) THEN
        {_NOT_IN_THE_LEDGER}
    END IF;
    RETURN NULL;
"""


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


class VerdictQuerySet(WorkQuerySet["Verdict"]):
    def _open_to(self, person: User) -> Q:
        states = Verdict.State
        public = [states.PUBLISHED, states.SUPERSEDED, states.RETRACTED]
        return Q(author=person) | Q(state__in=public)


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
            bounds.not_longer("verdict_summary_fits", "summary", LONGEST_NOTE),
            bounds.not_longer("verdict_explanation_fits", "explanation", LONGEST_EXPLANATION),
            bounds.not_longer("verdict_correction_note_fits", "correction_note", LONGEST_NOTE),
            bounds.days_in_sight("verdict_days_are_in_sight", "reviewed_on", "valid_as_of", "recheck_on"),
        ]
        indexes = [
            # The sign-off queue on the dashboard: oldest first.
            Index(name="verdict_in_review_by_age", fields=["submitted_at"], condition=Q(state="in_review")),
            # The re-check list on the dashboard: most overdue first.
            Index(name="verdict_recheck_due", fields=["recheck_on"], condition=Q(state="published")),
        ]
        triggers = [
            Rule(
                # Asked at the end of the transaction: the entry is made of the verdict, so it comes after it.
                name="verdict_is_told_by_the_ledger",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                timing=pgtrigger.Deferred,
                condition=pgtrigger.Condition(
                    "OLD.state <> NEW.state AND 'published' IN (OLD.state, NEW.state)"
                ),
                declare=[("is_public", "boolean"), ("is_merged", "boolean"), ("told_of", "bigint")],
                func=_TOLD_BY_THE_LEDGER,
            ),
            bounds.days_have_come("verdict_is_not_of_the_future", "reviewed_on", "valid_as_of"),
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
                func=f"""
                    IF NOT NEW.edited_by @> OLD.edited_by THEN
                        {_EDITORS_FORGOTTEN}
                    END IF;
                    RETURN NEW;
                """,
            ),
            Rule(
                # A round that does not grow would let sign-offs of an earlier wording count again.
                name="verdict_terms_of_review",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("review_round", "required_signoffs", "submitted_by", "state"),
                func=f"""
                    IF NEW.review_round < OLD.review_round
                        OR NEW.state = 'in_review' AND OLD.state = 'draft' AND NEW.review_round = OLD.review_round
                        OR OLD.state <> 'draft'
                            AND (NEW.review_round, NEW.required_signoffs, NEW.submitted_by_id)
                            IS DISTINCT FROM (OLD.review_round, OLD.required_signoffs, OLD.submitted_by_id)
                    THEN
                        {_TERMS_CHANGED}
                    END IF;
                    RETURN NEW;
                """,
            ),
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
                name="verdict_is_dated_by_the_database",
                operation=pgtrigger.Insert,
                condition=pgtrigger.Condition(
                    "NEW.created_at <> now() OR NEW.published_at > clock_timestamp()"
                ),
                func=_WRONG_MOMENT,
            ),
            Rule(
                name="verdict_moments_are_fixed",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("created_at", "published_at"),
                func=f"""
                    IF NEW.created_at <> OLD.created_at
                        OR NEW.published_at IS DISTINCT FROM OLD.published_at AND (
                            OLD.state = 'in_review' AND NEW.state = 'published'
                            AND NEW.published_at <= clock_timestamp()
                        ) IS NOT TRUE
                    THEN
                        {_WRONG_MOMENT}
                    END IF;
                    RETURN NEW;
                """,
            ),
            Rule(
                name="verdict_arrives_on_a_claim_that_stands",
                when=pgtrigger.After,
                level=pgtrigger.Statement,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="arrived"),
                func=f"""
                    {see_the_present("verdict_arrives_on_a_claim_that_stands")}
                    -- Held: a label that is being changed, or a claim declined, is so before or after this. Two
                    -- statements, because a condition would be asked before the lock is taken.
                    PERFORM FROM public.claims_rating WHERE id IN (SELECT rating_id FROM arrived) FOR KEY SHARE;
                    PERFORM FROM public.claims_claim
                    WHERE id IN (SELECT claim_id FROM arrived WHERE state = 'published') FOR KEY SHARE;
                    IF EXISTS (
                        SELECT FROM arrived JOIN public.claims_claim AS claim ON claim.id = arrived.claim_id
                        WHERE arrived.state = 'published' AND claim.state = 'declined'
                    ) THEN
                        {_CLAIM_IS_DECLINED}
                    END IF;
                    RETURN NULL;
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
            Rule(
                name="verdict_with_four_eyes",
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__state="published") & pgtrigger.Q(new__state="published"),
                func=f"""
                    {see_the_present("verdict_with_four_eyes")}
                    IF (
                        SELECT count(*) FROM public.claims_signoff
                        WHERE verdict_id = NEW.id AND round = NEW.review_round AND by_id <> ALL (
                            array_remove(
                                NEW.edited_by || ARRAY[NEW.author_id, NEW.submitted_by_id]::bigint[], NULL
                            )
                        )
                    ) < NEW.required_signoffs THEN
                        {_NOT_SIGNED_OFF}
                    END IF;
                    -- Held to the end of the transaction, as is the claim: nobody takes it away meanwhile.
                    PERFORM FROM public.claims_evidence AS evidence
                    JOIN public.sources_source AS source ON source.id = evidence.source_id
                    WHERE evidence.verdict_id = NEW.id AND (source.url <> '' OR evidence.snapshot_id IS NOT NULL)
                    FOR SHARE;
                    IF NOT FOUND THEN
                        {_WITHOUT_EVIDENCE}
                    END IF;
                    PERFORM FROM public.claims_claim WHERE id = NEW.claim_id AND state = 'accepted' FOR SHARE;
                    IF NOT FOUND THEN
                        {_CLAIM_NOT_ACCEPTED}
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.publisher}: {self.rating or _('not rated yet')} ({self.get_state_display()})"

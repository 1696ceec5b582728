from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

from django.apps import apps
from django.contrib.auth.models import User
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex, GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from claims.models import claim_rules
from claims.models.statement import StatementKey, StatementWords
from claims.models.statement_vector import CLAIM_DELETION_RULE, CLAIM_VECTORS_RULE
from claims.models.visibility import filter_readable
from factcheck.database import bounds
from factcheck.database.desk_words import build_words_index
from factcheck.database.model_fields import LanguageField, PersonField
from factcheck.database.row_history import keep_history, keep_links
from factcheck.database.rules import build_reserved_ids_rule

if TYPE_CHECKING:
    from claims.models.evidence import Evidence
    from claims.models.verdict import Verdict

#: The longest statement known to have been checked has 6,381 characters.
MAX_STATEMENT_LENGTH = 10_000
MAX_CONTEXT_LENGTH = 20_000
#: Proposals without a score come first, because a person chose, wrote or imported them. Proposals found in articles
#: follow, the most check-worthy first.
TRIAGE_ORDERING = (F("score").desc(nulls_first=True), F("id"))


def _get_publications() -> Any:
    """Return the manager of publications, without an import, which would be circular."""
    return apps.get_model("claims", "Publication").objects


class ClaimQuerySet(models.QuerySet["Claim"]):
    def open(self) -> "ClaimQuerySet":
        """Return claims that are proposed or accepted, and not published."""
        current_publications = _get_publications().current().filter(claim=models.OuterRef("pk"))
        return self.filter(state__in=[Claim.State.PROPOSED, Claim.State.ACCEPTED]).exclude(
            models.Exists(current_publications)
        )

    def readable_by(self, person: User) -> Self:
        """Return the claims that this person may read."""
        is_published = Q(models.Exists(_get_publications().filter(claim=models.OuterRef("pk"))))
        return filter_readable(self, person, own_or_published=is_published | Q(created_by=person))


@keep_history(exclude=["updated_at", "statement_key"])
class Claim(models.Model):
    """A checkable statement made by a claimant (schema.org `claimReviewed`)."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        MERGED = "merged", _("Merged")

    statement = models.TextField(
        _("statement"),
        max_length=MAX_STATEMENT_LENGTH,
        help_text=_("The claim in one sentence that can be understood by itself."),
    )
    #: Identifies the same statement however it is typed.
    statement_key = models.GeneratedField(
        expression=StatementKey("statement"), output_field=models.UUIDField(), db_persist=True
    )
    language = LanguageField(_("language"))
    claimant = models.ForeignKey(
        "claims.Claimant",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="claims",
        verbose_name=_("claimant"),
    )
    claimed_on = models.DateField(
        _("claimed on"), null=True, blank=True, validators=[bounds.validate_not_in_future]
    )
    context = models.TextField(
        _("context"),
        max_length=MAX_CONTEXT_LENGTH,
        blank=True,
        help_text=_("Background that readers need to understand the claim. Shown to readers."),
    )
    topics = models.ManyToManyField(
        "claims.Topic", blank=True, related_name="claims", verbose_name=_("topics")
    )
    first_appearance = models.ForeignKey(
        "claims.Appearance",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("first appearance"),
        help_text=_("The earliest known place where the claim was made."),
    )
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.PROPOSED, editable=False)
    reason = models.TextField(
        _("reason"), blank=True, help_text=_("The reason for checking or declining the claim.")
    )
    score = models.FloatField(
        _("check-worthiness"),
        null=True,
        blank=True,
        help_text=_("From 0 to 1, as estimated from the article."),
    )
    score_reasons = ArrayField(
        models.CharField(max_length=50), default=list, blank=True, verbose_name=_("reasons for the score")
    )
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="merged_claims",
        verbose_name=_("merged into"),
    )
    state_before_merge = models.CharField(max_length=20, blank=True, editable=False)
    created_by = PersonField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("added"), db_default=Now(), editable=False)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        permissions = [
            ("triage_claim", _("Can accept and decline claims")),
            ("merge_claim", _("Can merge claims and undo merges")),
            ("republish_claim", _("Can publish new appearances and topics of a published claim")),
            ("read_drafts", _("Can read all claims and verdicts before they are published")),
        ]
        constraints = [
            claim_rules.STATEMENT_CONSTRAINT,
            bounds.build_length_constraint("claim_statement_fits", "statement", MAX_STATEMENT_LENGTH),
            bounds.build_length_constraint("claim_context_fits", "context", MAX_CONTEXT_LENGTH),
            bounds.build_plausible_days_constraint("claim_days_are_in_sight", "claimed_on"),
            claim_rules.STATE_CONSTRAINT,
            claim_rules.MERGE_TARGET_CONSTRAINT,
            claim_rules.SELF_MERGE_CONSTRAINT,
            claim_rules.DECLINE_REASON_CONSTRAINT,
            claim_rules.SCORE_CONSTRAINT,
        ]
        indexes = [
            models.Index(*TRIAGE_ORDERING, name="claim_triage_queue", condition=Q(state="proposed")),
            models.Index(name="claim_by_state", fields=["state", "-id"]),
            # The list of languages, and the claims in one of them.
            models.Index(name="claim_by_language", fields=["language", "-id"]),
            # Claims added in a period, for the desk's trends. Rows are stored in the order of their arrival.
            BrinIndex(name="claim_by_arrival", fields=["created_at"], autosummarize=True),
            # Find the existing claim with an imported statement.
            models.Index(name="claim_by_statement", fields=["statement_key"]),
            # Find open claims that contain words of a text. The pending list is short, because each lookup scans it.
            GinIndex(
                OpClass(StatementWords("statement"), name="array_ops"),
                name="claim_by_words",
                condition=Q(state__in=["proposed", "accepted"]),
                gin_pending_list_limit=64,
            ),
            # The search fields of the lists of claims, verdicts and other rows that belong to claims.
            build_words_index("claim_desk_words", "statement"),
        ]
        triggers = [
            build_reserved_ids_rule("claims_claim", history="claims_claimevent"),
            bounds.build_not_in_future_rule("claim_is_not_of_the_future", "claimed_on"),
            claim_rules.FIXED_WORDS_RULE,
            claim_rules.STATE_MOVES_RULE,
            CLAIM_VECTORS_RULE,
            CLAIM_DELETION_RULE,
        ]

    def __str__(self) -> str:
        return self.statement if len(self.statement) <= 100 else self.statement[:99] + "…"

    def get_absolute_url(self) -> str:
        return build_claim_path(self.pk, self.slug)

    @property
    def drafts(self) -> models.QuerySet["Verdict"]:
        """Return the drafts of verdicts on the claim."""
        return self.verdicts.filter(state="draft")

    @property
    def drafted_evidence(self) -> models.QuerySet["Evidence"]:
        """Return the evidence of draft verdicts on the claim."""
        return apps.get_model("claims", "Evidence").objects.filter(
            verdict__claim=self, verdict__state="draft"
        )

    @property
    def slug(self) -> str:
        """Return the readable part of the claim's URL. The URL works with any slug."""
        slug = slugify(self.statement, allow_unicode=True)[:80].rstrip("-")
        return (
            "claim" if slug in ("", "card") else slug
        )  # `/claims/<id>/card/` is the URL of the claim's card


def build_claim_path(pk: int, slug: str) -> str:
    """Return the path of a claim's page, like `reverse("claim")`, but without loading all routes."""
    return f"/claims/{pk}/{quote(slug)}/"


@keep_links("claims")
class ClaimTopic(Claim.topics.through):  # type: ignore[name-defined]  # made by Django at class creation
    """A link between a claim and a topic, as a proxy model so that its history is recorded."""

    class Meta:
        proxy = True

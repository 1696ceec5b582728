from typing import Self

import pgtrigger
from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from claims.models.transition import build_allowed_step_sql
from factcheck.database import bounds
from factcheck.database.model_fields import LanguageField, PersonField
from factcheck.database.row_history import keep_history
from factcheck.database.rules import Rule
from factcheck.web.language_addresses import build_permanent_path

MAX_DESCRIPTION_LENGTH = 5_000

#: The allowed changes of a cluster's state.
CLUSTER_STEPS = (
    ("draft", "published"),
    ("published", "draft"),
    ("draft", "dissolved"),
    ("published", "dissolved"),
    ("dissolved", "draft"),
)

#: A cluster with fewer public claims would reveal that the others are not published.
MIN_PUBLIC_CLAIMS = 2

#: The public view of a cluster's claims: their current ledger entries, with a merged claim replaced by its target.
_CURRENT_ENTRIES_SQL = """
    FROM claims_publication AS entry
    WHERE entry.superseded_at IS NULL AND entry.status = 'published' AND entry.claim_id IN (
        SELECT coalesce(claim.merged_into_id, claim.id)
        FROM claims_clustermember AS member JOIN claims_claim AS claim ON claim.id = member.claim_id
        WHERE member.cluster_id = claims_cluster.id
    )
"""
_PUBLIC_CLAIMS_SQL = f"(SELECT count(*) {_CURRENT_ENTRIES_SQL})"
_PUBLIC_SUMMARY_SQL = f"""(
    SELECT jsonb_build_object(
        'claims', count(*),
        'languages', coalesce(jsonb_agg(DISTINCT entry.language), '[]'::jsonb),
        'first_claimed_on', min(entry.claimed_on),
        'published_at', max(entry.published_at),
        'public_since', (array_agg(entry.first_published_at ORDER BY entry.first_published_at))[{MIN_PUBLIC_CLAIMS}],
        'verdicts', coalesce((
            SELECT jsonb_agg(jsonb_build_object('publisher', publisher.id, 'country', publisher.country,
                'rating_class', verdict.rating_class) ORDER BY verdict.id)
            FROM claims_publishedverdict AS verdict
                JOIN sources_publisher AS publisher ON publisher.id = verdict.publisher_id
            WHERE verdict.publication_id = ANY (array_agg(entry.id))
        ), '[]'::jsonb)
    ) {_CURRENT_ENTRIES_SQL}
)"""


class ClusterQuerySet(models.QuerySet["Cluster"]):
    def public(self) -> Self:
        """Return clusters that readers see: published, with enough published claims."""
        claim_count = RawSQL(_PUBLIC_CLAIMS_SQL, (), output_field=models.IntegerField())  # noqa: S611  a constant
        return self.filter(state="published").alias(number=claim_count).filter(number__gte=MIN_PUBLIC_CLAIMS)

    def with_public_summary(self) -> "ClusterQuerySet":
        """Annotate `seen`: the public counts of the claims, from ledger entries only."""
        return self.annotate(seen=RawSQL(_PUBLIC_SUMMARY_SQL, (), output_field=models.JSONField()))  # noqa: S611  a constant


@keep_history()
class Cluster(models.Model):
    """A rumour that appears in many claims, in different words, languages and countries, each checked separately.

    Its claims stay separate. Readers see only published clusters, and in them only published claims.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        DISSOLVED = "dissolved", _("Dissolved")

    title = models.CharField(
        _("title"), max_length=200, help_text=_("The rumour in a few words. Shown to readers.")
    )
    description = models.TextField(
        _("description"),
        max_length=MAX_DESCRIPTION_LENGTH,
        blank=True,
        help_text=_("Similarities and differences between these claims. Shown to readers."),
    )
    language = LanguageField(_("language"), help_text=_("The language of title and description."))
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.DRAFT, editable=False)
    claims: models.ManyToManyField = models.ManyToManyField(
        "claims.Claim", through="claims.ClusterMember", related_name="clusters", verbose_name=_("claims")
    )
    #: The time when readers could first see the cluster.
    published_at = models.DateTimeField(_("published"), null=True, editable=False)
    #: The time of the last change of the cluster's own texts or state. Adding or removing claims does not count.
    changed_at = models.DateTimeField(_("changed"), db_default=Now(), editable=False)
    created_by = PersonField(null=True, editable=False)
    created_at = models.DateTimeField(_("added"), db_default=Now(), editable=False)

    objects = ClusterQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("cluster")
        verbose_name_plural = _("clusters")
        default_permissions = ("view", "add", "change")
        permissions = [("publish_cluster", _("Can publish, withdraw and dissolve clusters"))]
        constraints = [
            CheckConstraint(name="cluster_has_a_title", condition=~Q(title="")),
            bounds.build_length_constraint("cluster_description_fits", "description", MAX_DESCRIPTION_LENGTH),
            CheckConstraint(
                name="cluster_state_is_known", condition=Q(state__in=["draft", "published", "dissolved"])
            ),
            CheckConstraint(
                name="cluster_published_at_a_moment",
                condition=~Q(state="published") | Q(published_at__isnull=False),
            ),
        ]
        indexes = [
            # The public list: clusters that can be public at all.
            Index(name="cluster_published", fields=["id"], condition=Q(state="published")),
        ]
        triggers = [
            Rule(
                name="cluster_state_moves",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("state"),
                func=f"""
                    IF NOT {build_allowed_step_sql(CLUSTER_STEPS)} THEN
                        REJECT 'A cluster cannot move between these states.';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return build_permanent_path("cluster", self.pk, self.slug)

    @property
    def slug(self) -> str:
        """Return the readable part of the cluster's URL. The URL works with any slug."""
        return slugify(self.title, allow_unicode=True)[:80].rstrip("-") or "cluster"


@keep_history()
class ClusterMember(models.Model):
    """The membership of a claim in a cluster."""

    cluster = models.ForeignKey(
        Cluster, models.CASCADE, db_index=False, related_name="members", verbose_name=_("cluster")
    )
    claim = models.ForeignKey(
        "claims.Claim", models.CASCADE, related_name="memberships", verbose_name=_("claim")
    )
    added_by_name = models.CharField(_("added by"), max_length=200, blank=True, editable=False)
    added_at = models.DateTimeField(_("added"), db_default=Now(), editable=False)

    class Meta:
        ordering = ["id"]
        verbose_name = _("claim in the cluster")
        verbose_name_plural = _("claims of the cluster")
        default_permissions = ()
        constraints = [
            UniqueConstraint(
                name="clustermember_is_listed_once",
                fields=["cluster", "claim"],
                violation_error_message=_("The claim is already in this cluster."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.claim)

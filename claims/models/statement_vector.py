"""Vectors of statements, and the triggers that delete a vector when its text changes.

The triggers act in the same transaction, whatever the origin of the change (a form, an import, psql). Public searches
therefore never use the vector of a draft, a retracted or merged claim, or an earlier wording. Missing vectors are
found with a query (`claims.matching.embedding.pending_vectors`), not from records here.
"""

from typing import Self

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from factcheck.database.model_fields import HalfVectorField, LanguageField
from factcheck.database.rules import Rule, build_snapshot_check_sql

_TEXT_RULE_NAME = "statementvector_says_what_is_said"


def build_digest_sql(statement: str) -> str:
    """Return SQL for the SHA-256 of a text."""
    return f"encode(sha256(convert_to({statement}, 'UTF8')), 'hex')"


def build_base_language_sql(language: str) -> str:
    """Return SQL for a language without its region or script: `pt` for `pt-BR`."""
    return f"split_part(lower({language}), '-', 1)"


def build_is_present_sql(vector: str, claim: str) -> str:
    """Return the SQL condition that a vector matches the claim's current statement. Merged claims have no vector."""
    return (
        f"{claim}.state <> 'merged' AND {vector}.text_sha256 = {build_digest_sql(f'{claim}.statement')}"
        f" AND {vector}.language = {build_base_language_sql(f'{claim}.language')}"
    )


def build_is_public_sql(vector: str, entry: str) -> str:
    """Return the SQL condition that a vector matches the statement in the claim's newest public entry."""
    return (
        f"{entry}.superseded_at IS NULL AND {entry}.status = 'published'"
        f" AND {vector}.text_sha256 = {build_digest_sql(build_published_statement_sql(entry))}"
        f" AND {vector}.language = {build_base_language_sql(f'{entry}.language')}"
    )


def build_published_statement_sql(entry: str) -> str:
    """Return SQL for the statement in a ledger entry."""
    return f"({entry}.body::jsonb ->> 'statement')"


#: Trigger on claims: a changed statement or a merged claim loses its vector.
CLAIM_VECTORS_RULE = Rule(
    name="claim_vectors_follow_words",
    when=pgtrigger.After,
    operation=pgtrigger.Update,
    condition=pgtrigger.AnyChange("statement", "language", "state"),
    func=f"""
        DELETE FROM public.claims_statementvector AS made
        WHERE made.claim_id = NEW.id AND made.is_present AND NOT made.is_public
            AND NOT ({build_is_present_sql("made", "NEW")});
        UPDATE public.claims_statementvector AS made SET is_present = false
        WHERE made.claim_id = NEW.id AND made.is_present AND NOT ({build_is_present_sql("made", "NEW")});
        RETURN NULL;
    """,
)

#: Trigger on claims: a deleted claim loses its vectors.
CLAIM_DELETION_RULE = Rule(
    # Before the deletion, because references to the claim would prevent it.
    name="claim_vectors_go_with_claims",
    operation=pgtrigger.Delete,
    func="""
        DELETE FROM public.claims_statementvector WHERE claim_id = OLD.id;
        RETURN OLD;
    """,
)

#: Trigger on publications: the newest entry has the public statement. Outdated vectors are removed before new ones are
#: added, because each claim has one public vector.
LEDGER_VECTORS_RULE = Rule(
    name="publication_vectors_follow_the_ledger",
    when=pgtrigger.After,
    level=pgtrigger.Statement,
    operation=pgtrigger.Insert,
    referencing=pgtrigger.Referencing(new="arrived"),
    declare=[("touched", "bigint[]")],
    func=f"""
        -- An archive that is being restored has none yet.
        touched := ARRAY(
            SELECT DISTINCT made.claim_id FROM public.claims_statementvector AS made
            JOIN arrived ON arrived.claim_id = made.claim_id
        );
        IF cardinality(touched) = 0 THEN
            RETURN NULL;
        END IF;
        DELETE FROM public.claims_statementvector AS made USING public.claims_publication AS entry
        WHERE made.claim_id = ANY (touched) AND made.is_public AND NOT made.is_present
            AND entry.claim_id = made.claim_id AND entry.superseded_at IS NULL
            AND NOT ({build_is_public_sql("made", "entry")});
        UPDATE public.claims_statementvector AS made SET is_public = false FROM public.claims_publication AS entry
        WHERE made.claim_id = ANY (touched) AND made.is_public
            AND entry.claim_id = made.claim_id AND entry.superseded_at IS NULL
            AND NOT ({build_is_public_sql("made", "entry")});
        UPDATE public.claims_statementvector AS made SET is_public = true FROM public.claims_publication AS entry
        WHERE made.claim_id = ANY (touched) AND NOT made.is_public
            AND entry.claim_id = made.claim_id AND {build_is_public_sql("made", "entry")};
        RETURN NULL;
    """,
)

#: Trigger on vectors: each belongs to a present text, which is locked while the vector is stored.
VECTOR_TEXT_RULE = Rule(
    name="says_what_is_said",
    operation=pgtrigger.Insert | pgtrigger.Update,
    func=f"""
        {build_snapshot_check_sql(_TEXT_RULE_NAME)}
        IF vector_dims(NEW.vector) <> (
            SELECT dimensions FROM public.claims_embeddingmodel WHERE id = NEW.model_id
        ) THEN
            REJECT 'A vector must have the dimensions of its model.' AS statementvector_has_the_dimensions;
        END IF;
        IF TG_OP = 'UPDATE'
            AND (NEW.claim_id, NEW.text_sha256, NEW.language) = (OLD.claim_id, OLD.text_sha256, OLD.language)
            AND NEW.is_public <= OLD.is_public AND NEW.is_present <= OLD.is_present
        THEN
            RETURN NEW;
        END IF;
        PERFORM FROM public.claims_claim WHERE id = NEW.claim_id FOR SHARE;
        PERFORM FROM public.claims_publication WHERE claim_id = NEW.claim_id AND superseded_at IS NULL FOR SHARE;
        IF NEW.is_present AND NOT EXISTS (
            SELECT FROM public.claims_claim AS claim
            WHERE claim.id = NEW.claim_id AND {build_is_present_sql("NEW", "claim")}
        ) OR NEW.is_public AND NOT EXISTS (
            SELECT FROM public.claims_publication AS entry
            WHERE entry.claim_id = NEW.claim_id AND {build_is_public_sql("NEW", "entry")}
        ) THEN
            REJECT 'A vector must be computed from the claim''s current or published text.'
                AS statementvector_says_what_is_said;
        END IF;
        RETURN NEW;
    """,
)


#: The maximum that a database index supports.
MAX_DIMENSIONS = 4000


class EmbeddingModelQuerySet(models.QuerySet["EmbeddingModel"]):
    def complete(self) -> Self:
        """Return usable models whose vectors have been complete at some time, newest first."""
        return self.filter(completed_at__isnull=False).order_by("-completed_at", "-id")


class EmbeddingModel(models.Model):
    """An embedding model and its progress. A new model is built while the old one is in use."""

    name = models.CharField(_("name"), max_length=200, unique=True, editable=False)
    dimensions = models.PositiveSmallIntegerField(_("dimensions"), editable=False)
    begun_at = models.DateTimeField(_("started"), db_default=Now(), editable=False)
    #: The time when the model came into use: all statements had a vector, and the indexes existed.
    completed_at = models.DateTimeField(_("complete since"), null=True, editable=False)
    #: The time of the worker's last maintenance. A model without maintenance is removed.
    kept_at = models.DateTimeField(_("last maintenance"), db_default=Now(), editable=False)

    objects = EmbeddingModelQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("embedding model")
        verbose_name_plural = _("embedding models")
        default_permissions = ("view",)
        constraints = [
            CheckConstraint(
                name="embeddingmodel_can_be_indexed",
                condition=Q(dimensions__gte=1, dimensions__lte=MAX_DIMENSIONS),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class LanguageMeanQuerySet(models.QuerySet["LanguageMean"]):
    def current(self) -> Self:
        """Return the newest mean of each kind and language."""
        return self.order_by("kind", "language", "-id").distinct("kind", "language")


class LanguageMean(models.Model):
    """The mean vector of a language, subtracted from its vectors. "" is for languages without a mean of their own."""

    class Kind(models.TextChoices):
        QUERIES = "queries", _("Posts, used as queries")
        POSTS = "posts", _("Posts, used as statements")
        CLAIMS = "claims", _("Statements of claims")

    model = models.ForeignKey(EmbeddingModel, models.CASCADE, db_index=False, related_name="means")
    kind = models.CharField(max_length=10, choices=Kind)
    language = LanguageField(blank=True)
    #: The number of averaged texts; for claims, the number that existed, even if only a sample was averaged.
    texts = models.PositiveIntegerField()
    mean = ArrayField(models.FloatField())
    #: Whether this mean of claims has replaced the earlier mean in all vectors of its language.
    is_settled = models.BooleanField(default=False)

    objects = LanguageMeanQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        constraints = [
            CheckConstraint(
                name="languagemean_kind_is_known", condition=Q(kind__in=["queries", "posts", "claims"])
            ),
            CheckConstraint(name="languagemean_is_of_texts", condition=Q(texts__gt=0)),
            UniqueConstraint(name="languagemean_is_unique", fields=["model", "kind", "language", "texts"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.language or '*'}"


class StatementVector(models.Model):
    """The vector of a claim's published statement, of its statement at the desk, or of both.

    A claim has one row if both statements are the same, and otherwise one row for each. Public searches use an index
    of public rows only.
    """

    model = models.ForeignKey(EmbeddingModel, models.DO_NOTHING, db_index=False, related_name="+")
    # A trigger removes it with the claim, however the claim is deleted.
    claim = models.ForeignKey("claims.Claim", models.DO_NOTHING, related_name="+")
    #: Without region or script; empty if the claim has no language.
    language = LanguageField(blank=True)
    text_sha256 = models.CharField(max_length=64)
    #: Whether it belongs to the statement in the claim's newest ledger entry.
    is_public = models.BooleanField()
    #: Whether it belongs to the claim's present statement.
    is_present = models.BooleanField()
    #: The subtracted mean, and the length before normalisation: from these the original vector can be recovered.
    mean = models.ForeignKey(LanguageMean, models.DO_NOTHING, db_index=False, related_name="+")
    length = models.FloatField()
    vector = HalfVectorField()

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        constraints = [
            UniqueConstraint(
                name="statementvector_one_public", fields=["model", "claim"], condition=Q(is_public=True)
            ),
            UniqueConstraint(
                name="statementvector_one_present", fields=["model", "claim"], condition=Q(is_present=True)
            ),
            CheckConstraint(
                name="statementvector_is_of_something", condition=Q(is_public=True) | Q(is_present=True)
            ),
        ]
        # The vector indexes depend on the model (`claims.matching.embedding.indexes`).
        triggers = [VECTOR_TEXT_RULE]

    def __str__(self) -> str:
        return f"claim {self.claim_id}, {self.model_id}"

"""Embeddings of statements, created by `claims.matching.embedding`."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from claims.models import vector_rules
from factcheck.database.model_fields import HalfVectorField, LanguageField

#: The most that an index of the database takes.
MOST_DIMENSIONS = 4000


class EmbeddingModelQuerySet(models.QuerySet["EmbeddingModel"]):
    def complete(self) -> Self:
        """Return usable models, for which every statement had a vector, newest first."""
        return self.filter(completed_at__isnull=False).order_by("-completed_at", "-id")


class EmbeddingModel(models.Model):
    """An embedding model and its progress. A new one is built beside the one in use."""

    name = models.CharField(_("name"), max_length=200, unique=True, editable=False)
    dimensions = models.PositiveSmallIntegerField(_("dimensions"), editable=False)
    begun_at = models.DateTimeField(_("started"), db_default=Now(), editable=False)
    #: Since when it is asked: all statements had a vector then, and the indexes were there.
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
                condition=Q(dimensions__gte=1, dimensions__lte=MOST_DIMENSIONS),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class LanguageMeanQuerySet(models.QuerySet["LanguageMean"]):
    def current(self) -> Self:
        """Return the newest of each kind and language."""
        return self.order_by("kind", "language", "-id").distinct("kind", "language")


class LanguageMean(models.Model):
    """The mean of all vectors of a language: it is subtracted, so that the content decides about similarity.

    The language "" stands for all those that have none of their own.
    """

    class Kind(models.TextChoices):
        QUERIES = "queries", _("Posts, as queries")
        POSTS = "posts", _("Posts, as statements")
        CLAIMS = "claims", _("Statements of claims")

    model = models.ForeignKey(EmbeddingModel, models.CASCADE, db_index=False, related_name="means")
    kind = models.CharField(max_length=10, choices=Kind)
    language = LanguageField(blank=True)
    #: Of how many it is the mean; of claims, how many there were.
    texts = models.PositiveIntegerField()
    mean = ArrayField(models.FloatField())
    #: Of claims: whether it was subtracted from all vectors of its language that another had been subtracted from.
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
    """The vector of a statement: of the claim's published statement, of its statement at the desk, or of both.

    A claim whose words at the desk are those that are published has one row, others have one for each. What the public
    is answered from is an index of public rows alone.
    """

    model = models.ForeignKey(EmbeddingModel, models.DO_NOTHING, db_index=False, related_name="+")
    # A trigger removes it with the claim, however that is deleted.
    claim = models.ForeignKey("claims.Claim", models.DO_NOTHING, related_name="+")
    #: Without region or script; empty where the claim does not say.
    language = LanguageField(blank=True)
    text_sha256 = models.CharField(max_length=64)
    #: Whether it is what the claim's newest entry in the ledger says.
    is_public = models.BooleanField()
    #: Whether it is what the claim says now.
    is_present = models.BooleanField()
    #: What was subtracted, and how long the rest was before it became a vector of unit length. So the vector as the
    #: model made it can be had again, for another mean to be subtracted.
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
        # The indexes by which neighbours are found depend on the model (`claims.matching.embedding.indexes`).
        triggers = [vector_rules.SAYS_WHAT_IS_SAID]

    def __str__(self) -> str:
        return f"claim {self.claim_id}, {self.model_id}"

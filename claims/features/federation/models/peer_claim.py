"""Claims published by followed newsrooms, stored unchanged and separately from our ledger."""

from typing import Any, Self

import orjson
import pgtrigger
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from claims.features.federation.models.peer_newsroom import PeerNewsroom
from claims.models.claim import MAX_STATEMENT_LENGTH
from claims.models.rating import RatingClass
from claims.models.statement import StatementWords
from factcheck.database import bounds
from factcheck.database.desk_words import build_words_index
from factcheck.database.model_fields import LanguageField, UncompressedTextField
from factcheck.database.rules import Rule

MAX_RATING_LENGTH = 300
MAX_ADDRESS_LENGTH = 2000


class PeerClaimQuerySet(models.QuerySet["PeerClaim"]):
    def not_withdrawn(self) -> Self:
        """Return claims that their newsroom has not withdrawn."""
        return self.filter(status="published")


class PeerClaim(models.Model):
    """A followed newsroom's latest publication of a claim, with its verdict."""

    class Status(models.TextChoices):
        PUBLISHED = "published", _("Published by the other newsroom")
        RETRACTED = "retracted", _("Retracted by the other newsroom")
        MERGED = "merged", _("Merged into another claim by the other newsroom")

    newsroom = models.ForeignKey(
        PeerNewsroom, models.CASCADE, related_name="claims", verbose_name=_("newsroom"), db_index=False
    )
    #: The claim's id at its newsroom.
    claim_id = models.BigIntegerField(_("claim number in the other newsroom"))
    status = models.CharField(_("status"), max_length=10, choices=Status)
    statement = models.TextField(_("statement"))
    language = LanguageField(_("language"))
    claimant = models.CharField(_("claimant"), max_length=500, blank=True)
    claimed_on = models.DateField(_("claimed on"), null=True)
    #: The rating in its publisher's words. It is kept after a withdrawal, to show which rating was withdrawn.
    rating = models.CharField(_("rating"), max_length=MAX_RATING_LENGTH)
    rating_class = models.CharField(_("class"), max_length=20, choices=RatingClass, blank=True)
    summary = models.TextField(_("finding"), blank=True)
    reviewed_on = models.DateField(_("reviewed on"), null=True)
    #: The claim's page for readers at its newsroom.
    url = models.URLField(_("page"), max_length=MAX_ADDRESS_LENGTH)
    #: The public note of the last ledger entry: why the claim was corrected or retracted.
    note = models.TextField(_("note"), blank=True)
    #: The id, at its newsroom, of the claim that it was merged into.
    merged_into = models.BigIntegerField(null=True)
    published_at = models.DateTimeField(_("published by the other newsroom"))
    taken_at = models.DateTimeField(_("imported on"))
    #: The claim's last ledger entry exactly as signed, and its signature.
    change = models.TextField()
    signature = models.CharField(max_length=86)
    #: The claim as JSON from its newsroom's API; "" if withdrawn.
    body = UncompressedTextField(blank=True)

    objects = PeerClaimQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("claim of a followed newsroom")
        verbose_name_plural = _("claims of followed newsrooms")
        default_permissions = ("view",)
        constraints = [
            UniqueConstraint(name="peerclaim_is_taken_once", fields=["newsroom", "claim_id"]),
            CheckConstraint(
                name="peerclaim_status_is_known",
                condition=Q(status__in=["published", "retracted", "merged"]),
            ),
            CheckConstraint(name="peerclaim_says_something", condition=~Q(statement="") & ~Q(rating="")),
            CheckConstraint(
                name="peerclaim_body_goes_with_the_verdict",
                condition=Q(status="published") & ~Q(body="") | ~Q(status="published") & Q(body=""),
            ),
            CheckConstraint(
                name="peerclaim_is_signed",
                condition=~Q(change="") & Q(signature__regex=r"^[A-Za-z0-9_-]{86}$"),
            ),
            CheckConstraint(
                name="peerclaim_class_is_known",
                condition=Q(
                    rating_class__in=[
                        *(
                            "",
                            "true",
                            "mostly_true",
                            "mixed",
                            "mostly_false",
                            "false",
                            "misleading",
                            "unproven",
                        ),
                        *("satire", "outdated", "not_rated"),
                    ]
                ),
            ),
            bounds.build_length_constraint("peerclaim_statement_fits", "statement", MAX_STATEMENT_LENGTH),
        ]
        indexes = [
            # Finds claims that contain words of a text. The list of pending entries is kept short, because
            # the search for each word scans it.
            GinIndex(
                OpClass(StatementWords("statement"), name="array_ops"),
                name="peerclaim_by_words",
                condition=Q(status="published"),
                gin_pending_list_limit=64,
            ),
            # The search fields of the desk's list.
            build_words_index("peerclaim_desk_words", "statement", "claimant", "rating"),
            # The desk's list of one newsroom.
            Index(name="peerclaim_of_newsroom", fields=["newsroom", "-id"]),
        ]
        triggers = [
            Rule(
                name="peerclaim_page_is_its_newsrooms",
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF NOT EXISTS (
                        SELECT FROM public.federation_peernewsroom AS theirs
                        WHERE theirs.id = NEW.newsroom_id AND starts_with(NEW.url, theirs.url || '/')
                    ) THEN
                        REJECT 'The page of a claim must be on the site of the newsroom that published it.';
                    END IF;
                    RETURN NEW;
                """,
            ),
            Rule(
                name="peerclaim_stays_whose_it_is",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("newsroom", "claim_id"),
                func="REJECT 'A claim of a followed newsroom cannot be moved to another newsroom.';",
            ),
        ]

    def __str__(self) -> str:
        return self.statement[:100]

    @property
    def document(self) -> dict[str, Any]:
        """Return the imported claim as Python values, or {} if it was withdrawn."""
        document: dict[str, Any] = orjson.loads(self.body) if self.body else {}
        return document

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Index, Q, Subquery, UniqueConstraint
from django.db.models.functions import Now

from claims.models.ledger_row import IS_NEWEST, build_ledger_row_rules, build_newest_at, build_sortable_day
from claims.models.ledger_rules import PUBLISHED_VERDICT_RULE
from claims.models.publication import Publication
from factcheck.database.model_fields import LanguageField, UncompressedTextField
from sources.models import Publisher

#: The columns that place a verdict's entry in lists of claims, and the period in which it is current.
_ENTRY_FIELDS = ["publication", "claim_id", "published_at", "superseded_at"]


def match_own_verdicts() -> Q:
    """Return the condition that the publisher of a verdict is the newsroom, for use in larger conditions."""
    return Q(publisher_id=Subquery(Publisher.objects.filter(is_house=True).values("pk")[:1]))


class PublishedVerdictQuerySet(models.QuerySet["PublishedVerdict"]):
    """Queries for public verdicts. Only published entries have verdicts."""

    def current(self) -> Self:
        """Return current published verdicts."""
        return self.filter(IS_NEWEST)

    def as_of(self, moment: datetime) -> Self:
        """Return published verdicts as of `moment`."""
        return self.filter(build_newest_at(moment))

    def by_newsroom(self) -> Self:
        """Return the verdicts whose publisher is the newsroom."""
        return self.filter(match_own_verdicts())


class PublishedVerdict(models.Model):
    """One verdict as a publication shows it, so that verdicts can be listed and filtered separately.

    The database copies the times of publication and supersession from the entry, so one index on verdicts is enough
    to filter them and to order their claims, whatever the number of publications.
    """

    publication = models.ForeignKey(Publication, models.PROTECT, db_index=False, related_name="verdicts")
    claim_id = models.BigIntegerField()
    verdict_id = models.BigIntegerField()
    publisher_id = models.BigIntegerField()
    publisher_kind = models.CharField(max_length=20)
    rating_id = models.BigIntegerField()
    rating_class = models.CharField(max_length=20, blank=True)
    language = LanguageField()
    reviewed_on = models.DateField(null=True)
    #: The key that all spellings of the review's URL share (`url_key`); "" without a URL.
    review_key = models.CharField(max_length=2000, blank=True)
    published_at = models.DateTimeField(editable=False, db_default=Now())
    superseded_at = models.DateTimeField(null=True, editable=False)
    #: The verdict from the publication's body, with its claim, in the same form of JSON.
    body = UncompressedTextField()

    objects = PublishedVerdictQuerySet.as_manager()

    class Meta:
        ordering = ["-reviewed_on", "-verdict_id"]
        default_permissions = ()
        constraints = [
            # Includes the filtered columns of verdicts, so that the index answers without reading their texts.
            UniqueConstraint(
                name="publishedverdict_is_unique",
                fields=["publication", "verdict_id"],
                include=[
                    "publisher_id",
                    "publisher_kind",
                    "rating_id",
                    "rating_class",
                    "language",
                    "reviewed_on",
                ],
            ),
        ]
        indexes = [
            # The API's list of verdicts and its keyset: last reviewed first.
            Index(
                build_sortable_day("reviewed_on").desc(),
                F("verdict_id").desc(),
                name="publishedverdict_newest",
                condition=IS_NEWEST,
            ),
            # "Verdicts of this publisher with this rating, reviewed then", with their entries' positions in lists.
            Index(
                name="publishedverdict_by_rating",
                fields=["publisher_id", "rating_id", "reviewed_on"],
                include=_ENTRY_FIELDS,
            ),
            Index(
                name="publishedverdict_by_class",
                fields=["publisher_id", "rating_class", "reviewed_on"],
                include=_ENTRY_FIELDS,
            ),
            # "The newest of this publisher": found quickly, even if others have published much since. Includes other
            # filtered columns, so that skipped rows are not read.
            Index(
                name="publishedverdict_of_publisher",
                fields=["publisher_id", "-published_at", "-claim_id"],
                include=["publication", "rating_class", "reviewed_on"],
                condition=IS_NEWEST,
            ),
            # "Verdicts of any publisher with this rating".
            Index(
                name="publishedverdict_in_class",
                fields=["rating_class", "reviewed_on"],
                include=_ENTRY_FIELDS,
            ),
            # "Reviews at this URL".
            Index(name="publishedverdict_by_review", fields=["review_key"], condition=~Q(review_key="")),
        ]
        triggers = [
            *build_ledger_row_rules(
                "publishedverdict",
                closing_condition="""
                    NEW.superseded_at = (
                        SELECT superseded_at FROM public.claims_publication WHERE id = NEW.publication_id
                    )
                """,
            ),
            PUBLISHED_VERDICT_RULE,
        ]

    def __str__(self) -> str:
        return f"verdict {self.verdict_id} in publication {self.publication_id}"

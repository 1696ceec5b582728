import json
from datetime import datetime
from typing import Any, Self

import pgtrigger
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Case, Exists, F, Index, OuterRef, Q, UniqueConstraint, Value, When
from django.db.models.expressions import Expression
from django.utils.translation import gettext_lazy as _

from claims.models.ledger_row import NEWEST, newest_at, only_added, sortable_day
from claims.models.mention import COUNT_MENTIONS
from claims.models.vocabulary import COUNT_WORDS
from claims.search import RANKED, Places, SearchReading, Sought, matching, read, relevance
from factcheck.database.model_fields import LanguageField, UncompressedTextField
from factcheck.database.rules import Keeper, Rule, refuse
from factcheck.web.own_addresses import placed
from sources.models.snapshot import TextSha256

_CURRENT = NEWEST & Q(status="published")

_CLOSED_TOO_EARLY = refuse(
    "An entry of the ledger is closed by the one that follows it, at its moment.",
    name="publication_is_closed_by_the_next",
)
_OUT_OF_TURN = refuse(
    "A publication continues its claim's ledger: the next version, not earlier than the last.",
    name="publication_joins_the_ledger",
)
_AHEAD_OF_TIME = refuse(
    "A publication is not dated later than now, by the clock of the database.",
    name="publication_is_not_ahead_of_time",
)
_WITHOUT_VERDICT = refuse(
    "A claim is public only with a published verdict.", name="publication_rests_on_a_verdict"
)

#: PL/pgSQL for before an entry is stored: that it is the claim's next, rests on something, and gets its number.
_JOIN_THE_LEDGER = f"""
    -- Held to the end of the transaction, so that numbers become visible in their order.
    PERFORM pg_advisory_xact_lock(hashtext('claims_publication'));
    SELECT id, version, published_at INTO previous FROM public.claims_publication
    WHERE claim_id = NEW.claim_id AND superseded_at IS NULL;
    IF NEW.version <> coalesce(previous.version, 0) + 1
        OR NEW.published_at < previous.published_at OR NEW.superseded_at IS NOT NULL
    THEN
        {_OUT_OF_TURN}
    END IF;
    -- Unless the clock was put back since the last one.
    IF NEW.published_at > greatest(clock_timestamp(), previous.published_at) THEN
        {_AHEAD_OF_TIME}
    END IF;
    IF NEW.status = 'published' THEN
        -- Held: a verdict that is being retracted meanwhile is none.
        PERFORM FROM public.claims_verdict WHERE claim_id = NEW.claim_id AND state = 'published' FOR SHARE;
        IF NOT FOUND THEN
            PERFORM FROM public.claims_claim AS claim
            JOIN public.claims_verdict AS verdict ON verdict.claim_id = claim.id
            WHERE claim.merged_into_id = NEW.claim_id AND verdict.state = 'published' FOR SHARE;
            IF NOT FOUND THEN
                {_WITHOUT_VERDICT}
            END IF;
        END IF;
    END IF;
    -- Contiguous, so that whoever follows the ledger sees that nothing is missing.
    NEW.sequence := 1 + coalesce((SELECT max(sequence) FROM public.claims_publication), 0);
    IF previous.id IS NOT NULL THEN
        UPDATE public.claims_publication SET superseded_at = NEW.published_at WHERE id = previous.id;
        UPDATE public.claims_publishedverdict SET superseded_at = NEW.published_at
        WHERE publication_id = previous.id;
    END IF;
    RETURN NEW;
"""


def answering_to(sought: SearchReading | Sought, *, publication: str = "") -> Q:
    """The condition that a publication matches a search; `publication` is how it is reached, ending in `__`."""
    words = Q(matching(f"{publication}search", sought.query))
    return words | _stands_at(sought.places, publication) if sought.places else words


def _stands_at(places: Places, publication: str = "") -> Q:
    cites = Q(**{f"{publication}source_ids__overlap": places.sources})
    return cites | Q(**{f"{publication}id__any_of": places.entries})


class PublicationQuerySet(models.QuerySet["Publication"]):
    """What the public may see of claims, now and at any moment; `PublishedVerdict` has the same for verdicts."""

    def newest(self) -> Self:
        """The newest entry of every claim, also where it says that the claim was retracted or merged."""
        return self.filter(NEWEST)

    def current(self) -> Self:
        """What the public sees now: one row per published claim."""
        return self.filter(_CURRENT)

    def by_house(self) -> Self:
        """Those with a verdict of the newsroom's own."""
        own = apps.get_model("claims", "PublishedVerdict").objects.by_house()  # whose module imports this one
        return self.filter(Exists(own.filter(publication=OuterRef("pk"))))

    def newest_as_of(self, moment: datetime) -> Self:
        """What was the newest entry of every claim at `moment`, also where it said that the claim was withdrawn."""
        return self.filter(newest_at(moment))

    def as_of(self, moment: datetime) -> Self:
        """What the public saw at `moment`: one row per claim that was published then."""
        return self.newest_as_of(moment).filter(status="published")

    def search(self, text: str) -> Self:
        """Keep what matches `text` in web-search syntax; annotates `rank`, the relevance.

        Words are compared as they stand and by their stems, ignoring case and accents, each text by the rules of its
        own languages.
        """
        return self.answering(read(text))

    def answering(self, reading: SearchReading | Sought) -> Self:
        """Keep what matches a search that was read already; annotates `rank`, the relevance.

        Relevant is what says the words in its statement or in the names of its claimant and topics. Where they stand
        only in what was found out about it, the rank is 0.
        """
        rank: Expression = relevance("search_heading", reading.ranking)
        if reading.places:
            rank = Case(When(_stands_at(reading.places), then=Value(1.0)), default=rank)
        return self.filter(answering_to(reading)).annotate(rank=rank)

    def answers(self, reading: SearchReading, most: int = 1) -> int:
        """How many match the search, at most so many.

        Few matches are found by the index of the search, which ranking all of them makes sure of; of many, one is soon
        among the newest.
        """
        order = "-rank" if reading.matches <= RANKED else "-published_at"
        return len(self.answering(reading).order_by(order).values_list("pk", "rank")[:most])


class Publication(models.Model):
    """One entry of the ledger: everything the public may see of a claim from a moment on, rendered once.

    Entries are only added. The database numbers them in the order in which they become visible (`sequence`), and
    closes the claim's previous entry itself when the next one arrives (`superseded_at`).

    References are plain numbers, not foreign keys: the entry is complete in itself and outlives what it was made from.
    """

    class Status(models.TextChoices):
        PUBLISHED = "published", _("Published")
        RETRACTED = "retracted", _("Retracted")
        MERGED = "merged", _("Merged into another claim")

    class Kind(models.TextChoices):
        PUBLICATION = "publication", _("First publication")
        ADDITION = "addition", _("Another verdict added")
        CLARIFICATION = "clarification", _("Clarification")
        CORRECTION = "correction", _("Correction")
        UPDATE = "update", _("Update")
        RETRACTION = "retraction", _("Retraction")
        MERGE = "merge", _("Merge")
        UNMERGE = "unmerge", _("Merge undone")
        CLASSIFICATION = "classification", _("Rating made comparable")

    claim = models.ForeignKey(
        "claims.Claim", models.PROTECT, related_name="publications", verbose_name=_("claim")
    )
    version = models.PositiveIntegerField(_("version"))
    sequence = models.BigIntegerField(unique=True, editable=False, db_default=0)
    status = models.CharField(_("status"), max_length=20, choices=Status)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    note = models.TextField(_("public note"), blank=True)
    published_at = models.DateTimeField(_("published"))
    superseded_at = models.DateTimeField(_("superseded"), null=True, editable=False)
    first_published_at = models.DateTimeField(_("first published"))

    #: The public representation, JSON as it is served but for the address of this site (`factcheck.web.own_addresses`).
    #: `ledger.document.claim_document` says its shape.
    body = UncompressedTextField(_("body"))
    body_sha256 = models.CharField(max_length=64)

    # What public lists filter and sort by, taken from the body.
    slug = models.CharField(max_length=80)
    language = LanguageField(_("language"))
    claimant_id = models.BigIntegerField(null=True)
    claimed_on = models.DateField(null=True)
    reviewed_on = models.DateField(null=True)
    topic_ids = ArrayField(models.BigIntegerField(), default=list)
    #: Sources that the claim appears in, and all sources, cited as evidence too.
    appears_in_ids = ArrayField(models.BigIntegerField(), default=list)
    source_ids = ArrayField(models.BigIntegerField(), default=list)
    source_domains = ArrayField(models.CharField(max_length=253), default=list)
    publisher_ids = ArrayField(models.BigIntegerField(), default=list)
    rating_ids = ArrayField(models.BigIntegerField(), default=list)
    #: The language ranges that match (RFC 4647), in lower case: `pt` and `pt-br` for Brazilian Portuguese.
    language_ranges = ArrayField(models.CharField(max_length=35), default=list)
    #: What the publication has: `correction`, `evidence`, `media`.
    features = ArrayField(models.CharField(max_length=20), default=list)
    merged_into_id = models.BigIntegerField(null=True)
    #: The languages of its texts by whose rules words are stemmed; `claims.search.STEMMERS` has them.
    search_languages = ArrayField(models.CharField(max_length=2), default=list)
    search_statement = models.TextField()
    search_names = models.TextField(blank=True)
    search_text = models.TextField(blank=True)
    # Made of these by a trigger.
    #: What it is found by.
    search = SearchVectorField(editable=False, db_default="")
    #: What its relevance is judged by: small enough to stay in the row, where reading thousands of them is cheap.
    search_heading = SearchVectorField(editable=False, db_default="")

    objects = PublicationQuerySet.as_manager()

    class Meta:
        ordering = ["-sequence"]
        verbose_name = _("publication")
        verbose_name_plural = _("publications")
        default_permissions = ("view",)
        constraints = [
            UniqueConstraint(name="publication_version_is_unique", fields=["claim", "version"]),
            UniqueConstraint(
                name="publication_one_newest_per_claim",
                fields=["claim"],
                condition=Q(superseded_at__isnull=True),
            ),
            models.CheckConstraint(
                name="publication_status_is_known",
                condition=Q(status__in=["published", "retracted", "merged"]),
            ),
            models.CheckConstraint(
                name="publication_body_hash_is_true", condition=Q(body_sha256=TextSha256("body"))
            ),
            models.CheckConstraint(
                name="publication_change_has_a_public_note",
                condition=~Q(kind__in=["clarification", "correction", "update", "retraction"]) | ~Q(note=""),
            ),
            models.CheckConstraint(
                name="publication_merge_names_its_target",
                condition=Q(status="merged", merged_into_id__isnull=False)
                | ~Q(status="merged") & Q(merged_into_id__isnull=True),
            ),
        ]
        indexes = [
            # The orders of the API's list of claims, each with its keyset. The first is also the front page.
            Index(name="publication_newest", fields=["-published_at", "-claim"], condition=NEWEST),
            Index(name="publication_by_first", fields=["-first_published_at", "-claim"], condition=NEWEST),
            Index(
                sortable_day("reviewed_on").desc(),
                F("claim").desc(),
                name="publication_reviewed",
                condition=NEWEST,
            ),
            Index(
                sortable_day("claimed_on").desc(),
                F("claim").desc(),
                name="publication_claimed",
                condition=NEWEST,
            ),
            # The few claims that were withdrawn, by status.
            Index(
                name="publication_withdrawn",
                fields=["-published_at", "-claim"],
                condition=NEWEST & Q(status__in=["retracted", "merged"]),
            ),
            # The list as it was at a moment.
            Index(name="publication_as_of", fields=["-published_at", "-claim"]),
            # Whether an entry that a filter on verdicts finds is current, and where it stands in the list.
            Index(
                name="publication_current_by_id",
                fields=["id"],
                include=["published_at", "claim"],
                condition=_CURRENT,
            ),
            # The feed of changes without those that were overtaken.
            Index(name="publication_newest_sequence", fields=["sequence"], condition=NEWEST),
            # Search. A short list of pending entries, because every reader scans it.
            GinIndex(
                name="publication_search", fields=["search"], gin_pending_list_limit=1024, condition=NEWEST
            ),
            # "Claims of this topic, with this source, in this language", in any combination. Without pending entries,
            # which every reader would have to scan.
            GinIndex(
                name="publication_mentions",
                fields=[
                    "topic_ids",
                    "appears_in_ids",
                    "source_ids",
                    "source_domains",
                    "language_ranges",
                    "features",
                ],
                fastupdate=False,
                condition=NEWEST,
            ),
            Index(name="publication_by_claimant", fields=["claimant_id", "-published_at"], condition=NEWEST),
        ]
        triggers = [
            Keeper(
                name="publication_mentions_are_public",
                level=pgtrigger.Statement,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="arrived"),
                func=COUNT_MENTIONS,
            ),
            Keeper(
                name="publication_words_are_public",
                level=pgtrigger.Statement,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="arrived"),
                declare=[("keys", "text[]"), ("steps", "integer[]")],
                func=COUNT_WORDS,
            ),
            # Who closes an entry before its time cannot commit: the rule below asks for the entry that follows it.
            *only_added("publication", closed="NEW.superseded_at >= OLD.published_at"),
            Rule(
                # Asked at the end of the transaction: the one that closes an entry is not there yet when it does.
                name="publication_is_closed_by_the_next",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                timing=pgtrigger.Deferred,
                condition=pgtrigger.AnyChange("superseded_at"),
                func=f"""
                    IF NOT EXISTS (
                        SELECT FROM public.claims_publication
                        WHERE claim_id = NEW.claim_id AND version = NEW.version + 1
                            AND published_at = NEW.superseded_at
                    ) THEN
                        {_CLOSED_TOO_EARLY}
                    END IF;
                    RETURN NULL;
                """,
            ),
            Rule(
                # Not generated columns: those would each make the heading anew, and again when an entry is superseded.
                name="publication_is_searchable",
                operation=pgtrigger.Insert,
                func="""
                    NEW.search_heading := public.claims_search_heading(
                        NEW.search_languages, NEW.search_statement, NEW.search_names
                    );
                    NEW.search := public.claims_search_document(
                        NEW.search_heading, NEW.search_languages, NEW.search_text
                    );
                    RETURN NEW;
                """,
            ),
            Rule(
                name="publication_joins_the_ledger",
                operation=pgtrigger.Insert,
                declare=[("previous", "record")],
                func=_JOIN_THE_LEDGER,
            ),
        ]

    def __str__(self) -> str:
        return f"claim {self.claim_id}, version {self.version}: {self.slug}"

    @property
    def served(self) -> bytes:
        """The body as it is served: with the address where this site is now."""
        return placed(self.body.encode())

    @property
    def document(self) -> dict[str, Any]:
        """The same as Python values."""
        document: dict[str, Any] = json.loads(self.served)
        return document

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Self

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import (
    Case,
    Exists,
    F,
    FloatField,
    Func,
    OuterRef,
    Q,
    Subquery,
    UniqueConstraint,
    Value,
    When,
)
from django.db.models.expressions import Expression
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from claims.models import ledger_rules, publication_columns, statement_vector
from claims.models.ledger_row import IS_CURRENT, IS_NEWEST, build_ledger_row_rules, build_newest_at
from claims.models.publication_columns import HAS_FILES, HAS_MEDIA, IS_REPEATED, SUMMARY_RULE
from claims.search.queries import (
    RANKED_MATCHES,
    AddressTargets,
    SearchReading,
    SearchValues,
    build_match_condition,
    build_relevance,
    parse_search,
)
from factcheck.database.desk_words import build_words_index
from factcheck.database.model_fields import LanguageField, UncompressedTextField
from factcheck.database.rules import build_reserved_ids_rule
from factcheck.web.site_urls import insert_site_url
from sources.models.snapshot import TextSha256


def match_search(search: SearchReading | SearchValues, *, publication: str = "") -> Q:
    """Return the condition that a publication matches a parsed search; `publication` is the path, ending in `__`."""
    text_match = Q(build_match_condition(f"{publication}search", search.query))
    return text_match | _match_targets(search.targets, publication) if search.targets else text_match


def _match_targets(targets: AddressTargets, publication: str = "") -> Q:
    cites_source = Q(**{f"{publication}source_ids__overlap": targets.sources})
    return cites_source | Q(**{f"{publication}id__any_of": targets.entries})


def _build_rank(targets: AddressTargets) -> Expression:
    """Return an expression for the relevance of an entry to a URL: the first of the URL's entries ranks highest."""
    if not targets.is_ranked:
        return Value(1.0)
    entries = Value(targets.entries) if isinstance(targets.entries, list) else targets.entries
    return Func(
        entries,
        F("id"),
        template="(1.0 / array_position(%(expressions)s))::double precision",
        arg_joiner="::bigint[], ",
        output_field=FloatField(),
    )


def build_previous_value(column: str) -> Subquery:
    """Return an expression for this column in the claim's previous version; NULL if there is none."""
    rows = Publication.objects.filter(claim=OuterRef("claim"), version=OuterRef("version") - 1)
    return Subquery(rows.values(column))


class PublicationQuerySet(models.QuerySet["Publication"]):
    """Publications of claims, now or at any moment; `PublishedVerdict` has the same queries for verdicts."""

    def newest(self) -> Self:
        """Return the newest entry of every claim, including retractions and merges."""
        return self.filter(IS_NEWEST)

    def current(self) -> Self:
        """Return current publications: one per published claim."""
        return self.filter(IS_CURRENT)

    def after(self, position: int) -> Self:
        """Return entries after a ledger position, in order."""
        return self.filter(sequence__gt=position).order_by("sequence")

    def repeated(self) -> Self:
        """Return current publications of claims that were made in several places."""
        return self.filter(IS_CURRENT & IS_REPEATED)

    def by_newsroom(self) -> Self:
        """Return publications with a verdict of the newsroom."""
        newsroom_verdicts = apps.get_model(
            "claims", "PublishedVerdict"
        ).objects.by_newsroom()  # not imported above, because that module imports this one
        return self.filter(Exists(newsroom_verdicts.filter(publication=OuterRef("pk"))))

    def showing_media(self, media: Iterable[int]) -> Self:
        """Return publications that show at least one of these media."""
        return self.filter(HAS_MEDIA, media_ids__overlap=list(media))

    def showing_file(self, name: str) -> Self:
        """Return publications with the picture file of this name."""
        return self.filter(HAS_FILES, media_files__contains=[name])

    def newest_as_of(self, moment: datetime) -> Self:
        """Return the newest entry of every claim at `moment`, including retractions and merges."""
        return self.filter(build_newest_at(moment))

    def as_of(self, moment: datetime) -> Self:
        """Return publications as of `moment`: one per claim published then."""
        return self.newest_as_of(moment).filter(status="published")

    def search(self, text: str) -> Self:
        """Return publications that match `text` in web-search syntax; annotates `rank`, the relevance.

        Words are compared as typed and by their stems, ignoring case and accents, with each text under the rules of
        its own languages.
        """
        return self.matching_search(parse_search(text))

    def matching_search(self, parsed_search: SearchReading | SearchValues) -> Self:
        """Return publications that match a parsed search; annotates `rank`, the relevance.

        A publication is relevant if its statement, or the name of its claimant or topics, contains the words. If only
        the findings contain them, the rank is 0.
        """
        rank: Expression = build_relevance("search_heading", parsed_search.ranking)
        if parsed_search.targets:
            rank = Case(
                When(_match_targets(parsed_search.targets), then=_build_rank(parsed_search.targets)),
                default=rank,
            )
        return self.filter(match_search(parsed_search)).annotate(rank=rank)

    def count_matches(self, parsed_search: SearchReading, limit: int = 1) -> int:
        """Return the number of matches, up to `limit`.

        If few matches are expected, they are read by rank, so that PostgreSQL uses the search index. If many are
        expected, reading from the newest publication finds enough of them faster.
        """
        order = "-rank" if parsed_search.match_count <= RANKED_MATCHES else "-published_at"
        return len(self.matching_search(parsed_search).order_by(order).values_list("pk", "rank")[:limit])


class Publication(models.Model):
    """One ledger entry: the complete public content of a claim from a moment on, rendered once.

    Entries are only added. The database numbers them in the order in which they become visible (`sequence`), and
    closes the claim's previous entry itself when the next one arrives (`superseded_at`).

    References are plain numbers, not foreign keys: the entry is complete in itself and outlives the rows it was made
    from.
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
        CLASSIFICATION = "classification", _("Rating class assigned")
        TRANSLATION = "translation", _("Translation")
        REMOVAL = "removal", _("Removal by law")

    claim = models.ForeignKey(
        "claims.Claim", models.PROTECT, db_index=False, related_name="publications", verbose_name=_("claim")
    )
    version = models.PositiveIntegerField(_("version"))
    sequence = models.BigIntegerField(unique=True, editable=False, db_default=0)
    status = models.CharField(_("status"), max_length=20, choices=Status)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    note = models.TextField(_("public note"), blank=True)
    published_at = models.DateTimeField(_("published"))
    superseded_at = models.DateTimeField(_("superseded"), null=True, editable=False)
    first_published_at = models.DateTimeField(_("first published"))

    #: The public representation as served, except for this site's URL. `ledger.document.claim_document` defines it.
    body = UncompressedTextField(_("JSON"))
    body_sha256 = models.CharField(max_length=64)
    #: The random seed of the texts' salts, and the resulting hash. Once a text is removed by law, the seed is
    #: deleted; the salts of the other texts and the digest of the removed one remain. Computed by the database; see
    #: `claims.ledger.proofs.sealed_text`.
    salts = UncompressedTextField(editable=False, db_default="")
    sealed_sha256 = models.CharField(max_length=64, editable=False, db_default="")
    #: The hash of this entry and of the previous hash, computed by the database: `claims.ledger.proofs.entry_text`.
    chain_sha256 = models.CharField(max_length=64, editable=False, db_default="")

    # The columns for filters and orders of public lists, derived from the body.
    slug = models.CharField(max_length=80)
    language = LanguageField(_("language"))
    claimant_id = models.BigIntegerField(null=True)
    claimed_on = models.DateField(null=True)
    reviewed_on = models.DateField(null=True)
    topic_ids = ArrayField(models.BigIntegerField(), default=list)
    #: Ids of the sources in which the claim appears, and of all sources, including those cited as evidence.
    appears_in_ids = ArrayField(models.BigIntegerField(), default=list)
    source_ids = ArrayField(models.BigIntegerField(), default=list)
    source_domains = ArrayField(models.CharField(max_length=253), default=list)
    publisher_ids = ArrayField(models.BigIntegerField(), default=list)
    rating_ids = ArrayField(models.BigIntegerField(), default=list)
    #: The language ranges that match (RFC 4647), in lower case: `pt` and `pt-br` for Brazilian Portuguese.
    language_ranges = ArrayField(models.CharField(max_length=35), default=list)
    #: The pictures, recordings and videos that the publication shows, and their file names in URLs on this site.
    media_ids = ArrayField(models.BigIntegerField(), default=list, db_default=[])
    media_files = ArrayField(models.CharField(max_length=80), default=list, db_default=[])
    #: The kinds of content that the publication has: `correction`, `evidence`, `media`.
    features = ArrayField(models.CharField(max_length=20), default=list)
    merged_into_id = models.BigIntegerField(null=True)
    #: The languages of its texts whose stemmers apply (`claims.search.STEMMERS`).
    search_languages = ArrayField(models.CharField(max_length=2), default=list)
    search_statement = models.TextField()
    #: The names of the claimant and topics, and the translations of the statement.
    search_names = models.TextField(blank=True)
    #: The headlines of its reviews, which often repeat the claim in other words.
    search_headlines = models.TextField(blank=True, db_default="")
    search_text = models.TextField(blank=True)
    # The part of the body that lists of results show, as JSON. A trigger derives it (`publication_columns`).
    summary = UncompressedTextField(editable=False, db_default="")
    #: The search vector of all texts.
    search = SearchVectorField(editable=False, db_default="")
    #: The search vector of statement and names, for relevance: short enough to be stored in the row and read quickly.
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
                name="publication_kind_is_known",
                condition=Q(
                    kind__in=[
                        *("publication", "addition", "clarification", "correction", "update", "retraction"),
                        *("merge", "unmerge", "classification", "translation", "removal"),
                    ]
                ),
            ),
            models.CheckConstraint(
                name="publication_body_hash_is_true", condition=Q(body_sha256=TextSha256("body"))
            ),
            models.CheckConstraint(
                # Search the body as text. Quotation marks inside texts are escaped, so only the key itself matches.
                name="publication_media_have_alternative_text",
                condition=~Q(body__contains='"alternative_text":""'),
                violation_error_message=_(
                    "A picture, recording or video needs a description before it can be shown to readers."
                ),
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
            *publication_columns.LIST_ORDER_INDEXES,
            *publication_columns.MOMENT_INDEXES,
            *publication_columns.FILTER_INDEXES,
            # Searches of the desk's list, by the notes on changes.
            build_words_index("publication_desk_words", "note", condition=~Q(note="")),
        ]
        triggers = [
            build_reserved_ids_rule("claims_publication"),
            ledger_rules.LEDGER_ORDER_RULE,
            ledger_rules.SIGNED_CONTENT_RULE,
            ledger_rules.SEARCH_COLUMNS_RULE,
            SUMMARY_RULE,
            ledger_rules.MENTION_COUNTS_TRIGGER,
            ledger_rules.WORD_COUNTS_TRIGGER,
            ledger_rules.STATED_WORDS_TRIGGER,
            statement_vector.LEDGER_VECTORS_RULE,
            # An entry cannot be closed without a successor, which the rule below requires.
            *build_ledger_row_rules("publication", closing_condition="NEW.superseded_at >= OLD.published_at"),
            ledger_rules.CLOSING_RULE,
        ]

    def __str__(self) -> str:
        return gettext("claim %(claim)s, version %(version)s") % {
            "claim": self.claim_id,
            "version": self.version,
        }

    @property
    def served_body(self) -> bytes:
        """Return the body with this site's current URL, as served."""
        return insert_site_url(self.body.encode())

    @property
    def document(self) -> dict[str, Any]:
        """Return the body as a dictionary."""
        document: dict[str, Any] = json.loads(self.served_body)
        return document

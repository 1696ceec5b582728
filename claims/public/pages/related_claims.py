"""Related published claims, each with the reason. Weak matches are left out."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from claims.ledger.queries.cluster_filters import find_neighbours
from claims.matching import embedding
from claims.models import Publication
from claims.public.pages.published_source import DEFERRED_COLUMNS

Document = dict[str, Any]

#: The maximum number of related claims.
RELATED_LIMIT = 5
#: The minimum cosine at which readers find that claims are about the same subject, measured in docs/reader-pages.md.
MIN_SIMILARITY = 0.65
#: For claimants with many claims, the number of newest ones searched for a shared topic.
_CANDIDATE_LIMIT = 500
#: The number of nearest claims to load: those shown, the claim itself, and a few that may just have been withdrawn.
_NEIGHBOURS = RELATED_LIMIT + 5

REASONS = {
    "cluster": _("The same rumour"),
    "claimant": _("The same claimant on the same topic"),
    "meaning": _("Related"),
}


@dataclass(frozen=True, slots=True)
class RelatedClaim:
    """A claim shown as related to another."""

    claim: Document
    #: One of `REASONS`.
    reason_code: str

    @property
    def reason(self) -> str:
        return str(REASONS[self.reason_code])


def find_related_claims(document: Document) -> list[RelatedClaim]:
    """Return related claims: first claims in the same cluster, then claims of the same claimant on the same
    topics, then claims with a similar meaning."""
    related_claims: dict[int, RelatedClaim] = {}

    def add(rows: Iterable[Publication], reason: str) -> None:
        for row in rows:
            if len(related_claims) < RELATED_LIMIT and row.claim_id != document["id"]:
                related_claims.setdefault(row.claim_id, RelatedClaim(row.document, reason))

    add(_select_newest(find_neighbours(document["id"])), "cluster")
    if len(related_claims) < RELATED_LIMIT and (rows := _find_by_claimant(document)) is not None:
        add(_select_newest(rows), "claimant")
    if len(related_claims) < RELATED_LIMIT:
        add(_find_similar(document["id"]), "meaning")
    return list(related_claims.values())


def _find_by_claimant(document: Document) -> QuerySet[Publication] | None:
    claimant, topics = document["claimant"], [topic["id"] for topic in document["topics"]]
    if not claimant or not topics:
        return None
    same_claimant = Publication.objects.current().filter(claimant_id=claimant["id"]).order_by("-published_at")
    newest_entries = same_claimant.values("pk")[:_CANDIDATE_LIMIT]
    return Publication.objects.current().filter(pk__in=newest_entries, topic_ids__overlap=topics)


def _select_newest(rows: QuerySet[Publication]) -> QuerySet[Publication]:
    return rows.order_by("-published_at", "-claim_id").defer(*DEFERRED_COLUMNS)[: RELATED_LIMIT + 1]


def _find_similar(claim_id: int) -> list[Publication]:
    """Return the published claims nearest in meaning, nearest first; empty if the claim has no vector."""
    claim_vector = embedding.load_vectors([claim_id], is_public=True).get(claim_id)
    if claim_vector is None:
        return []
    similar_claims = [
        other_claim
        for other_claim, similarity, _vector in embedding.find_nearest(
            claim_vector, is_public=True, limit=_NEIGHBOURS
        )
        if other_claim != claim_id and similarity >= MIN_SIMILARITY
    ]
    entries = Publication.objects.current().filter(claim_id__in=similar_claims).defer(*DEFERRED_COLUMNS)
    return sorted(entries, key=lambda entry: similar_claims.index(entry.claim_id)) if similar_claims else []

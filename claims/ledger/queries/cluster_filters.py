"""The filters of the API's list of clusters, and the published claims of a cluster."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce

from claims.models import Cluster, ClusterMember, Publication
from claims.models.publication import PublicationQuerySet
from factcheck.api.pagination import build_both_orderings, make_id_key, make_text_key
from factcheck.api.query_strings import ListQuery, Parameter, make_ordering_parameter
from factcheck.api.query_values import WholeNumber, Words
from sources.api.list_queries import make_language_parameter, match_words


def find_entries(clusters: Iterable[int]) -> PublicationQuerySet:
    """Return the current publications of these clusters' claims, following merges."""
    members = ClusterMember.objects.filter(cluster__in=clusters).order_by()
    claim_ids = members.values(current_claim_id=Coalesce("claim__merged_into", "claim"))
    return Publication.objects.current().filter(claim_id__in=claim_ids)


def find_neighbours(claim: int) -> PublicationQuerySet:
    """Return the current publications of the other claims in this claim's public clusters."""
    clusters = list(Cluster.objects.public().filter(_has_claims([claim])).values_list("pk", flat=True))
    return find_entries(clusters).exclude(claim_id=claim)


def find_claim_ids(clusters: list[int]) -> list[int]:
    """Return the ids of these clusters' published claims, if the clusters are public."""
    public_ids = Cluster.objects.public().filter(pk__in=clusters).values_list("pk", flat=True)
    return list(find_entries(list(public_ids)).values_list("claim_id", flat=True))


def _has_claims(claims: list[int]) -> Q:
    """Return the condition that a cluster contains one of these claims and that the claim is published."""
    entries = Publication.objects.current().filter(claim_id=OuterRef("current_claim_id"), claim_id__in=claims)
    members: Any = ClusterMember.objects.filter(cluster=OuterRef("pk")).alias(
        current_claim_id=Coalesce("claim__merged_into", "claim")
    )
    return Q(Exists(members.filter(Exists(entries))))


class ClusterListQuery(ListQuery):
    """The query of the list of published clusters."""

    list_name = "clusters"
    orderings = (
        *build_both_orderings("id", make_id_key("id")),
        *build_both_orderings("title", make_text_key("title"), make_id_key("id")),
    )

    q = Parameter(Words(), "Words in the title, ignoring case and accents.", matches=match_words("title"))
    language = make_language_parameter("Language of title and description", slotted=False)
    claim = Parameter(
        WholeNumber(),
        "Id of a published claim in the cluster.",
        matches=_has_claims,
        several=True,
        slotted=False,
    )
    ordering = make_ordering_parameter(orderings)

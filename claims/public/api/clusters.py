"""Clusters: rumours with several claims. Their public data comes from current publications only."""

from urllib.parse import urlencode

from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from claims.ledger.document.claim_document import render
from claims.ledger.document.cluster_document import build_cluster, build_cluster_with_claims
from claims.ledger.document.serializers import ClusterSerializer, ClusterWithClaimsSerializer
from claims.ledger.queries.cluster_filters import ClusterListQuery, find_entries
from claims.models import Cluster
from claims.public.api.entities import EntityResource
from factcheck.api.query_values import MAX_ID
from factcheck.web.site_urls import OWN_SITE_MARK

#: The maximum number of claims in a cluster's response. The list of claims, filtered by cluster, has all of them.
CLAIM_LIMIT = 200


class ClusterResource(EntityResource):
    """Published clusters: one rumour in different words, languages and countries."""

    nouns = ("cluster", "clusters")
    list_query = ClusterListQuery
    serializer_class = ClusterSerializer
    item_serializer_class = ClusterWithClaimsSerializer
    represent = build_cluster

    def rows(self) -> QuerySet[Cluster]:
        return Cluster.objects.public().with_public_summary()

    def item(self, request: HttpRequest, id: int) -> bytes | None:  # noqa: A002  the name in the address
        row = self.rows().filter(pk=min(id, MAX_ID)).first()
        if row is None:
            return None
        entries = (
            find_entries([row.pk]).only("body").order_by(F("claimed_on").asc(nulls_last=True), "claim_id")
        )
        documents = [entry.document for entry in entries[: CLAIM_LIMIT + 1]]
        more_url = f"{OWN_SITE_MARK}{reverse('claims-list')}?{urlencode({'cluster': row.pk})}"
        document = build_cluster_with_claims(
            row, documents[:CLAIM_LIMIT], more_url=more_url if len(documents) > CLAIM_LIMIT else None
        )
        return render(document).encode()

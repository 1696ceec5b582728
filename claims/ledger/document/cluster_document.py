"""The public representation of a cluster: its own text, and the published data of its claims."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, TypedDict, cast

from claims.ledger.document.claim_body import JudgedClaim, PublishersVerdict
from claims.ledger.document.claim_document import format_moment
from claims.models import Cluster
from factcheck.api.openapi.body_serializer import Day, Moment, WebAddress
from factcheck.web.site_urls import OWN_SITE_MARK

Document = dict[str, Any]


class PublicCluster(TypedDict):
    """One rumour in circulation: published claims that express it in other words, languages and countries."""

    id: int
    url: Annotated[WebAddress, "The page for readers."]
    slug: str
    title: str
    description: Annotated[str, "Plain text: what these claims have in common, and how they differ."]
    language: Annotated[str, "Language of title and description (BCP 47)."]
    claim_count: Annotated[int, "The number of its published claims."]
    languages: Annotated[list[str], "The languages of its published claims (BCP 47)."]
    publisher_count: Annotated[int, "The number of publishers with a verdict on them."]
    countries: Annotated[list[str], "The countries of these publishers (ISO 3166-1 alpha-2)."]
    rating_classes: Annotated[dict[str, int], "The number of verdicts on them by rating class."]
    first_claimed_on: Annotated[Day | None, "The earliest known day on which one of them was made."]
    published_at: Annotated[Moment, "When it was first published."]
    updated_at: Annotated[Moment, "When its own text, or the public data of its claims, last changed."]


class ClusterVerdict(PublishersVerdict):
    """A publisher's verdict on a claim of a cluster."""


class ClusteredClaim(JudgedClaim):
    """A published claim of a cluster, with its verdicts."""

    verdicts: list[ClusterVerdict]


class PublicClusterWithClaims(PublicCluster):
    """A cluster with its published claims."""

    claims: Annotated[list[ClusteredClaim], "The claims by the day on which they were made; at most 200."]
    more: Annotated[str | None, "URL of the list of all its claims, if some are missing here."]


def build_cluster(row: Cluster) -> PublicCluster:
    """Build the public representation of a cluster, given a row of `Cluster.objects.public().with_public_summary()`."""
    summary: Document = row.seen  # type: ignore[attr-defined]  # annotated
    verdicts = summary["verdicts"]
    changed_at = max(row.changed_at, datetime.fromisoformat(summary["published_at"]))
    # A cluster is public once enough of its claims are published. The public does not see when it was created.
    public_since = max(row.published_at or row.changed_at, datetime.fromisoformat(summary["public_since"]))
    return {
        "id": row.pk,
        "url": f"{OWN_SITE_MARK}{row.get_absolute_url()}",
        "slug": row.slug,
        "title": row.title,
        "description": row.description,
        "language": row.language,
        "claim_count": summary["claims"],
        "languages": sorted(summary["languages"]),
        "publisher_count": len({verdict["publisher"] for verdict in verdicts}),
        "countries": sorted({verdict["country"] for verdict in verdicts} - {""}),
        "rating_classes": _count_by_class(verdicts),
        "first_claimed_on": summary["first_claimed_on"],
        "published_at": format_moment(public_since),
        "updated_at": format_moment(max(changed_at, public_since)),
    }


def build_cluster_with_claims(
    row: Cluster, documents: Iterable[Document], *, more_url: str | None
) -> PublicClusterWithClaims:
    """Return the cluster's document with the documents of its claims nested in it."""
    return {
        **build_cluster(row),
        "claims": [_build_claim(document) for document in documents],
        "more": more_url,
    }


def _count_by_class(verdicts: list[Document]) -> dict[str, int]:
    counts = Counter(verdict["rating_class"] or "not_rated" for verdict in verdicts)
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _build_claim(document: Document) -> ClusteredClaim:
    verdicts = [
        {key: verdict[key] for key in ClusterVerdict.__annotations__} for verdict in document["verdicts"]
    ]
    claim = {key: document[key] for key in JudgedClaim.__annotations__} | {"verdicts": verdicts}
    return cast(ClusteredClaim, claim)

"""Clusters of claims: editors create, extend, publish and dissolve them."""

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from claims.models import Claim, Cluster, ClusterMember
from claims.models.cluster import CLUSTER_STEPS
from claims.newsroom.people import get_display_name
from claims.newsroom.refusals import NotPossible
from claims.newsroom.roles import require_permission
from factcheck.database import clock
from factcheck.list_phrases import join_words


@transaction.atomic
def gather(claims: Iterable[Claim], *, by: User) -> Cluster:
    """Put these claims into one cluster: the cluster that already contains some of them, or else a new cluster.

    Raises:
        NotPossible: the claims are in several clusters, so a person must choose one.
        NotAllowed: the person's role does not include editing clusters.
    """
    require_permission(by, "claims.add_cluster", _("put claims into clusters"))
    chosen_claims = list(claims)
    if not chosen_claims:
        raise NotPossible(_("Choose the claims first."))
    clusters_of_claims = list(
        Cluster.objects.exclude(state=Cluster.State.DISSOLVED)
        .filter(claims__in=chosen_claims)
        .order_by("pk")
        .distinct()
    )
    if len(clusters_of_claims) > 1:
        joined_titles = join_words(f"“{cluster}”" for cluster in clusters_of_claims)
        raise NotPossible(
            _("These claims are in several clusters: %(clusters)s.") % {"clusters": joined_titles}
        )
    cluster = clusters_of_claims[0] if clusters_of_claims else _create(chosen_claims[0], by)
    add(cluster, chosen_claims, by=by)
    return cluster


def _create(first_claim: Claim, by: User) -> Cluster:
    """Create a cluster, titled like its first claim until an editor chooses a better title."""
    title = " ".join(first_claim.statement.split())
    max_length = Cluster._meta.get_field("title").max_length or 0
    return Cluster.objects.create(
        title=title if len(title) <= max_length else f"{title[: max_length - 1]}…",
        language=first_claim.language,
        created_by=by,
    )


@transaction.atomic
def add(cluster: Cluster, claims: Iterable[Claim], *, by: User) -> int:
    """Add claims to a cluster, and return the number of claims that were not in it before.

    Raises:
        NotPossible: the cluster was dissolved.
        NotAllowed: the person's role does not include editing clusters.
    """
    require_permission(by, "claims.change_cluster", _("change clusters"))
    cluster = _lock(cluster)
    if cluster.state == Cluster.State.DISSOLVED:
        raise NotPossible(_("This cluster was dissolved. Reopen it first."))
    member_ids = set(cluster.members.values_list("claim", flat=True))
    new_claims = [
        claim for claim in {claim.pk: claim for claim in claims}.values() if claim.pk not in member_ids
    ]
    ClusterMember.objects.bulk_create(
        ClusterMember(cluster=cluster, claim=claim, added_by_name=get_display_name(by))
        for claim in new_claims
    )
    return len(new_claims)


@transaction.atomic
def move(cluster: Cluster, state: str, *, by: User) -> Cluster:
    """Publish a cluster, withdraw it, dissolve it or reopen it.

    Raises:
        NotPossible: this move does not exist from the cluster's present state.
        NotAllowed: the person's role does not include this move.
    """
    require_permission(by, "claims.publish_cluster", _("publish and dissolve clusters"))
    cluster = _lock(cluster)
    if (cluster.state, state) not in CLUSTER_STEPS:
        raise NotPossible(
            _("The cluster is now “%(state)s”. Nothing was changed. Reload the page and check.")
            % {"state": cluster.get_state_display()}
        )
    cluster.state = state
    cluster.changed_at = clock.get_database_time()
    if state == Cluster.State.PUBLISHED and cluster.published_at is None:
        cluster.published_at = cluster.changed_at
    cluster.save(update_fields=["state", "changed_at", "published_at"])
    return cluster


def _lock(cluster: Cluster) -> Cluster:
    return Cluster.objects.select_for_update().get(pk=cluster.pk)

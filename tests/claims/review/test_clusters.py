"""Clusters: permissions to create, extend, publish and dissolve them, and obstacles."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from claims.models import Claim, Cluster, ClusterMember, PossibleDuplicate
from claims.newsroom.refusals import NotAllowed, NotPossible
from claims.review import clusters, duplicates
from tests.helpers.newsroom import make_claim

pytestmark = pytest.mark.django_db


def members(cluster: Cluster) -> list[Claim]:
    return [member.claim for member in cluster.members.order_by("pk")]


def test_the_first_claims_make_a_new_cluster(editor: User) -> None:
    one, other = make_claim("Trams are  free.", language="de"), make_claim("Trams cost nothing.")
    cluster = clusters.gather([one, other], by=editor)
    assert (cluster.title, cluster.language, cluster.state, cluster.created_by) == (
        "Trams are free.", "de", "draft", editor,
    )  # fmt: skip
    assert members(cluster) == [one, other]
    assert {member.added_by_name for member in cluster.members.all()} == {"Edith"}


def test_a_long_statement_becomes_a_title_that_fits(editor: User) -> None:
    cluster = clusters.gather([make_claim("x" * 500)], by=editor)
    assert (len(cluster.title), cluster.title[-1]) == (200, "…")


def test_claims_of_one_that_is_there_extend_it(editor: User) -> None:
    known, new = make_claim(), make_claim()
    cluster = clusters.gather([known], by=editor)
    assert clusters.gather([new, known], by=editor) == cluster
    assert members(cluster) == [known, new]
    assert Cluster.objects.count() == 1


def test_claims_of_two_clusters_are_not_put_together_by_themselves(editor: User) -> None:
    one, other = make_claim(), make_claim()
    clusters.gather([one], by=editor)
    clusters.gather([other], by=editor)
    with pytest.raises(NotPossible, match="are in several clusters: “The bridge"):
        clusters.gather([one, other], by=editor)
    assert ClusterMember.objects.count() == 2


def test_a_dissolved_one_is_neither_extended_nor_found(editor: User) -> None:
    claim = make_claim()
    cluster = clusters.move(clusters.gather([claim], by=editor), "dissolved", by=editor)
    with pytest.raises(NotPossible, match="was dissolved"):
        clusters.add(cluster, [make_claim()], by=editor)
    assert clusters.gather([claim], by=editor) != cluster


def test_nothing_is_no_cluster(editor: User) -> None:
    with pytest.raises(NotPossible, match="Choose the claims first"):
        clusters.gather([], by=editor)


def test_moves_follow_the_table(editor: User) -> None:
    cluster = clusters.gather([make_claim()], by=editor)
    first = clusters.move(cluster, "published", by=editor).published_at
    assert first is not None
    clusters.move(cluster, "draft", by=editor)
    again = clusters.move(cluster, "published", by=editor)
    assert again.published_at == first
    with pytest.raises(NotPossible, match="The cluster is now “Published”"):
        clusters.move(cluster, "published", by=editor)
    clusters.move(cluster, "dissolved", by=editor)
    with pytest.raises(NotPossible):
        clusters.move(cluster, "published", by=editor)
    assert clusters.move(cluster, "draft", by=editor).state == "draft"
    with pytest.raises(NotPossible):
        clusters.move(cluster, "no such state", by=editor)


@pytest.mark.parametrize("role", ["contributor", "checker"])
def test_is_for_editors(role: str, request: pytest.FixtureRequest, editor: User) -> None:
    person = request.getfixturevalue(role)
    claim = make_claim()
    cluster = clusters.gather([claim], by=editor)
    for refused in (
        lambda: clusters.gather([claim], by=person),
        lambda: clusters.add(cluster, [make_claim()], by=person),
        lambda: clusters.move(cluster, "published", by=person),
    ):
        with pytest.raises(NotAllowed):
            refused()
    cluster.refresh_from_db()
    assert (cluster.state, members(cluster)) == ("draft", [claim])


def test_a_possible_duplicate_can_become_a_cluster(editor: User) -> None:
    one, other = make_claim(), make_claim()
    pair = PossibleDuplicate.objects.create(claim=other, earlier=one)
    cluster = duplicates.gather([pair], by=editor)
    assert members(cluster) == [one, other]
    pair.refresh_from_db()
    assert (pair.dismissed_by_name, PossibleDuplicate.objects.open().count()) == ("Edith", 0)


def test_a_pair_with_claims_in_two_clusters_stays_undecided(editor: User) -> None:
    one, other = make_claim(), make_claim()
    clusters.gather([one], by=editor)
    clusters.gather([other], by=editor)
    pair = PossibleDuplicate.objects.create(claim=other, earlier=one)
    with pytest.raises(NotPossible):
        duplicates.gather([pair], by=editor)
    assert PossibleDuplicate.objects.open().get() == pair


def test_history_keeps_removed_claims_and_authors_of_changes(
    editor: User, publish: Callable[..., Claim]
) -> None:
    cluster = clusters.gather([make_claim(), make_claim()], by=editor)
    cluster.title = "Free trams"
    cluster.save()
    gone = cluster.members.all()[0]
    gone_claim = gone.claim_id
    gone.delete()
    assert cluster.events.count() == 1  # type: ignore[attr-defined]  # pghistory
    event = ClusterMember.pgh_event_model.objects.get()  # type: ignore[attr-defined]
    assert (event.pgh_label, event.claim_id, event.cluster_id) == ("deleted", gone_claim, cluster.pk)

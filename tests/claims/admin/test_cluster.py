"""Clusters at the desk: made from lists, changed on their page, published and dissolved by buttons."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from claims.models import Claim, Cluster, PossibleDuplicate
from claims.review import clusters
from tests.helpers.desk import Desk, said, sent_back
from tests.helpers.newsroom import make_claim

pytestmark = pytest.mark.django_db

CLAIMS = reverse("admin:claims_claim_changelist")
PAIRS = reverse("admin:claims_possibleduplicate_changelist")


@pytest.fixture
def cluster(editor: User) -> Cluster:
    return clusters.gather([make_claim("Trams are free."), make_claim("Trams cost nothing.")], by=editor)


def press(desk: Desk, cluster: Cluster, name: str) -> list[str]:
    address = reverse(f"admin:claims_cluster_{name}", args=[cluster.pk])
    return said(desk.client.post(address, follow=True))


def members(cluster: Cluster) -> list[int]:
    return list(cluster.members.order_by("pk").values_list("claim", flat=True))


def test_chosen_claims_become_a_cluster(desk: Desk) -> None:
    one, other = make_claim(), make_claim()
    asked = {"action": "put_selected_into_cluster", "_selected_action": [other.pk, one.pk]}
    answer = desk.client.post(CLAIMS, asked, follow=True)
    made = Cluster.objects.get()
    assert answer.redirect_chain == [(desk.page(made), 302)]
    assert members(made) == [one.pk, other.pk]


def test_obstacles_are_reported(desk: Desk, editor: User) -> None:
    one, other = make_claim(), make_claim()
    for claim in (one, other):
        clusters.gather([claim], by=editor)
    asked = {"action": "put_selected_into_cluster", "_selected_action": [other.pk, one.pk]}
    (message,) = said(desk.client.post(CLAIMS, asked, follow=True))
    assert message.startswith("These claims are in several clusters")


def test_a_pair_becomes_a_cluster(desk: Desk) -> None:
    one, other = make_claim(), make_claim()
    pair = PossibleDuplicate.objects.create(
        claim=other, earlier=one, confidence=0.876, reasons=["other words"]
    )
    assert "other words" in " ".join(desk.text(pair).split())
    address = reverse("admin:claims_possibleduplicate_group-as-rumour", args=[pair.pk])
    assert desk.client.get(address).status_code == 302
    assert not Cluster.objects.exists()
    answer = desk.client.post(address)
    made = Cluster.objects.get()
    assert (answer["Location"], members(made)) == (desk.page(made), [one.pk, other.pk])


def test_several_pairs_become_one_cluster(desk: Desk) -> None:
    first, second, third = make_claim(), make_claim(), make_claim()
    pairs = [
        PossibleDuplicate.objects.create(claim=second, earlier=first),
        PossibleDuplicate.objects.create(claim=third, earlier=second),
    ]
    asked = {"action": "put_selected_into_cluster", "_selected_action": [pair.pk for pair in pairs]}
    desk.client.post(PAIRS + "?queue=duplicates", asked)
    assert set(members(Cluster.objects.get())) == {first.pk, second.pk, third.pk}
    assert PossibleDuplicate.objects.open().count() == 0


def test_words_and_claims_are_changed_on_its_page(desk: Desk, cluster: Cluster) -> None:
    before = cluster.changed_at
    form = sent_back(desk.client.get(desk.page(cluster)))
    new = make_claim()
    total = int(form["members-TOTAL_FORMS"])
    added = {
        "members-TOTAL_FORMS": total + 1,
        f"members-{total}-claim": new.pk,
        f"members-{total}-cluster": cluster.pk,
    }
    removed = {"members-0-DELETE": "on"}
    gone = members(cluster)[0]
    answer = desk.save(cluster, form, title="Free trams", **added, **removed)
    assert answer.status_code == 200
    cluster.refresh_from_db()
    assert cluster.title == "Free trams"
    assert (gone in members(cluster), members(cluster)[-1]) == (False, new.pk)
    assert cluster.members.get(claim=new).added_by_name == "Edith"
    assert cluster.changed_at > before


def test_the_second_person_to_save_is_warned(desk: Desk, cluster: Cluster, editor: User) -> None:
    form = sent_back(desk.client.get(desk.page(cluster)))
    clusters.add(cluster, [make_claim()], by=editor)
    answer = desk.save(cluster, form, title="Free trams")
    assert "Not saved" in answer.content.decode()
    cluster.refresh_from_db()
    assert cluster.title == "Trams are free."


def test_which_claims_belong_to_it_does_not_change_its_date(
    desk: Desk, cluster: Cluster, editor: User
) -> None:
    before = cluster.changed_at
    form = sent_back(desk.client.get(desk.page(cluster)))
    desk.save(cluster, form, **{"members-0-DELETE": "on"})
    cluster.refresh_from_db()
    assert (len(members(cluster)), cluster.changed_at) == (1, before)


def test_it_is_published_and_dissolved_by_buttons(
    desk: Desk, cluster: Cluster, publish: Callable[..., Claim]
) -> None:
    assert press(desk, cluster, "publish") == ["Done. The state is now “Published”."]
    text = desk.text(cluster)
    assert ("Not visible to readers yet: 2 of its claims" in text, "Public page" in text) == (True, False)
    for member in cluster.members.all():
        publish(member.claim)
    assert "Public page" in desk.text(cluster)
    assert press(desk, cluster, "dissolve") == ["Done. The state is now “Dissolved”."]
    (message,) = press(desk, cluster, "publish")
    assert message.startswith("The cluster is now “Dissolved”")
    assert "members-0-DELETE" not in desk.text(cluster)


def test_fact_checkers_look(client: Client, checker: User, cluster: Cluster) -> None:
    desk = Desk(client).sign_in(checker)
    text = desk.text(cluster)
    assert ("Trams are free." in text, 'name="_save"' in text, "/publish/" in text) == (
        True,
        False,
        False,
    )
    address = reverse("admin:claims_cluster_publish", args=[cluster.pk])
    assert desk.client.post(address).status_code == 403
    asked: dict[str, Any] = {"action": "put_selected_into_cluster", "_selected_action": members(cluster)}
    desk.client.post(CLAIMS, asked)
    assert Cluster.objects.count() == 1


def test_contributors_see_none(client: Client, contributor: User, cluster: Cluster) -> None:
    client.force_login(contributor)
    assert client.get(reverse("admin:claims_cluster_change", args=[cluster.pk])).status_code == 403


def test_the_page_of_a_claim_names_its_clusters(
    desk: Desk, client: Client, contributor: User, publish: Callable[..., Claim], editor: User
) -> None:
    claim = publish()
    cluster = clusters.gather([claim], by=editor)
    assert desk.page(cluster) in desk.text(claim)
    client.force_login(contributor)
    assert desk.page(cluster) not in desk.text(claim)


def test_its_history_shows_who_added_and_removed_claims(desk: Desk, cluster: Cluster) -> None:
    form = sent_back(desk.client.get(desk.page(cluster)))
    desk.save(cluster, form, title="Free trams", **{"members-0-DELETE": "on"})
    history = desk.client.get(reverse("admin:claims_cluster_history", args=[cluster.pk]))
    descriptions = [entry.description for entry in history.context["page"]]
    assert "Added “Trams cost nothing.”" in descriptions
    assert len(descriptions) >= 3


def test_an_unsaved_row_has_no_date_of_addition(desk: Desk) -> None:
    page = desk.client.get(reverse("admin:claims_cluster_add")).content.decode()
    assert "DatabaseDefault" not in page

"""Claims that may be the same, and what an editor decides about them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims.models import Claim, Claimant, PossibleDuplicate, Transition
from claims.newsroom.refusals import NotAllowed, NotPossible
from claims.review import duplicates
from tests.helpers.desk import Desk, said
from tests.helpers.newsroom import make_claim

pytestmark = pytest.mark.django_db

LIST = reverse("admin:claims_possibleduplicate_changelist")
QUEUE = LIST + "?queue=duplicates"


@pytest.fixture
def pair() -> PossibleDuplicate:
    return make_pair()


def make_pair(earlier: Claim | None = None, **newer: Any) -> PossibleDuplicate:
    earlier = earlier or make_claim("Trams are free.", claimant=Claimant.objects.create(name="Ida Holm"))
    claim = make_claim("Trams are free.", claimant=Claimant.objects.create(name="I. Holm"), **newer)
    return PossibleDuplicate.objects.create(claim=claim, earlier=earlier)


def press(desk: Desk, pair: PossibleDuplicate, button: str) -> list[str]:
    address = reverse(f"admin:claims_possibleduplicate_{button}", args=[pair.pk])
    return said(desk.client.post(address, follow=True))


def shown(desk: Desk) -> list[PossibleDuplicate]:
    return list(desk.client.get(QUEUE).context["cl"].result_list)


def run_action(desk: Desk, action: str, pairs: list[PossibleDuplicate]) -> list[str]:
    asked = {"action": action, "_selected_action": [pair.pk for pair in pairs]}
    return said(desk.client.post(QUEUE, asked, follow=True))


@pytest.mark.slow
def test_both_claims_are_shown_side_by_side(
    desk: Desk, pair: PossibleDuplicate, publish: Callable[..., Claim]
) -> None:
    publish(pair.earlier)
    for text in (desk.client.get(QUEUE).content.decode(), desk.text(pair)):
        found = [word in text for word in ("Ida Holm", "I. Holm", desk.page(pair.claim), ">False<")]
        assert found == [True] * 4
        assert text.count("Same claim: merge") >= 1
        assert f'class="desk-public-state" href="/claims/{pair.earlier.pk}/' in text


def test_the_same_is_merged_into_the_one_that_was_first(desk: Desk, pair: PossibleDuplicate) -> None:
    (message,) = press(desk, pair, "merge")
    assert "Merged into" in message
    pair.claim.refresh_from_db()
    assert (pair.claim.state, pair.claim.merged_into) == ("merged", pair.earlier)
    (move,) = Transition.objects.filter(claim=pair.claim)
    assert (move.action, move.actor_name, move.note) == (
        "merge",
        "Edith",
        "The same claim in the same words.",
    )
    assert shown(desk) == []


def test_the_different_is_not_asked_about_again(desk: Desk, pair: PossibleDuplicate) -> None:
    assert press(desk, pair, "mark-as-different") == ["Marked as different claims."]
    pair.refresh_from_db()
    assert pair.dismissed_at is not None
    assert (pair.dismissed_by_name, shown(desk)) == ("Edith", [])
    assert "Different claims, according to Edith" in desk.text(pair)


def test_several_at_once(desk: Desk) -> None:
    first, second, third = make_pair(), make_pair(), make_pair()
    assert run_action(desk, "merge_selected", [first, second]) == ["2 claims merged."]
    assert shown(desk) == [third]
    assert run_action(desk, "mark_selected_different", [third]) == ["1 pair marked as different claims."]
    assert shown(desk) == []


def test_blocked_pairs_are_reported_and_the_others_are_decided(desk: Desk) -> None:
    blocked = make_pair(make_claim("Trams are free.", state="declined", reason="No."))
    free = make_pair()
    why = f"Claim {blocked.earlier_id} is itself merged or declined. Choose an active claim."
    assert run_action(desk, "merge_selected", [blocked, free]) == [
        f"“Trams are free.” was not changed. {why}",
        "1 claim merged.",
    ]
    assert shown(desk) == [blocked]


def test_a_pair_that_was_distinguished_is_not_merged(pair: PossibleDuplicate, editor: User) -> None:
    assert duplicates.mark_as_different([pair], by=editor) == 1
    with pytest.raises(NotPossible, match="According to Edith, these are different claims"):
        duplicates.merge(pair, by=editor)
    assert duplicates.mark_as_different([pair], by=editor) == 0
    assert Claim.objects.filter(state="merged").count() == 0


def test_a_merged_pair_is_neither_merged_nor_distinguished(pair: PossibleDuplicate, editor: User) -> None:
    assert duplicates.merge(pair, by=editor) == pair.earlier
    with pytest.raises(NotPossible):
        duplicates.merge(pair, by=editor)
    assert duplicates.mark_as_different([pair], by=editor) == 0
    assert Transition.objects.count() == 1


@pytest.mark.parametrize("role", ["contributor", "checker"])
def test_is_for_editors(
    role: str, client: Client, request: pytest.FixtureRequest, pair: PossibleDuplicate
) -> None:
    person = request.getfixturevalue(role)
    with pytest.raises(NotAllowed):
        duplicates.merge(pair, by=person)
    with pytest.raises(NotAllowed):
        duplicates.mark_as_different([pair], by=person)
    client.force_login(person)
    assert client.get(QUEUE).status_code == 403
    for button in ("merge", "mark-as-different"):
        address = reverse(f"admin:claims_possibleduplicate_{button}", args=[pair.pk])
        assert client.post(address).status_code == 403
    assert PossibleDuplicate.objects.open().get() == pair


def test_a_decision_leads_back_to_the_list_as_it_was(desk: Desk, pair: PossibleDuplicate) -> None:
    address = reverse("admin:claims_possibleduplicate_mark-as-different", args=[pair.pk])
    own = f"http://testserver{QUEUE}&p=2"
    assert desk.client.post(address, headers={"Referer": own}).headers["Location"] == own
    foreign = f"https://elsewhere.example{QUEUE}"
    assert desk.client.post(address, headers={"Referer": foreign}).headers["Location"] == QUEUE


@pytest.mark.slow
def test_the_queue_costs_the_same_whatever_its_length(desk: Desk, publish: Callable[..., Claim]) -> None:
    desk.client.get(QUEUE)
    costs = []
    for more in (1, 3):
        for _number in range(more):
            publish(make_pair().earlier)
        with CaptureQueriesContext(connection) as queries:
            desk.client.get(QUEUE)
        costs.append(len(queries))
    # The session, the person, two for permissions, saved views, how many there are, the pairs, and of each side the
    # verdicts and the newest publication.
    assert costs == [11, 11]

"""What other newsrooms have checked is found for a text, and is theirs."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from claims.features.federation.models import PeerNewsroom
from claims.features.federation.peer_matches import find_peer_matches
from claims.matching.answers import MatchOptions
from claims.models import Claim
from tests.claims.features.federation.peer_site import PeerSite, newsroom, peer, turn
from tests.helpers.newsroom import make_claim

__all__ = ["newsroom", "peer"]  # fixtures

pytestmark = pytest.mark.django_db

CHECKED = "The harbour council of Sundvik sold seven ferries to a buyer from Norway."


@pytest.fixture
def taken(peer: PeerSite, newsroom: PeerNewsroom) -> PeerNewsroom:
    peer.tell(7, statement=CHECKED, rating="Half true")
    peer.tell(8, statement="Unemployment in Lindby fell by 12 percent in two years.")
    peer.tell(9, statement=f"{CHECKED} They say.", rating="False")
    peer.tell(9, "retracted", note="It was another council.")
    turn(newsroom)
    return newsroom


def found(text: str, **options: Any) -> list[tuple[int, str, str]]:
    answer = find_peer_matches(text, MatchOptions(**options)) if options else find_peer_matches(text)
    return [(one.claim.claim_id, one.kind, one.claim.rating) for one in answer]


def test_the_same_words_are_found_with_the_publisher_of_the_verdict(taken: PeerNewsroom) -> None:
    assert found(CHECKED.upper()) == [(7, "same", "Half true")]
    [one] = find_peer_matches(CHECKED)
    assert (one.claim.newsroom, one.claim.url) == (taken, f"{taken.url}/claims/7/bridge/")


def test_contradicting_claims_are_distinguished(taken: PeerNewsroom) -> None:
    other = CHECKED.replace("seven", "nine")
    assert [kind for _claim, kind, _rating in found(other)] == ["related"]


def test_each_sentence_of_a_text_is_matched(taken: PeerNewsroom) -> None:
    text = f"Nobody was surprised. {CHECKED} It rained all day in the capital."
    assert found(text, cut="sentences") == [(7, "same", "Half true")]
    assert found("It rained all day in the capital.") == []
    assert found("") == []


def test_claims_retracted_there_are_no_longer_found(peer: PeerSite, taken: PeerNewsroom) -> None:
    peer.tell(7, "retracted", note="It was another council.")
    turn(taken)
    assert found(CHECKED) == []


def test_without_followed_newsrooms_one_query_suffices(db: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        assert find_peer_matches(CHECKED) == []


def test_beside_a_claim_at_the_desk(
    client: Client, taken: PeerNewsroom, checker: User, contributor: User
) -> None:
    claim = make_claim(CHECKED, state="proposed", created_by=contributor)
    client.force_login(checker)
    page = client.get(reverse("admin:claims_claim_change", args=[claim.pk])).content.decode()
    assert "checked by Sundvik Check" in page
    assert f'href="{taken.url}/claims/7/bridge/"' in page
    typed = {"statement": CHECKED, "claim": ""}
    assert "Half true" in client.post(reverse("admin:claims_claim_similar"), typed).content.decode()
    client.force_login(contributor)
    assert "Half true" not in client.post(reverse("admin:claims_claim_similar"), typed).content.decode()


def test_readers_see_them_beside_our_claims_and_marked_as_others(client: Client, taken: PeerNewsroom) -> None:
    page = client.post("/check/answer/", {"text": CHECKED}).content.decode()
    ours, _heading, theirs = page.partition("Checked by other newsrooms")
    assert "Half true" not in ours
    assert "has not verified them" in theirs
    assert f'href="{taken.url}/claims/7/bridge/"' in theirs
    match = client.post("/api/v1/match/", {"text": CHECKED}, content_type="application/json").content.decode()
    assert "Sundvik Check" not in match
    assert Claim.objects.count() == 0

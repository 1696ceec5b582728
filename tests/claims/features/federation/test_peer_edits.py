"""Actions of people about another newsroom, and refusals."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User

from claims.features.federation import peer_edits
from claims.features.federation.models import PeerNewsroom, PeerProgress
from claims.newsroom.refusals import NotAllowed, NotPossible
from tests.claims.features.federation.peer_site import PeerSite, progress_of, served_peer, turn

pytestmark = pytest.mark.django_db


@pytest.fixture
def other() -> Iterator[PeerSite]:
    """A second newsroom that calls itself as the first does."""
    with served_peer(signs_with="other") as site:
        yield site


def test_the_newsroom_at_an_address_is_shown_before_it_is_followed(peer: PeerSite) -> None:
    peer.tell(7)
    assert peer_edits.look_up_newsroom(f" {peer.url}/claims/7/bridge/?a=b ") == peer.signer
    assert PeerNewsroom.objects.count() == 0


def test_sites_that_cannot_be_followed(peer: PeerSite, monkeypatch: pytest.MonkeyPatch) -> None:
    def refusal(address: str) -> str:
        with pytest.raises(NotPossible) as refused:
            peer_edits.look_up_newsroom(address)
        return str(refused.value)

    assert "is not the address" in refusal("https://user:secret@check.example")
    assert "is not the address" in refusal("")
    assert refusal(f"{settings.SITE_URL}/claims/") == "This is our own site. A newsroom cannot follow itself."
    peer.url = "https://elsewhere.example"
    assert "This newsroom gives its site as https://elsewhere.example" in refusal(peer.address)
    peer.url, peer.secret = peer.address, settings.SIGNING_KEY or settings.SECRET_KEY
    assert "signs with our own key" in refusal(peer.address)
    peer.secret = "theirs"
    peer.changes_page = {"house": None}
    assert "is not signed" in refusal(peer.address)
    monkeypatch.setattr(settings, "WEBHOOKS_TO_LOOPBACK", False)
    assert "only 80, 443, 8080, 8443 are fetched" in refusal(peer.address)
    assert "not an address on the public internet" in refusal("http://127.0.0.1/")
    assert "not an address on the public internet" in refusal("http://169.254.169.254/")


def test_a_newsroom_with_our_name_is_renamed_or_not_followed(peer: PeerSite) -> None:
    peer.name = settings.NEWSROOM_NAME.upper()
    signer = peer_edits.look_up_newsroom(peer.url)
    with pytest.raises(NotPossible, match="would look like ours"):
        peer_edits.follow_newsroom(signer)
    assert peer_edits.follow_newsroom(signer, name="Sundvik Check").name == "Sundvik Check"


def test_two_of_one_name_are_distinguished(peer: PeerSite, other: PeerSite) -> None:
    peer_edits.follow_newsroom(peer.signer)
    with pytest.raises(NotPossible, match="could not tell them apart"):
        peer_edits.follow_newsroom(other.signer)
    with pytest.raises(NotPossible, match="already followed"):
        peer_edits.follow_newsroom(peer.signer, name="Again")
    assert peer_edits.follow_newsroom(other.signer, name="Sundvik Check, north").url == other.url


def test_only_administrators_can_follow_newsrooms(peer: PeerSite, editor: User, administrator: User) -> None:
    with pytest.raises(NotAllowed):
        peer_edits.follow_newsroom(peer.signer, by=editor)
    newsroom = peer_edits.follow_newsroom(peer.signer, by=administrator)
    assert newsroom.created_by == administrator
    for refused in (
        lambda: peer_edits.set_active(newsroom, is_active=False, by=editor),
        lambda: peer_edits.sync_now(newsroom, by=editor),
        lambda: peer_edits.accept_key(newsroom, peer.key, by=editor),
        lambda: peer_edits.restart_import(newsroom, by=editor),
    ):
        with pytest.raises(NotAllowed):
            refused()


def test_a_new_key_is_used_once_a_person_accepts_exactly_that_key(
    peer: PeerSite, newsroom: PeerNewsroom, administrator: User
) -> None:
    peer.tell(7)
    turn(newsroom)
    old = peer.key
    peer.secret = "another"
    peer.entries = [peer.sign(entry) for entry in peer.entries]
    peer.tell(8)
    turn(newsroom)
    for key in ("", old, "A" * 43):
        with pytest.raises(NotPossible):
            peer_edits.accept_key(newsroom, key, by=administrator)
    for refused in (peer_edits.sync_now, peer_edits.restart_import):
        with pytest.raises(NotPossible):
            refused(newsroom, by=administrator)
    peer_edits.accept_key(newsroom, peer.key, by=administrator)
    newsroom.refresh_from_db()
    assert (newsroom.key, turn(newsroom).failure) == (peer.key, "")
    assert list(newsroom.claims.order_by("claim_id").values_list("claim_id", flat=True)) == [7, 8]
    assert progress_of(newsroom).offered_key == ""


def test_our_own_key_is_not_accepted_from_others(
    peer: PeerSite, newsroom: PeerNewsroom, administrator: User
) -> None:
    peer.tell(7)
    turn(newsroom)
    peer.secret = settings.SIGNING_KEY or settings.SECRET_KEY
    peer.entries = [peer.sign(entry) for entry in peer.entries]
    turn(newsroom)
    with pytest.raises(NotPossible, match="own key"):
        peer_edits.accept_key(newsroom, peer.key, by=administrator)


def test_another_history_is_stored_once_a_person_starts_again(
    peer: PeerSite, newsroom: PeerNewsroom, administrator: User
) -> None:
    peer.tell(7)
    peer.tell(8)
    turn(newsroom)
    peer.entries = []
    peer.tell(9)
    turn(newsroom)
    assert progress_of(newsroom).halted == "history"
    peer_edits.restart_import(newsroom, by=administrator)
    assert newsroom.claims.count() == 0
    assert turn(newsroom).failure == ""
    assert list(newsroom.claims.values_list("claim_id", flat=True)) == [9]


def test_paused_it_is_left_alone(peer: PeerSite, newsroom: PeerNewsroom, administrator: User) -> None:
    peer.tell(7)
    peer_edits.set_active(newsroom, is_active=False, by=administrator)
    with pytest.raises(NotPossible, match="is paused"):
        peer_edits.sync_now(newsroom, by=administrator)
    with pytest.raises(AssertionError):
        turn(newsroom)
    peer_edits.set_active(newsroom, is_active=True, by=administrator)
    assert turn(newsroom).entry_count == 1


def test_two_that_follow_each_other_come_to_an_end(
    peer: PeerSite, newsroom: PeerNewsroom, publish: Any
) -> None:
    """Entries that we follow are not in our feed; those that they import from us, they serve as imported."""
    publish()
    peer.record()
    for entry in peer.entries:
        for verdict in entry["claim"]["verdicts"]:
            verdict["origin"] = "imported"
    peer.entries = [peer.sign(entry) for entry in peer.entries]
    ours = PeerProgress.objects.count()
    assert turn(newsroom).entry_count == 1
    assert (newsroom.claims.count(), ours) == (0, 1)

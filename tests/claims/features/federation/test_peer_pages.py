"""Following another newsroom at the desk: nothing before its key was seen, and a page that says how it does."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from claims.features.federation.models import PeerNewsroom, PeerProgress
from claims.ledger.house_signature import compute_fingerprint, get_public_key
from tests.claims.features.federation.peer_site import PeerSite, newsroom, peer, turn

__all__ = ["newsroom", "peer"]  # fixtures

pytestmark = pytest.mark.django_db

ADD = "/admin/federation/peernewsroom/add/"


@pytest.fixture
def desk(client: Client, administrator: User) -> Client:
    client.force_login(administrator)
    return client


def page_of(newsroom: PeerNewsroom) -> str:
    return reverse("admin:federation_peernewsroom_change", args=[newsroom.pk])


def test_is_followed_after_its_key_was_seen(desk: Client, peer: PeerSite, administrator: User) -> None:
    peer.tell(7)
    seen = desk.post(ADD, {"address": f"{peer.url}/claims/7/"}).content.decode()
    assert compute_fingerprint(peer.key) in seen
    assert compute_fingerprint(get_public_key()) in seen
    assert PeerNewsroom.objects.count() == 0
    answer = desk.post(ADD, {"url": peer.url, "key": peer.key, "name": "Sundvik"})
    [newsroom] = PeerNewsroom.objects.all()
    assert (newsroom.name, newsroom.key, newsroom.created_by) == ("Sundvik", peer.key, administrator)
    assert answer["Location"] == page_of(newsroom)


def test_another_key_than_the_one_that_was_seen_is_not_followed(desk: Client, peer: PeerSite) -> None:
    key = peer.key
    peer.secret = "another"
    answer = desk.post(ADD, {"url": peer.url, "key": key, "name": "Sundvik"}, follow=True).content.decode()
    assert "a different key from the one shown to you" in answer
    assert PeerNewsroom.objects.count() == 0


def test_an_address_that_cannot_be_followed_is_reported_at_the_field(desk: Client, peer: PeerSite) -> None:
    peer.changes_page = {"house": None}
    assert "is not signed" in desk.post(ADD, {"address": peer.url}).content.decode()


def test_its_page_says_why_it_stopped_and_a_key_is_accepted_there(
    desk: Client, peer: PeerSite, newsroom: PeerNewsroom
) -> None:
    peer.tell(7)
    turn(newsroom)
    peer.secret = "another"
    peer.entries = [peer.sign(entry) for entry in peer.entries]
    turn(newsroom)
    page = desk.get(page_of(newsroom)).content.decode()
    assert compute_fingerprint(newsroom.key) in page
    assert compute_fingerprint(peer.key) in page
    accept = reverse("admin:federation_peernewsroom_accept-key", args=[newsroom.pk])
    desk.post(accept, {"key": newsroom.key})
    assert PeerProgress.objects.get().halted == "key"
    desk.post(accept, {"key": peer.key})
    newsroom.refresh_from_db()
    assert (newsroom.key, PeerProgress.objects.get().halted) == (peer.key, "")


def test_newsrooms_with_problems_are_listed_on_the_desk(
    desk: Client, peer: PeerSite, newsroom: PeerNewsroom
) -> None:
    peer.changes_page = {"results": None}
    turn(newsroom)
    listed = desk.get("/admin/federation/peernewsroom/?queue=trouble").context["cl"]
    assert [row.pk for row in listed.result_list] == [newsroom.pk]
    assert "Peer newsrooms without updates" in desk.get("/admin/").content.decode()


def test_its_address_and_key_are_not_typed(desk: Client, peer: PeerSite, newsroom: PeerNewsroom) -> None:
    version = desk.get(page_of(newsroom)).context["version"]
    sent = {"name": "Sundvik", "url": "https://a.example", "key": "A" * 43, "version": version}
    desk.post(page_of(newsroom), sent)
    newsroom.refresh_from_db()
    assert (newsroom.url, newsroom.key) == (peer.url, peer.key)


def test_claims_are_found_by_their_words_and_link_to_their_page(
    client: Client, checker: User, peer: PeerSite, newsroom: PeerNewsroom
) -> None:
    peer.tell(7, statement="The ferry sank.")
    peer.tell(8, statement="Nothing <b>happened</b>.")
    turn(newsroom)
    client.force_login(checker)
    listed = client.get("/admin/federation/peerclaim/", {"q": "ferry"}).context["cl"]
    assert [row.claim_id for row in listed.result_list] == [7]
    everything = client.get("/admin/federation/peerclaim/").content.decode()
    assert f'href="{peer.url}/claims/7/bridge/"' in everything
    assert "Nothing &lt;b&gt;happened&lt;/b&gt;." in everything

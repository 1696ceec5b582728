"""Database rules for followed newsrooms: the origin of claims cannot be falsified."""

import pytest
from django.conf import settings

from claims.features.federation.models import PeerClaim, PeerNewsroom, PeerProgress
from sources.models import Publisher
from tests.helpers.broken_rules import refused, sql
from tests.helpers.sweeps import sweep

pytestmark = pytest.mark.django_db

NEWSROOM = "INSERT INTO federation_peernewsroom (name, url, key, active) VALUES (%s, %s, %s, true)"
SITE, KEY = "https://check.example", "A" * 43
CLAIM = (
    "INSERT INTO federation_peerclaim (newsroom_id, claim_id, status, statement, language, claimant, rating,"
    " rating_class, summary, url, note, published_at, taken_at, change, signature, body) VALUES"
    " (%s, 7, %s, %s, 'en', '', %s, %s, '', %s, '', now(), now(), %s, %s, %s)"
)
SAID = ("published", "It sank.", "False", "false", f"{SITE}/claims/7/", "{}", "A" * 86, "{}")


@pytest.fixture
def newsroom(db: None) -> PeerNewsroom:
    return PeerNewsroom.objects.create(name="Sundvik Check", url=SITE, key=KEY)


@sweep(
    ("values", "rule"),
    [
        (("", SITE, KEY), "peernewsroom_has_a_name"),
        (("A", "ftp://check.example", KEY), "peernewsroom_address_is_a_site"),
        (("A", f"{SITE}/", KEY), "peernewsroom_address_is_a_site"),
        (("A", "https://user@check.example", KEY), "peernewsroom_address_is_a_site"),
        (("A", SITE, KEY[1:]), "peernewsroom_key_is_of_ed25519"),
        (("A", SITE, "!" * 43), "peernewsroom_key_is_of_ed25519"),
        (("SUNDVIK CHECK", "https://a.example", "B" * 43), "peernewsroom_has_its_own_name"),
        (("A", "https://a.example", KEY), "peernewsroom_has_its_own_key"),
        (("A", SITE, "B" * 43), "peernewsroom_is_followed_once"),
    ],
    undone=True,
)
def test_invalid_newsrooms_are_refused(newsroom: PeerNewsroom, values: tuple[str, ...], rule: str) -> None:
    refused(NEWSROOM, *values, match=rule)


@sweep("spelled", ["{}", " {} ", "{}!", "«{}»"], undone=True)
def test_no_peer_can_have_the_name_of_the_newsroom(newsroom: PeerNewsroom, spelled: str) -> None:
    house = Publisher.objects.get_house()
    for name in (spelled.format(house.name), spelled.format(house.name.upper())):
        refused(NEWSROOM, name, "https://a.example", "B" * 43, match="peernewsroom_is_not_the_house")
        refused("UPDATE federation_peernewsroom SET name = %s", name, match="peernewsroom_is_not_the_house")
    assert house.name == settings.NEWSROOM_NAME


def test_its_address_is_fixed_and_its_progress_never_decreases(newsroom: PeerNewsroom) -> None:
    refused(
        "UPDATE federation_peernewsroom SET url = 'https://a.example'", match="peernewsroom_address_stays"
    )
    assert sql("UPDATE federation_peerprogress SET sequence = 9, last_change = '{}'") == 1
    refused("UPDATE federation_peerprogress SET sequence = 8", match="peerprogress_goes_forward")
    refused("UPDATE federation_peerprogress SET last_change = ''", match="peerprogress_stands_at_an_entry")
    assert sql("UPDATE federation_peerprogress SET sequence = 0, last_change = ''") == 1


@sweep(
    ("change", "rule"),
    [
        ("halted = 'key'", "peerprogress_failures_have_begun"),
        ("consecutive_failures = 1", "peerprogress_failures_have_begun"),
        ("failure = 'Gone.'", "peerprogress_failures_have_begun"),
        ("halted = 'mood', failing_since = now(), failure = 'x', consecutive_failures = 1", "halt_is_known"),
        ("offered_key = 'A'", "peerprogress_offers_a_key"),
    ],
    undone=True,
)
def test_invalid_progress_is_refused(newsroom: PeerNewsroom, change: str, rule: str) -> None:
    refused(f"UPDATE federation_peerprogress SET {change}", match=rule)


@sweep(
    ("place", "value", "rule"),
    [
        (0, "draft", "peerclaim_"),
        (0, "retracted", "peerclaim_body_goes_with_the_verdict"),
        (1, "", "peerclaim_says_something"),
        (1, "x" * 10_001, "peerclaim_statement_fits"),
        (2, "", "peerclaim_says_something"),
        (3, "wrong", "peerclaim_class_is_known"),
        (4, f"{settings.SITE_URL}/claims/7/", "peerclaim_page_is_its_newsrooms"),
        (4, f"{SITE}.evil.example/claims/7/", "peerclaim_page_is_its_newsrooms"),
        (5, "", "peerclaim_is_signed"),
        (6, "", "peerclaim_is_signed"),
        (7, "", "peerclaim_body_goes_with_the_verdict"),
    ],
    undone=True,
)
def test_invalid_claims_are_refused(newsroom: PeerNewsroom, place: int, value: str, rule: str) -> None:
    said = [*SAID[:place], value, *SAID[place + 1 :]]
    refused(CLAIM, newsroom.pk, *said, match=rule)


def test_a_claim_cannot_be_moved_to_another_newsroom(newsroom: PeerNewsroom) -> None:
    other = PeerNewsroom.objects.create(name="Another", url="https://a.example", key="B" * 43)
    assert sql(CLAIM, newsroom.pk, *SAID) == 1
    refused(CLAIM, newsroom.pk, *SAID, match="peerclaim_is_taken_once")
    refused("UPDATE federation_peerclaim SET newsroom_id = %s", other.pk, match="peerclaim_")
    refused("UPDATE federation_peerclaim SET claim_id = 8", match="peerclaim_stays_whose_it_is")
    newsroom.delete()
    assert (PeerClaim.objects.count(), PeerProgress.objects.count()) == (0, 1)

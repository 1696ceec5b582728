"""A newsroom is followed: what it publishes is known here as its own."""

import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from claims.features.federation import ledger_feed, sync_run
from claims.features.federation.models import PeerClaim, PeerNewsroom, PeerProgress
from claims.ledger.house_signature import is_signed_by
from claims.models import Claim, Publication, Verdict
from claims.review import workflow
from sources.http.fetched_documents import Limits
from sources.models import Publisher
from tests.claims.features.federation.peer_site import PeerSite, progress_of, turn

pytestmark = pytest.mark.django_db


def taken(newsroom: PeerNewsroom) -> list[tuple[int, str, str]]:
    rows = newsroom.claims.order_by("claim_id")
    return list(rows.values_list("claim_id", "status", "rating"))


def test_claims_of_another_newsroom_are_stored_as_its_own(peer: PeerSite, newsroom: PeerNewsroom) -> None:
    peer.tell(7, statement="The harbour bridge cost 40 million euros.")
    peer.tell(8, rating="Half true")
    peer.tell(7, kind="correction", note="A new audit.", rating="True")
    assert turn(newsroom).entry_count == 3
    assert taken(newsroom) == [(7, "published", "True"), (8, "published", "Half true")]
    claim = newsroom.claims.get(claim_id=7)
    assert (claim.statement, claim.claimant, claim.url, claim.note) == (
        "The harbour bridge cost 40 million euros.",
        "Mara Lindqvist",
        f"{peer.url}/claims/7/bridge/",
        "A new audit.",
    )
    assert claim.document == peer.entries[2]["claim"]
    assert is_signed_by(peer.key, claim.change.encode(), claim.signature)
    progress = progress_of(newsroom)
    assert (progress.sequence, progress.failure, progress.halted) == (3, "", "")


def test_a_ledger_of_this_very_program(
    peer: PeerSite, newsroom: PeerNewsroom, publish: Callable[..., Claim], editor: Any
) -> None:
    first, second, third = publish(), publish(), publish()
    workflow.move(second.verdicts.get(), "retract", by=editor, note="It was another ship.")
    workflow.move(third, "merge", by=editor, into=first)
    peer.record()
    before = (Claim.objects.count(), Verdict.objects.count(), Publication.objects.count())
    assert turn(newsroom).failure == ""
    assert [(claim_id, status) for claim_id, status, _rating in taken(newsroom)] == [
        (first.pk, "published"),
        (second.pk, "retracted"),
        (third.pk, "merged"),
    ]
    assert newsroom.claims.get(claim_id=second.pk).note == "It was another ship."
    assert newsroom.claims.get(claim_id=third.pk).merged_into == first.pk
    assert newsroom.claims.get(claim_id=first.pk).statement == first.statement
    assert progress_of(newsroom).sequence == Publication.objects.count()
    assert (Claim.objects.count(), Verdict.objects.count(), Publication.objects.count()) == before


def test_followed_claims_do_not_reach_our_ledger_and_feeds(
    peer: PeerSite, newsroom: PeerNewsroom, client: Any
) -> None:
    publishers = list(Publisher.objects.order_by("pk").values())
    peer.tell(7, statement="Sundvik alone says this sentence.")
    turn(newsroom)
    assert (Claim.objects.count(), Verdict.objects.count(), Publication.objects.count()) == (0, 0, 0)
    assert list(Publisher.objects.order_by("pk").values()) == publishers
    for path in ("changes/", "claims/", "verdicts/", "claims.jsonl"):
        assert "Sundvik" not in client.get(f"/api/v1/{path}").getvalue().decode()


def test_claims_that_it_imported_are_not_fetched(peer: PeerSite, newsroom: PeerNewsroom) -> None:
    peer.tell(7, origin="imported")
    peer.tell(8, origin="house_archive")
    peer.tell(8, origin="imported", note="Withdrawn, but for what another said.")
    turn(newsroom)
    assert taken(newsroom) == [(8, "retracted", "False")]
    assert newsroom.claims.get().body == ""


def test_continues_at_its_position_page_by_page(
    peer: PeerSite, newsroom: PeerNewsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync_run, "fetch_entries", partial(ledger_feed.fetch_entries, sizes=(3,)))
    for number in range(1, 8):
        peer.tell(number)
    stops = iter([False, True])
    tally = sync_run.sync_newsroom(newsroom.pk, is_stopped=lambda: next(stops))
    assert tally is not None
    assert (tally.entry_count, tally.is_finished) == (3, False)
    assert progress_of(newsroom).sequence == 3
    assert turn(newsroom).entry_count == 4
    assert [path.rpartition("=")[2] for path, _headers in peer.requests] == ["0", "2", "4"]
    assert turn(newsroom).entry_count == 0


def test_only_one_process_syncs_a_newsroom(peer: PeerSite, newsroom: PeerNewsroom) -> None:
    peer.tell(7)
    later = timezone.now() + timedelta(minutes=1)
    PeerProgress.objects.update(held_until=later)
    assert sync_run.sync_newsroom(newsroom.pk) is None
    assert sync_run.list_due_newsrooms() == []
    PeerProgress.objects.update(held_until=timezone.now() - timedelta(seconds=1))
    assert sync_run.list_due_newsrooms() == [newsroom.pk]
    assert turn(newsroom).entry_count == 1


def test_a_run_whose_lease_was_taken_over_stores_nothing(
    peer: PeerSite, newsroom: PeerNewsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    peer.tell(7)

    def slowly(*args: Any, **named: Any) -> Any:
        answer = ledger_feed.fetch_entries(*args, **named)
        PeerProgress.objects.update(held_until=timezone.now() + timedelta(hours=1))
        return answer

    monkeypatch.setattr(sync_run, "fetch_entries", slowly)
    assert turn(newsroom).entry_count == 0
    assert taken(newsroom) == []


def test_the_number_of_queries_does_not_grow_with_entries(
    peer: PeerSite, newsroom: PeerNewsroom, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for count in (1, 3):
        for number in range(count):
            peer.tell(100 * count + number)
        PeerProgress.objects.update(next_visit_at=timezone.now())
        with django_assert_num_queries(13):
            sync_run.sync_newsroom(newsroom.pk)
    assert newsroom.claims.count() == 4


def test_its_name_here_is_the_one_that_a_person_gave(peer: PeerSite, newsroom: PeerNewsroom) -> None:
    peer.name = settings.NEWSROOM_NAME
    peer.tell(7)
    assert turn(newsroom).failure == ""
    newsroom.refresh_from_db()
    assert (newsroom.name, PeerClaim.objects.get().newsroom.name) == ("Sundvik Check", "Sundvik Check")


def test_a_page_that_is_too_large_is_requested_in_parts(
    peer: PeerSite, newsroom: PeerNewsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = max(len(json.dumps(peer.tell(number))) for number in range(1, 15))
    monkeypatch.setattr(ledger_feed, "LIMITS", Limits(content_bytes=11 * size, total_seconds=60))
    tally = turn(newsroom)
    assert (tally.failure, tally.entry_count) == ("", 14)


def test_words_removed_there_are_removed_here(peer: PeerSite, newsroom: PeerNewsroom) -> None:
    peer.tell(7, statement="Mara Lindqvist sold the bridge.")
    peer.tell(8, statement="Mara Lindqvist bought a ship.")
    peer.tell(8, status="retracted", kind="retraction", note="Not Mara Lindqvist.")
    turn(newsroom)
    summary = newsroom.claims.get(claim_id=7).summary
    hidden = {"name": "█" * 14}
    peer.tell(
        7, kind="removal", statement="██████████████ sold the bridge.", claimant=hidden, note="Court order"
    )
    peer.tell(8, status="retracted", kind="removal", note="Court order")
    assert turn(newsroom).failure == ""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM federation_peerclaim AS row WHERE row::text ILIKE '%lindqvist sold%'"
        )
        assert cursor.fetchone() == (0,)
    assert list(
        newsroom.claims.order_by("claim_id").values_list("status", "statement", "claimant", "summary", "note")
    ) == [
        (
            "published",
            "██████████████ sold the bridge.",
            "█" * 14,
            summary,
            "Court order",
        ),
        ("retracted", "████", "", "", "Court order"),
    ]

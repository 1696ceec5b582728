"""Invalid data from a followed newsroom: nothing is imported, and people are notified."""

import gzip
from collections.abc import Callable
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection
from django.utils import timezone

from claims.features.federation import alarms, sync_run, tasks
from claims.features.federation.ledger_feed import LIMITS
from claims.features.federation.models import PeerNewsroom, PeerProgress
from tests.claims.features.federation.peer_site import PeerSite, progress_of, turn

pytestmark = pytest.mark.django_db


def taken(newsroom: PeerNewsroom) -> list[tuple[int, str, str]]:
    rows = newsroom.claims.order_by("claim_id")
    return list(rows.values_list("claim_id", "status", "rating"))


def change_key(peer: PeerSite) -> None:
    peer.secret = "another"
    peer.entries = [peer.sign(entry) for entry in peer.entries]


def rewrite_last(peer: PeerSite) -> None:
    peer.entries[-1] = peer.sign(peer.entries[-1] | {"note": "We never said so."})


def lose_last(peer: PeerSite) -> None:
    peer.entries.pop()


def move(peer: PeerSite) -> None:
    peer.url = "https://elsewhere.example"


HALTS = {
    "key": (change_key, "key"),
    "history": (rewrite_last, "history"),
    "lost entries": (lose_last, "history"),
    "address": (move, "address"),
}


@pytest.mark.parametrize(("happens", "halt"), HALTS.values(), ids=HALTS)
def test_stops_until_an_administrator_decides(
    happens: Callable[[PeerSite], None],
    halt: str,
    peer: PeerSite,
    newsroom: PeerNewsroom,
    administrator: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:
    peer.tell(7)
    peer.tell(8)
    peer.tell(9)
    turn(newsroom)
    happens(peer)
    tally = turn(newsroom)
    progress = progress_of(newsroom)
    assert (progress.halted, progress.failure, progress.sequence) == (halt, tally.failure, 3)
    assert progress.offered_key == (peer.key if halt == "key" else "")
    PeerProgress.objects.update(next_visit_at=timezone.now())
    assert sync_run.list_due_newsrooms() == []
    assert sync_run.sync_newsroom(newsroom.pk) is None
    assert [row[0] for row in taken(newsroom)] == [7, 8, 9]
    tasks.mail_alarm(newsroom_id=newsroom.pk)
    [message] = mail.outbox
    assert message.to == [administrator.email]
    assert tally.failure in message.body


def forge(peer: PeerSite) -> None:
    peer.entries[-1]["signature"] = peer.entries[0]["signature"]


def sign_with_another(peer: PeerSite) -> None:
    key = peer.key
    peer.secret = "another"
    peer.tell(9)
    peer.changes_page = {"house": {"name": peer.name, "url": peer.url, "key": key}}


def alter_claim(peer: PeerSite) -> None:
    peer.entries[-1]["claim"]["statement"] = "It sank."


def alter_entry(peer: PeerSite) -> None:
    peer.entries[-1]["status"] = "retracted"


def skip(peer: PeerSite) -> None:
    peer.entries[-1] = peer.sign(peer.entries[-1] | {"sequence": 4})


def repeat(peer: PeerSite) -> None:
    peer.entries.append(peer.entries[-1])


def unsigned(peer: PeerSite) -> None:
    peer.changes_page = {"house": None}


def endless(peer: PeerSite) -> None:
    peer.changes_page = {"more": True, "results": peer.entries[:1]}


def last(**said: Any) -> Callable[[PeerSite], None]:
    def changed(peer: PeerSite) -> None:
        entry = peer.entries[-1]
        peer.entries[-1] = peer.sign(entry | {"claim": entry["claim"] | said})

    return changed


def change(**said: Any) -> Callable[[PeerSite], None]:
    def changed(peer: PeerSite) -> None:
        peer.entries[-1] = peer.sign(peer.entries[-1] | said)

    return changed


def deepen(peer: PeerSite) -> None:
    nested: Any = []
    for _level in range(500):
        nested = [nested]
    peer.entries[-1]["claim"]["context"] = nested


NOT_BELIEVED = {
    "another entry's signature": (forge, "Entry 2 lacks the newsroom’s signature."),
    "another key's signature": (sign_with_another, "Entry 3 lacks the newsroom’s signature."),
    "an altered claim": (alter_claim, "The claim in entry 2 differs from the one that was signed."),
    "an altered entry": (alter_entry, "Entry 2 lacks the newsroom’s signature."),
    "a gap": (skip, "The newsroom’s ledger has a gap: entry 4 came instead of entry 2."),
    "a number twice": (repeat, "The newsroom’s ledger has a gap: entry 2 came instead of entry 3."),
    "no signatures": (
        unsigned,
        "The newsroom’s feed of changes is not signed: its server runs an older version or different software.",
    ),
    "no end": (endless, "The newsroom announced more changes, but sent none."),
    "our own page": (
        last(url="http://localhost:8000/claims/7/"),
        "is given as http://localhost:8000/claims/7/",
    ),
    "a page of a like address": (
        last(url="http://127.0.0.1.evil.example/claims/8/"),
        "which is not on the newsroom’s site.",
    ),
    "a script": (last(url="javascript:alert(1)"), "which is not on the newsroom’s site."),
    "another claim's body": (last(id=9), "Entry 2 contains a different claim from the one it names."),
    "depth": (deepen, "The newsroom’s response is nested too deeply."),
    "no statement": (
        last(statement=" "),
        "A claim in the newsroom’s response must have a “statement” of at most 10000 characters.",
    ),
    "an endless statement": (last(statement="x" * 10_001), "must have a “statement”"),
    "NUL": (last(statement="The bridge\0 cost"), "must have a “statement”"),
    "no language": (last(language="<b>"), "which is not a language."),
    "an unknown status": (change(status="draft", claim=None), "an unknown status: “draft”."),
    "a number that is none": (
        change(claim_id=True, status="retracted", claim=None),
        "has no number in “claim_id”.",
    ),
    "a number too large": (
        change(claim_id=2**63, status="retracted", claim=None),
        "has no number in “claim_id”.",
    ),
    "no moment": (change(published_at="yesterday"), "Entry 2 has no publication time."),
    "a moment before all": (change(published_at="0001-01-01T00:00:00+14:00"), "has no publication time."),
    "the future": (
        change(published_at="9999-12-31T00:00:00+00:00"),
        "Entry 2 has a publication time in the future.",
    ),
    "no time zone": (change(published_at="2026-05-01T12:00:00"), "without a time zone"),
}


@pytest.mark.slow
@pytest.mark.parametrize(("happens", "sentence"), NOT_BELIEVED.values(), ids=NOT_BELIEVED)
def test_nothing_is_stored_from_rejected_pages(
    happens: Callable[[PeerSite], None], sentence: str, peer: PeerSite, newsroom: PeerNewsroom
) -> None:
    peer.tell(7)
    turn(newsroom)
    peer.tell(8)
    happens(peer)
    assert sentence in turn(newsroom).failure
    progress = progress_of(newsroom)
    assert (progress.sequence, progress.halted, progress.consecutive_failures) == (1, "", 1)
    assert taken(newsroom) == [(7, "published", "False")]


def bomb(request: BaseHTTPRequestHandler) -> None:
    content = gzip.compress(b" " * (LIMITS.content_bytes + 100_000))
    request.send_response(200)
    request.send_header("Content-Type", "application/json")
    request.send_header("Content-Encoding", "gzip")
    request.send_header("Content-Length", str(len(content)))
    request.end_headers()
    request.wfile.write(content)


def body(content: bytes, status: int = 200, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        for name, value in (
            {"Content-Type": "application/json", "Content-Length": str(len(content))} | named
        ).items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(content)

    return answer


def drip(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Type", "application/json")
    request.end_headers()
    while True:
        request.wfile.write(b" " * 1_000_000)


ANSWERS = {
    "a fault": (body(b"{}", 500), "has a problem (HTTP 500)"),
    "a page": (body(b"<p>Hello</p>", Content_Type="text/html"), "has the type text/html"),
    "a page that says it is JSON": (body(b"<p>Hello</p>"), "is not a feed of changes"),
    "another document": (body(b'{"claims": []}'), "is not a feed of changes"),
    "a number": (body(b"1"), "is not a feed of changes"),
    "depth": (body(b"[" * 200_000 + b"]" * 200_000), "is not a feed of changes"),
    "half a surrogate": (
        body(rb'{"house": "\ud800", "more": false, "results": []}'),
        "is not a feed of changes",
    ),
    "a bomb": (bomb, "is larger than 20 MB"),
    "no end": (drip, "is larger than 20 MB"),
    "another site": (body(b"", 302, Location="http://127.0.0.2:1/"), "redirects to http://127.0.0.2:1"),
    "a private address": (body(b"", 302, Location="http://10.0.0.1/"), "redirects to http://10.0.0.1"),
    "nothing new, unasked": (body(b"", 304), "to an unconditional request"),
    "a pause": (body(b"{}", 429, Retry_After="7200"), "asks us to slow down"),
}


@pytest.mark.slow
@pytest.mark.parametrize(("answer", "sentence"), ANSWERS.values(), ids=ANSWERS)
def test_any_answer(
    answer: Callable[[BaseHTTPRequestHandler], None], sentence: str, peer: PeerSite, newsroom: PeerNewsroom
) -> None:
    peer.answers.answer = answer  # type: ignore[attr-defined]
    assert sentence in turn(newsroom).failure
    progress = progress_of(newsroom)
    assert (progress.sequence, progress.halted, progress.consecutive_failures) == (0, "", 1)
    wait = progress.next_visit_at - timezone.now()
    assert wait > timedelta(minutes=119) if sentence.startswith("asks") else wait < timedelta(minutes=3)


def test_a_private_address_is_not_asked(newsroom: PeerNewsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "WEBHOOKS_TO_LOOPBACK", False)
    assert "only 80, 443, 8080, 8443 are fetched" in turn(newsroom).failure


def test_recovers_by_itself_and_notifies_people_of_the_outage(
    peer: PeerSite, newsroom: PeerNewsroom, administrator: Any
) -> None:
    peer.tell(7)
    whole, peer.answers.answer = peer.answers.answer, body(b"{}", 500)  # type: ignore[attr-defined]
    asked: list[int] = []
    for _attempt in range(sync_run.ALARM_AFTER_FAILURES):
        turn(newsroom)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s", [alarms.ALARM_TASK]
            )
            asked.append(cursor.fetchone()[0])
    assert asked == [0, 0, 0, 0, 1]
    assert [row.pk for row in PeerNewsroom.objects.with_problems()] == [newsroom.pk]
    peer.answers.answer = whole  # type: ignore[attr-defined]
    assert turn(newsroom).entry_count == 1
    assert PeerNewsroom.objects.with_problems().count() == 0
    tasks.mail_alarm(newsroom_id=newsroom.pk)
    assert mail.outbox == []

"""Followers of the feed of changes end with exactly the published claims, even if they are killed repeatedly."""

import hashlib
import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from claims.ledger.document.claim_document import render
from claims.models import Publication
from claims.review import workflow
from tests.helpers.ledger_traffic import busy_newsroom, listed
from tests.helpers.newsroom import make_claim, make_draft

URL = "/api/v1/changes/"

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class Follower:
    """Who keeps a copy. `place` and `claims` are what survives when it is killed."""

    client: Client
    place: str = URL
    claims: dict[int, bytes] = field(default_factory=dict)
    seen: list[int] = field(default_factory=list)

    def read(self, *, killed: bool = False) -> bool:
        """Apply one page, or be killed in the middle of it. Return whether there is more."""
        page = self.client.get(self.place).json()
        claims = dict(self.claims)
        for change in page["results"]:
            if killed:
                return True
            if change["status"] == "published":
                claims[change["claim_id"]] = body = render(change["claim"]).encode()
                assert hashlib.sha256(body).hexdigest() == change["body_sha256"]
            else:
                claims.pop(change["claim_id"], None)
            self.seen.append(change["sequence"])
        self.claims, self.place = claims, page["next"]
        more: bool = page["more"]
        return more


def test_followers_end_with_exactly_the_published_claims(checker: User, editor: User) -> None:
    """Both those who read every entry and those who read the newest of each claim."""
    client = Client()
    followers = {
        entries: Follower(client, f"{URL}?page_size=3&entries={entries}") for entries in ("all", "newest")
    }
    chance = random.Random(7)  # noqa: S311  no secret
    with busy_newsroom(checker, editor, people=4, steps=25, seed=1) as people:
        while any(person.is_alive() for person in people):
            for follower in followers.values():
                follower.read(killed=chance.random() < 0.3)
    published = listed(client)
    assert published
    for follower in followers.values():
        while follower.read():
            pass
        assert follower.claims == published
        # It met no entry twice, and all in order.
        assert follower.seen == sorted(set(follower.seen))
    # Of the newest alone, it met some.
    ledger = list(Publication.objects.order_by("sequence").values_list("sequence", flat=True))
    newest = Publication.objects.newest().values_list("sequence", flat=True)
    assert followers["all"].seen == ledger
    assert set(newest) <= set(followers["newest"].seen) <= set(ledger)


def test_entry_is_not_seen_before_those_that_are_numbered_earlier(checker: User, editor: User) -> None:
    """Otherwise a reader that has seen the later one would have skipped the earlier one."""
    slow, quick = (
        workflow.move(
            workflow.move(make_draft(make_claim(), checker), "submit", by=checker), "sign_off", by=editor
        )
        for _ in range(2)
    )
    numbered, may_commit = Event(), Event()

    def publish_slowly() -> None:
        with transaction.atomic():
            workflow.move(slow, "publish", by=editor)
            numbered.set()
            may_commit.wait()
        connection.close()

    def publish_quickly() -> None:
        workflow.move(quick, "publish", by=editor)
        connection.close()

    people = [Thread(target=publish_slowly), Thread(target=publish_quickly)]
    people[0].start()
    numbered.wait()
    people[1].start()
    try:
        while not somebody_waits():
            assert people[1].is_alive()
        assert Client().get(URL).json()["results"] == []
    finally:
        may_commit.set()
        for person in people:
            person.join()
    changes = Client().get(URL).json()["results"]
    assert [change["claim_id"] for change in changes] == [slow.claim_id, quick.claim_id]


def somebody_waits() -> bool:
    """Whether a transaction waits for the lock under which entries are numbered."""
    with connection.cursor() as sql:
        sql.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return sql.fetchone() != (0,)


MIRROR = settings.BASE_DIR / "docs" / "examples" / "mirror.py"


def mirror(feed: str, file: Path, *options: str) -> "subprocess.Popen[str]":
    command = [sys.executable, str(MIRROR), feed, str(file), "--every", "0", *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_mirror_of_the_handbook_that_is_killed_at_random(
    live_server: LiveServer, tmp_path: Path, checker: User, editor: User
) -> None:
    file, feed = tmp_path / "claims.sqlite", f"{live_server.url}{URL}"
    chance = random.Random(3)  # noqa: S311  no secret
    killed = 0
    with busy_newsroom(checker, editor, people=2, steps=25, seed=2) as people:
        while killed < 2 or any(person.is_alive() for person in people):
            with mirror(feed, file) as running:
                assert running.stdout
                for _ in range(chance.randrange(1, 15)):
                    running.stdout.readline()
                running.kill()
            killed += 1
    with mirror(feed, file, "--once") as running:
        assert running.wait() == 0
    with closing(sqlite3.connect(file)) as copy:
        mirrored = {pk: body.encode() for pk, body in copy.execute("SELECT id, body FROM claim")}
    assert mirrored == listed(Client())
    assert mirrored
    assert Publication.objects.count() > 20

"""A newsroom, a copy of it from a backup, and two witnesses: each with a database and a web server of its own."""

import multiprocessing
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, connections
from django.test import Client, override_settings
from django.urls import reverse
from psycopg import sql

from claims.features.federation.models import PeerNewsroom
from claims.features.witnesses.agreements import agree_with_peers
from claims.features.witnesses.models import Witness, WitnessedLog
from claims.features.witnesses.policy import list_desk_concerns
from claims.features.witnesses.submission import request_cosignatures
from claims.features.witnesses.witnessing import build_witness_verifier_key
from claims.ledger.house_signature import decode_bytes, get_public_key
from claims.ledger.proofs.checkpoints import sign_ledger
from claims.ledger.proofs.signed_note import format_verifier_key
from claims.ledger.verification.verification_run import verify
from claims.models import Checkpoint, Claim
from tests.helpers.database import administration, copy_template, drop_database
from tests.helpers.newsroom import make_claim, person

pytestmark = pytest.mark.django_db(transaction=True)

Publish = Callable[..., Claim]


class Quiet(WSGIRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        """Keep quiet."""


@dataclass
class Installation:
    database: str
    url: str
    secret: str

    @contextmanager
    def here(self) -> Iterator[None]:
        """Work in this installation."""
        before = connection.settings_dict["NAME"]
        connections.close_all()
        connection.settings_dict["NAME"] = self.database
        try:
            with override_settings(SITE_URL=self.url, SIGNING_KEY=self.secret):
                yield
        finally:
            connections.close_all()
            connection.settings_dict["NAME"] = before

    def serve(self, server: WSGIServer) -> None:
        with self.here():
            server.serve_forever()


@contextmanager
def serving(name: str) -> Iterator[Installation]:
    """Run a new installation in a process of its own."""
    database = f"{connection.settings_dict['NAME']}_{name}"
    connections.close_all()
    copy_template(database)
    server = make_server("127.0.0.1", 0, WSGIHandler(), handler_class=Quiet)
    installation = Installation(database, f"http://127.0.0.1:{server.server_port}", f"the secret of {name}")
    process = multiprocessing.get_context("fork").Process(target=installation.serve, args=(server,))
    process.start()
    try:
        yield installation
    finally:
        process.kill()
        process.join()
        server.server_close()
        drop_database(database)


@pytest.fixture
def witnesses() -> Iterator[list[Installation]]:
    with serving("berlin") as berlin, serving("lagos") as lagos:
        yield [berlin, lagos]


@pytest.fixture
def backup() -> Iterator[Callable[[], Installation]]:
    """What restores the newsroom of the test, as it is now, beside it."""
    here = connection.settings_dict["NAME"]
    restored = Installation(f"{here}_restored", "http://localhost:8000", "")

    def restore() -> Installation:
        connections.close_all()
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        with administration() as server:
            server.execute(copy.format(sql.Identifier(restored.database), sql.Identifier(here)))
        return restored

    yield restore
    drop_database(restored.database)


def agree(newsroom: Checkpoint, witness: Installation) -> None:
    """Exchange the two lines."""
    with witness.here():
        key = newsroom.key
        WitnessedLog.objects.create(
            verifier_key=format_verifier_key(key.origin, decode_bytes(key.public_key))
        )
        line = build_witness_verifier_key()
    Witness.objects.create(verifier_key=line, url=f"{witness.url}/witness")


def signed() -> Checkpoint:
    checkpoint = sign_ledger()
    assert checkpoint
    return checkpoint


def desk() -> str:
    """Return what an administrator sees first."""
    client = Client()
    client.force_login(person("ada", "Administrator"))
    return client.get(reverse("admin:index"), follow=True).content.decode()


def refusal(url: str, submission: str) -> tuple[int, str, str]:
    with pytest.raises(HTTPError) as caught:
        urllib.request.urlopen(urllib.request.Request(f"{url}/witness/add-checkpoint", submission.encode()))
    answer = caught.value
    return answer.code, answer.headers["Content-Type"], answer.read().decode()


def test_a_newsroom_with_two_histories_is_refused_and_both_desks_are_warned(
    publish: Publish,
    witnesses: list[Installation],
    backup: Callable[[], Installation],
    settings: Any,
) -> None:
    settings.WEBHOOKS_TO_LOOPBACK = True
    claim = publish(make_claim("The bridge at Elvas was closed for nine days."))
    first = signed()
    for witness in witnesses:
        agree(first, witness)
    assert (request_cosignatures(), list_desk_concerns(), list(verify())) == (2, [], [])
    page = Client().get(f"/claims/{claim.pk}/", follow=True).content.decode()
    assert [f"<bdi>{witness.name}</bdi>" in page for witness in Witness.objects.all()] == [True, True]

    restored = backup()
    publish(make_claim("The road to Nisa has three lanes."))
    signed()
    assert request_cosignatures() == 2
    with restored.here():
        publish(make_claim("The road to Nisa has four lanes."))
        fork = signed()
        assert request_cosignatures() == 0
        problems = list(Witness.objects.values_list("failure", "sees_two_histories"))
        assert [("different history" in problem, forked) for problem, forked in problems] == [
            (True, True)
        ] * 2
        page = desk()
        assert [concern in page for concern in list_desk_concerns()] == [True, True]
    for witness in witnesses:
        with witness.here():
            [log] = WitnessedLog.objects.all()
            assert (log.tree_size, log.refusal, log.refusal_is_proof) == (2, fork.note, True)
            [concern] = list_desk_concerns()
            assert (log.name in concern, concern in desk()) == (True, True)
        assert refusal(witness.url, f"old 2\n\n{fork.note}") == (409, "text/x.tlog.size", "2\n")

    publish(make_claim("The ferry to Olhão carries forty cars."))
    signed()
    assert (request_cosignatures(), list_desk_concerns()) == (2, [])


def test_newsrooms_that_follow_each_other_witness_each_other(
    publish: Publish, witnesses: list[Installation], settings: Any
) -> None:
    settings.WEBHOOKS_TO_LOOPBACK = True
    publish(make_claim("The bridge at Elvas was closed for nine days."))
    newsroom, berlin, here = signed().key, witnesses[0], settings.SITE_URL
    with berlin.here():
        theirs = get_public_key()
    PeerNewsroom.objects.create(name="Berlin", url=berlin.url, key=theirs)
    # As long as only one follows the other, only one is a witness.
    agree_with_peers()
    [log] = WitnessedLog.objects.all()
    name = f"{berlin.url[7:]}/api/v1/ledger"
    assert (log.name, log.public_key, Witness.objects.count()) == (name, decode_bytes(theirs), 0)
    with berlin.here():
        PeerNewsroom.objects.create(name="Elvas", url=here, key=newsroom.public_key)
        agree_with_peers()
    agree_with_peers()
    [witness] = Witness.objects.all()
    assert (witness.name, request_cosignatures(), list_desk_concerns()) == (
        f"{berlin.url[7:]}/witness",
        1,
        [],
    )
    # What a person switched off stays so.
    Witness.objects.update(active=False)
    WitnessedLog.objects.update(active=False)
    agree_with_peers()
    assert (
        Witness.objects.filter(active=True).count(),
        WitnessedLog.objects.filter(active=True).count(),
    ) == (0, 0)

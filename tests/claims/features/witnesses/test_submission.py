"""Our checkpoints are submitted to witnesses, and what they cosign is published."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from claims.features.witnesses import submission
from claims.features.witnesses.models import Cosignature, Witness, WitnessedLog
from claims.features.witnesses.submission import request_cosignatures
from claims.features.witnesses.witnessing import build_witness_verifier_key
from claims.ledger.house_signature import decode_bytes
from claims.ledger.proofs.checkpoints import sign_ledger
from claims.ledger.proofs.cosignature import find_cosignature
from claims.ledger.proofs.signed_note import format_verifier_key
from claims.models import Checkpoint, Claim
from sources.http.sent_messages import PostError, PostResponse
from tests.helpers.broken_rules import sql
from tests.helpers.newsroom import make_claim
from tests.helpers.rewritten_ledger import past_all_rules

pytestmark = pytest.mark.django_db


@pytest.fixture
def checkpoint(publish: Callable[..., Claim]) -> Checkpoint:
    publish(make_claim("The bridge at Elvas was closed for nine days."))
    signed = sign_ledger()
    assert signed
    return signed


@pytest.fixture
def witness(checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch) -> Witness:
    """A witness that happens to be this installation, at its own address."""
    key = checkpoint.key
    WitnessedLog.objects.create(verifier_key=format_verifier_key(key.origin, decode_bytes(key.public_key)))

    def post(url: str, body: bytes, headers: Mapping[str, str], **limits: Any) -> PostResponse:
        path = url.removeprefix("https://witness.example")
        answer = Client().post(path, body, content_type=headers["Content-Type"])
        return PostResponse(answer.status_code, answer.content.decode(), "")

    monkeypatch.setattr(submission, "post", post)
    return Witness.objects.create(
        verifier_key=build_witness_verifier_key(), url="https://witness.example/witness"
    )


def test_cosignatures_are_shown_below_the_checkpoint_and_on_the_claim(
    checkpoint: Checkpoint, witness: Witness, publish: Callable[..., Claim]
) -> None:
    assert (request_cosignatures(), request_cosignatures()) == (1, 0)
    note = Client().get("/api/v1/ledger/checkpoint").content.decode()
    assert note.startswith(checkpoint.note)
    found = find_cosignature(note, name=witness.name, public_key=witness.public_key)
    assert found is not None
    assert note == checkpoint.note + found.line
    page = Client().get(f"/claims/{Claim.objects.get().pk}/", follow=True).content.decode()
    assert f"<bdi>{witness.name}</bdi>" in page

    publish(make_claim("The road to Nisa has three lanes."))
    sign_ledger()
    assert request_cosignatures() == 1
    assert list(Cosignature.objects.values_list("checkpoint__tree_size", flat=True)) == [1, 2]


def test_inactive_witness_is_shown_and_not_counted(checkpoint: Checkpoint, witness: Witness) -> None:
    request_cosignatures()
    Witness.objects.update(active=False)
    assert Client().get("/api/v1/ledger/checkpoint").content.decode() != checkpoint.note
    page = Client().get(f"/claims/{Claim.objects.get().pk}/", follow=True).content.decode()
    assert witness.name not in page


def test_lost_memory_is_made_up_for(
    checkpoint: Checkpoint, witness: Witness, publish: Callable[..., Claim]
) -> None:
    """A witness that has seen more than we remember says so, and is asked again from there."""
    request_cosignatures()
    other = Witness.objects.create(
        verifier_key=build_witness_verifier_key().replace("+", "2+", 1),
        url="https://other.example",
        active=False,
    )
    past_all_rules(f"UPDATE witnesses_cosignature SET witness_id = {other.pk}")
    publish(make_claim("The road to Nisa has three lanes."))
    sign_ledger()
    assert request_cosignatures() == 1


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (PostResponse(422, "", ""), "different history"),
        (PostResponse(409, "1\n", ""), "different history"),
        (PostResponse(409, "99\n", ""), "has seen 99 entries"),
        (PostResponse(409, "many", ""), "status 409"),
        (PostResponse(200, "— somebody.example AAAA\n", ""), "does not carry its signature"),
        (PostResponse(200, "hello", ""), "does not carry its signature"),
        (PostResponse(503, "", ""), "status 503"),
        (None, "No connection"),
    ],
)
def test_errors_are_stored_for_people(
    checkpoint: Checkpoint,
    witness: Witness,
    monkeypatch: pytest.MonkeyPatch,
    answer: PostResponse | None,
    failure: str,
) -> None:
    def post(*sent: Any, **limits: Any) -> PostResponse:
        if answer is None:
            raise PostError("connection_failed", "No connection to witness.example, or it was cut.")
        return answer

    monkeypatch.setattr(submission, "post", post)
    assert request_cosignatures() == 0
    witness.refresh_from_db()
    assert failure in witness.failure
    assert witness.failing_since is not None
    assert not Cosignature.objects.exists()


def test_cosignatures_are_only_added_even_by_sql(checkpoint: Checkpoint, witness: Witness) -> None:
    request_cosignatures()
    for statement in ("UPDATE witnesses_cosignature SET line = line", "DELETE FROM witnesses_cosignature"):
        with pytest.raises(IntegrityError), transaction.atomic():
            sql(statement)

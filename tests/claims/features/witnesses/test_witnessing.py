"""A witness cosigns what continues the checkpoint that it cosigned last, and never goes back."""

import hashlib
from base64 import b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import IntegrityError, transaction
from django.test import Client

from claims.features.witnesses.models import WitnessedLog
from claims.features.witnesses.witnessing import (
    build_witness_verifier_key,
    derive_witness_key,
    get_witness_name,
)
from claims.ledger.proofs import merkle_tree
from claims.ledger.proofs.cosignature import find_cosignature
from claims.ledger.proofs.signed_note import TreeHead, format_verifier_key, sign_note
from tests.helpers.broken_rules import sql

pytestmark = pytest.mark.django_db

NAME = "log.example/ledger"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))


class Log:
    """A log elsewhere: so many leaves, each of which says its number, and from `forked_at` on something else."""

    def __init__(self, forked_at: int = 1_000) -> None:
        self.leaves = [
            merkle_tree.hash_leaf(f"{number}{'?' if number >= forked_at else ''}".encode())
            for number in range(40)
        ]

    def subtree(self, height: int, number: int) -> bytes:
        if not height:
            return self.leaves[number]
        return merkle_tree.hash_node(
            self.subtree(height - 1, 2 * number), self.subtree(height - 1, 2 * number + 1)
        )

    def note(self, size: int, key: Ed25519PrivateKey = KEY, name: str = NAME) -> str:
        return sign_note(
            TreeHead(name, size, merkle_tree.hash_parts([(0, size)], self.subtree)[0]).text,
            name=name,
            keys=[key],
        )

    def submission(self, old: int, size: int, *, proved_from: int | None = None) -> str:
        start = old if proved_from is None else proved_from
        parts = merkle_tree.list_consistency_parts(start, size) if 0 < start < size else []
        proof = [b64encode(one).decode() for one in merkle_tree.hash_parts(parts, self.subtree)]
        return "\n".join([f"old {old}", *proof, "", self.note(size)])


LOG, FORK = Log(), Log(forked_at=6)


@pytest.fixture
def log() -> WitnessedLog:
    public_key = KEY.public_key().public_bytes_raw()
    return WitnessedLog.objects.create(verifier_key=format_verifier_key(NAME, public_key))


def submit(body: str | bytes) -> tuple[int, str, str]:
    answer = Client().post("/witness/add-checkpoint", body, content_type="text/plain")
    return answer.status_code, answer.content.decode(), answer.headers["Content-Type"]


def test_each_checkpoint_that_continues_the_last_is_cosigned(log: WitnessedLog) -> None:
    ours = derive_witness_key().public_key().public_bytes_raw()
    for old, size in ((0, 5), (5, 8), (8, 8), (8, 33)):
        status, line, _ = submit(LOG.submission(old, size))
        found = find_cosignature(LOG.note(size) + line, name=get_witness_name(), public_key=ours)
        assert (status, found and found.line) == (200, line)
    log.refresh_from_db()
    assert (log.tree_size, log.note, log.refusal) == (33, LOG.note(33), "")
    assert Client().get("/witness").content.decode() == f"{build_witness_verifier_key()}\n"


def test_refusals_are_those_of_the_specification(log: WitnessedLog) -> None:
    submit(LOG.submission(0, 8))
    unknown = Log()
    other_key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    cases = {
        "log unknown": ("old 0\n\n" + unknown.note(9, name="other.example/ledger"), 404, None),
        "other key": ("old 0\n\n" + unknown.note(9, key=other_key), 403, None),
        "old beyond": (LOG.submission(10, 9), 400, None),
        "old outdated": (LOG.submission(5, 12), 409, "8\n"),
        "never seen": (LOG.submission(0, 12), 409, "8\n"),
        "smaller": (LOG.submission(5, 6), 409, "8\n"),
        "same size, other tree": (FORK.submission(8, 8), 409, "8\n"),
        "forked": (FORK.submission(8, 12), 422, None),
        "proof of another step": (LOG.submission(8, 12, proved_from=7), 422, None),
        "no proof": (f"old 8\n\n{LOG.note(12)}", 422, None),
    }
    wrong = {}
    for case, (body, status, text) in cases.items():
        answer = submit(body)
        kind = "text/x.tlog.size" if status == 409 else "text/plain; charset=utf-8"
        if answer[0] != status or answer[2] != kind or (text and answer[1] != text) or "—" in answer[1]:
            wrong[case] = answer
    assert wrong == {}
    log.refresh_from_db()
    assert (log.tree_size, log.note) == (8, LOG.note(8))


def test_malformed_submissions_are_refused(log: WitnessedLog) -> None:
    note = LOG.note(5)
    hashed = b64encode(hashlib.sha256(b"").digest()).decode()
    cases: dict[str, str | bytes] = {
        "empty": "",
        "no old size": f"\n{note}",
        "leading zero": f"old 05\n\n{note}",
        "negative": f"old -1\n\n{note}",
        "64 hashes": "\n".join(["old 0", *[hashed] * 64, "", note]),
        "short hash": f"old 0\nAAAA\n\n{note}",
        "no base64": f"old 0\n{hashed[:-2]}!!\n\n{note}",
        "no note": "old 0\n\nlog.example/ledger\n5\n",
        "no text": b"old 0\n\n\xff\xfe",
        "a null": f"old 0\n\n\0{note}",
        "size of twenty digits": f"old {10**19}\n\n{note}",
    }
    answers = {case: submit(body)[0] for case, body in cases.items()}
    assert answers == dict.fromkeys(cases, 400)
    assert submit(b"old 0\n\n" + b"a" * 70_000)[0] == 413
    assert Client().get("/witness/add-checkpoint").status_code == 405


def test_first_checkpoint_needs_no_proof_and_allows_none(log: WitnessedLog) -> None:
    hashed = b64encode(bytes(32)).decode()
    assert submit(f"old 0\n{hashed}\n\n{LOG.note(5)}")[0] == 422
    assert submit(LOG.submission(0, 5))[0] == 200


def test_evidence_of_two_histories_is_kept(log: WitnessedLog) -> None:
    submit(LOG.submission(0, 8))
    submit(FORK.submission(8, 12))
    log.refresh_from_db()
    assert (log.refusal, log.refusal_is_proof) == (FORK.note(12), False)
    submit(FORK.submission(8, 8))
    submit(FORK.submission(8, 13))
    log.refresh_from_db()
    assert (log.refusal, log.refusal_is_proof, log.tree_size) == (FORK.note(8), True, 8)


def test_checkpoints_are_not_cosigned_while_witnessing_is_switched_off(log: WitnessedLog) -> None:
    WitnessedLog.objects.update(active=False)
    assert submit(LOG.submission(0, 8))[0] == 404


def test_a_witness_never_goes_back_even_by_sql(log: WitnessedLog) -> None:
    submit(LOG.submission(0, 8))
    key = format_verifier_key("other.example", KEY.public_key().public_bytes_raw())
    statements = {
        "smaller": "UPDATE witnesses_witnessedlog SET tree_size = 7",
        "other root": f"UPDATE witnesses_witnessedlog SET root_sha256 = '{'0' * 64}'",
        "emptied": "UPDATE witnesses_witnessedlog SET tree_size = 0, root_sha256 = '', note = ''",
        "another log": f"UPDATE witnesses_witnessedlog SET verifier_key = '{key}'",
        "deleted": "DELETE FROM witnesses_witnessedlog",
        "begun later": "INSERT INTO witnesses_witnessedlog (verifier_key, active, tree_size, root_sha256, note,"
        f" refusal, refusal_is_proof) VALUES ('{key}', true, 3, '{'0' * 64}', 'x', '', false)",
    }
    accepted = []
    for case, statement in statements.items():
        try:
            with transaction.atomic():
                sql(statement)
            accepted.append(case)
        except IntegrityError:
            pass
    assert accepted == []


def test_a_changed_key_stays_in_the_history(log: WitnessedLog) -> None:
    other = format_verifier_key(NAME, derive_witness_key().public_key().public_bytes_raw())
    sql("UPDATE witnesses_witnessedlog SET verifier_key = %s", other)
    events = log.events.values_list("pgh_label", "verifier_key")  # type: ignore[attr-defined]  # made by keep_history
    assert list(events) == [("changed", log.verifier_key)]

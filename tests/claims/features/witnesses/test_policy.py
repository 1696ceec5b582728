"""Cosignatures are carried wherever a checkpoint is, and only those of the policy count."""

from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection
from django.test import Client

from claims.exports.dumps import dump_run
from claims.exports.selection import LedgerMoment
from claims.features.archiving.evidence_pack.proof_files import build_proof_files, find_signed_entries
from claims.features.witnesses.gauges import METRIC_QUERIES
from claims.features.witnesses.models import Cosignature, Witness
from claims.features.witnesses.policy import list_desk_concerns, load_witness_policy
from claims.ledger.proofs.checkpoints import sign_ledger
from claims.ledger.proofs.cosignature import cosign
from claims.ledger.proofs.signed_note import COSIGNATURE_TYPE, SignedNote, format_verifier_key
from claims.ledger.verification.verification_run import verify
from claims.models import Checkpoint, Claim, Publication
from factcheck.database import clock
from tests.claims.ledger.document.test_signed_content import handbook
from tests.helpers.newsroom import make_claim
from tests.helpers.rewritten_ledger import past_all_rules

pytestmark = pytest.mark.django_db

KEYS = {name: Ed25519PrivateKey.from_private_bytes(name.encode() * 32) for name in "abc"}


def line_of(name: str, note: str, *, key: str = "", later: int = 0) -> str:
    text, seconds = SignedNote.read(note).text, int(clock.get_database_time().timestamp()) + later
    return cosign(text, name=f"{name}.example/witness", key=KEYS[key or name], seconds=seconds)


def key_of(name: str) -> str:
    public_key = KEYS[name].public_key().public_bytes_raw()
    return format_verifier_key(f"{name}.example/witness", public_key, COSIGNATURE_TYPE)


@pytest.fixture
def checkpoints(publish: Callable[..., Claim]) -> list[Checkpoint]:
    """Two, of one entry and of two."""
    found = []
    for statement in ("The bridge at Elvas was closed for nine days.", "The road to Nisa has three lanes."):
        publish(make_claim(statement))
        found.append(sign_ledger())
    return [one for one in found if one]


@pytest.fixture
def witnesses(checkpoints: list[Checkpoint]) -> list[Witness]:
    """Three witnesses; the first two are active, and the first two and the last have cosigned."""
    newest, made = checkpoints[-1], []
    for name in "abc":
        witness = Witness.objects.create(
            verifier_key=key_of(name), url=f"https://{name}.example/witness", active=name != "c"
        )
        line = line_of(name, newest.note)
        moment = moment_in(line)
        Cosignature.objects.create(checkpoint=newest, witness=witness, line=line, cosigned_at=moment)
        made.append(witness)
    return made


def moment_in(line: str) -> datetime:
    return datetime.fromtimestamp(int.from_bytes(b64decode(line.split(" ")[2])[4:12]), UTC)


def gauge(name: str) -> float:
    with connection.cursor() as cursor:
        return {found: value for found, _labels, value in METRIC_QUERIES[0].run(cursor)}[name]


def test_cosigned_checkpoint_is_carried_everywhere(
    checkpoints: list[Checkpoint], witnesses: list[Witness]
) -> None:
    newest = checkpoints[-1]
    published = newest.note + "".join(Cosignature.objects.values_list("line", flat=True))
    policy = load_witness_policy()
    assert (policy.required, policy.keys) == (2, (key_of("a"), key_of("b")))
    assert Client().get("/api/v1/ledger/checkpoint").content.decode() == published
    proof = Client().get("/api/v1/ledger/proofs/inclusion?sequence=2").json()
    assert proof["checkpoint"] == published
    ledger = dump_run._describe_dump(LedgerMoment.now(), clock.get_database_time())["ledger"]
    assert (ledger["checkpoint"], ledger["witnesses"]) == (published, {"required": 2, "keys": policy.keys})
    [entry] = Publication.objects.filter(sequence=2)
    files = {
        one.path: b"".join(one.iterate_chunks())
        for one in build_proof_files(find_signed_entries([entry]), site="https://x")
    }
    assert files["ledger/checkpoint-2.txt"].decode() == published
    assert [path for path in files if path.endswith("key.pem") and "witness" in path] == [
        f"ledger/checkpoint-2-witness-{number}-key.pem" for number in (1, 2)
    ]
    about = files[f"ledger/claim-{entry.claim_id}-version-1-proof.txt"].decode()
    assert "2 of our 2 witnesses; we require 2" in about
    assert "c.example" not in about


def test_only_the_policy_counts_for_the_program_of_the_handbook(
    checkpoints: list[Checkpoint], witnesses: list[Witness], capsys: pytest.CaptureFixture[str]
) -> None:
    older, newest = checkpoints
    keys, size = [newest.key.public_key], newest.tree_size
    other_log = newest.note.replace(newest.key.origin, "other.example/ledger", 1)
    cases = {
        "both": (line_of("a", newest.note) + line_of("b", newest.note), True),
        "one": (line_of("a", newest.note), False),
        "the same twice": (line_of("a", newest.note) * 2, False),
        "outside the policy": (line_of("a", newest.note) + line_of("c", newest.note), False),
        "another key": (line_of("a", newest.note) + line_of("b", newest.note, key="c"), False),
        "another log": (line_of("a", newest.note) + line_of("b", other_log), False),
        "an older checkpoint": (line_of("a", newest.note) + line_of("b", older.note), False),
        "the future": (line_of("a", newest.note) + line_of("b", newest.note, later=600), False),
    }
    trusted = {}
    for case, (lines, _is_trusted) in cases.items():
        try:
            handbook.read_checkpoint(newest.note + lines, keys, [key_of("a"), key_of("b")], 2, case)
            trusted[case] = True
        except SystemExit:
            trusted[case] = False
    assert trusted == {case: is_trusted for case, (_lines, is_trusted) in cases.items()}
    note = newest.note + line_of("a", newest.note) + line_of("c", newest.note)
    capsys.readouterr()
    assert handbook.read_checkpoint(note, keys, [key_of("a"), key_of("b")], 1, "one is enough")[0] == size
    assert capsys.readouterr().out == "one is enough: not verified and not counted: c.example/witness.\n"


def test_false_cosignatures_are_found_in_the_database(
    checkpoints: list[Checkpoint], witnesses: list[Witness]
) -> None:
    assert list(verify()) == []
    older, newest = checkpoints
    forged = {
        "another key": line_of("a", newest.note, key="c"),
        "an older checkpoint": line_of("a", older.note),
        "the future": line_of("a", newest.note, later=600),
    }
    missed = []
    for case, line in forged.items():
        past_all_rules(
            f"UPDATE witnesses_cosignature SET line = '{line}', cosigned_at = '{moment_in(line).isoformat()}'"
            f" WHERE witness_id = {witnesses[0].pk}"
        )
        if "the cosignature is not a valid signature of the witness." not in {
            one.problem for one in verify()
        }:
            missed.append(case)
    assert missed == []


def test_a_day_without_enough_cosignatures_is_an_alarm(
    checkpoints: list[Checkpoint], witnesses: list[Witness], settings: Any
) -> None:
    assert (list_desk_concerns(), gauge("factcheck_ledger_uncosigned_seconds")) == ([], 0)
    past_all_rules(f"DELETE FROM witnesses_cosignature WHERE witness_id = {witnesses[1].pk}")
    assert (list_desk_concerns(), gauge("factcheck_ledger_uncosigned_seconds") > 0) == ([], True)
    past_all_rules(
        "UPDATE claims_checkpoint SET signed_at = signed_at - interval '2 days'",
        "UPDATE witnesses_witness SET created_at = created_at - interval '2 days'",
    )
    [concern] = list_desk_concerns()
    assert concern.startswith("Too few witnesses have cosigned the ledger since ")
    assert [one.problem for one in verify() if one.place == "Witnesses"] == [concern]
    settings.COSIGNATURES_REQUIRED = 1
    assert (list_desk_concerns(), gauge("factcheck_ledger_uncosigned_seconds")) == ([], 0)

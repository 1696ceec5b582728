"""Programs of the documentation with which outsiders detect a rewritten ledger, even one signed with the key."""

import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from pytest_django.live_server_helper import LiveServer

from claims.features.witnesses.models import Cosignature, Witness
from claims.features.witnesses.witnessing import (
    build_witness_verifier_key,
    derive_witness_key,
    get_witness_name,
)
from claims.ledger.house_signature import get_public_key
from claims.ledger.proofs import checkpoints
from claims.ledger.proofs.checkpoints import sign_ledger
from claims.ledger.proofs.cosignature import cosign
from claims.ledger.proofs.key_succession import succeed_key
from claims.ledger.proofs.signed_note import SignedNote
from claims.models import Checkpoint, Claim
from factcheck.database.database_roles import connect_as_owner
from tests.helpers.database import replace_database
from tests.helpers.eventful_newsroom import exported
from tests.helpers.rewritten_ledger import past_all_rules, rewritten_and_signed

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

EXAMPLES = settings.BASE_DIR / "docs" / "examples"
NEW_SECRET = "another secret of a newsroom, at random"
Publish = Callable[..., Claim]


def ran(name: str, *arguments: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, str(EXAMPLES / name), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.fixture
def ledger(transactional_db: None) -> None:
    """A database in which entries are numbered from 1."""
    replace_database()


@pytest.fixture
def key(ledger: None, publish: Publish) -> str:
    """A ledger with two entries of one claim and one of another, signed twice; gives the key."""
    claim = publish()
    claim.statement = "It opened in May."
    publish(claim, correction_kind="correction", correction_note="In June.")
    sign_ledger()
    publish()
    sign_ledger()
    return get_public_key()


NOTE = "UPDATE claims_publication SET note = 'In July.' WHERE sequence = 2"


def test_live_ledger(live_server: LiveServer, key: str, tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    program = ran("verify_ledger.py", live_server.url, key, "--keep", kept)
    assert (program.stdout, program.stderr) == ("3 entries, 1 checkpoints: nothing was rewritten.\n", "")
    rewritten_and_signed(NOTE)
    # On its own, it is valid; compared with the kept checkpoint it is not.
    assert ran("verify_ledger.py", live_server.url, key).returncode == 0
    program = ran("verify_ledger.py", live_server.url, key, "--checkpoint", kept)
    assert program.returncode == 1
    assert program.stderr == f"{kept}: the first 3 entries are not those that were signed.\n"


def test_live_ledger_with_a_witness(live_server: LiveServer, key: str) -> None:
    checkpoint = Checkpoint.objects.of_ledger().newest()
    assert checkpoint
    text = SignedNote.read(checkpoint.note).text
    line = cosign(text, name=get_witness_name(), key=derive_witness_key(), seconds=1_790_000_000)
    witness = Witness.objects.create(
        verifier_key=build_witness_verifier_key(), url="https://witness.example/witness"
    )
    Cosignature.objects.create(
        checkpoint=checkpoint, witness=witness, line=line, cosigned_at=checkpoint.signed_at
    )
    others = build_witness_verifier_key().replace("+", "2+", 1)
    said = ran("verify_ledger.py", live_server.url, key, "--witness", build_witness_verifier_key())
    assert (said.returncode, said.stdout) == (0, "3 entries, 1 checkpoints: nothing was rewritten.\n")
    said = ran("verify_ledger.py", live_server.url, key, "--witness", others)
    assert said.stderr == (
        f"the newest checkpoint: {others.split('+')[0]} has not cosigned this checkpoint.\n"
    )


def test_live_ledger_that_was_changed_in_the_database(live_server: LiveServer, key: str) -> None:
    past_all_rules(NOTE)
    program = ran("verify_ledger.py", live_server.url, key)
    assert program.stderr.startswith("Entry 2 does not follow from the entry before it.\n")


def test_live_ledger_that_was_set_back(live_server: LiveServer, key: str, tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    ran("verify_ledger.py", live_server.url, key, "--keep", kept)
    rewritten_and_signed(
        "DELETE FROM claims_publishedverdict; DELETE FROM claims_publication WHERE sequence = 3"
    )
    program = ran("verify_ledger.py", live_server.url, key, "--checkpoint", kept)
    assert program.stderr == f"{kept}: 3 entries were signed, and there are 2.\n"


def test_another_key(
    live_server: LiveServer, key: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = ran("verify_ledger.py", live_server.url, "A" * 43)
    assert program.stderr == (
        "the newest checkpoint: this is not a checkpoint with the newsroom's signature.\n"
    )
    # One that the old key has announced is believed by who knows the old one.
    with connect_as_owner():
        succeed_key(NEW_SECRET)
    settings.SIGNING_KEY = NEW_SECRET
    monkeypatch.setattr(checkpoints, "RENEWAL_INTERVAL", timedelta(0))
    sign_ledger()
    assert ran("verify_ledger.py", live_server.url, key).returncode == 0


def test_export(key: str, tmp_path: Path) -> None:
    file, kept = tmp_path / "ledger.ndjson", tmp_path / "kept.txt"
    file.write_bytes(exported())
    newest = Checkpoint.objects.of_ledger().newest()
    assert newest
    kept.write_text(newest.note)
    program = ran("verify_ledger.py", file, key, "--checkpoint", kept)
    assert (program.stdout, program.stderr) == ("3 entries, 1 checkpoints: nothing was rewritten.\n", "")
    file.write_bytes(exported().replace(b"The accounts", b"The books", 1))
    assert "Entry 1 does not follow" in ran("verify_ledger.py", file, key, "--checkpoint", kept).stderr


@pytest.mark.parametrize(
    ("statements", "says"),
    [
        ([NOTE], "The ledger was rewritten"),
        (
            ["DELETE FROM claims_publishedverdict; DELETE FROM claims_publication WHERE sequence = 3"],
            "The ledger was reset",
        ),
    ],
)
def test_a_mirror_detects_a_rewritten_and_signed_ledger(
    live_server: LiveServer, key: str, publish: Publish, tmp_path: Path, statements: list[str], says: str
) -> None:
    feed, file = f"{live_server.url}/api/v1/changes/", tmp_path / "claims.sqlite"
    assert ran("mirror.py", feed, file, "--once", "--key", key).returncode == 0
    rewritten_and_signed(*statements)
    program = ran("mirror.py", feed, file, "--once")
    assert program.returncode == 1
    assert says in program.stderr


def test_command_says_the_same(key: str, tmp_path: Path) -> None:
    call_command("verify_ledger", verbosity=0)
    past_all_rules(NOTE)
    with pytest.raises(SystemExit) as ended:
        call_command("verify_ledger", verbosity=0)
    assert ended.value.code == 1


def test_the_command_refuses_invalid_checkpoints_and_keys(key: str, tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    for arguments, says in (
        (["--checkpoint", str(kept)], "cannot be read"),
        (["--key", "A"], "not a public key"),
        (["--key", "Ä" * 43], "not a public key"),
    ):
        with pytest.raises(CommandError, match=says):
            call_command("verify_ledger", *arguments, verbosity=0)
    kept.write_text("facts.example.org\n3\n")
    with pytest.raises(CommandError, match="not a signed note"):
        call_command("verify_ledger", "--checkpoint", str(kept), verbosity=0)


def test_the_command_compares_with_a_kept_checkpoint(key: str, tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    newest = Checkpoint.objects.of_ledger().newest()
    assert newest
    kept.write_text(newest.note)
    call_command("verify_ledger", "--checkpoint", str(kept), "--key", key, verbosity=0)
    for arguments in (["--key", "A" * 43], []):
        if not arguments:
            rewritten_and_signed(NOTE)
        with pytest.raises(SystemExit):
            call_command("verify_ledger", "--checkpoint", str(kept), *arguments, verbosity=0)

"""Another key takes the place of the one that signs the ledger: announced by it, or because it was lost."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from claims.ledger.house_signature import decode_bytes, get_public_key
from claims.ledger.proofs.checkpoints import sign_ledger
from claims.ledger.proofs.key_succession import KeyRefused, find_problem, succeed_key
from claims.ledger.proofs.signed_note import SignedNote
from claims.ledger.verification.verification_run import verify
from claims.models import Claim, SigningKey
from factcheck.database.database_roles import connect_as_owner
from tests.helpers.broken_rules import as_committed

#: Another key is announced by the owner of the database, over a connection of its own.
pytestmark = pytest.mark.django_db(transaction=True)

OLD = "the first secret of a newsroom, at random"
NEW = "the second secret of a newsroom, at random"


@pytest.fixture
def first_key(publish: Callable[..., Claim], settings: Any) -> str:
    settings.SIGNING_KEY = OLD
    publish()
    as_committed()
    sign_ledger()
    return get_public_key()


def test_rehearsal_of_a_rotation(
    first_key: str, publish: Callable[..., Claim], settings: Any, tmp_path: Path
) -> None:
    """As docs/ledger-proofs.md has it, step by step."""
    secret = tmp_path / "new-key"
    secret.write_text(f"{NEW}\n")
    call_command("change_signing_key", str(secret))
    publish()
    with pytest.raises(KeyRefused):  # until everything was restarted, nothing is signed
        sign_ledger()
    settings.SIGNING_KEY = NEW
    checkpoint = sign_ledger()
    assert checkpoint is not None
    old, new = SigningKey.objects.in_order()
    assert (old.public_key, new.public_key, new.follows) == (first_key, get_public_key(), old)
    note = SignedNote.read(new.statement)
    assert note.text == f"{old.origin}\nkey succession 1\n{first_key}\n{get_public_key()}\n-\n"
    assert note.is_signed_by(old.origin, decode_bytes(first_key))
    assert note.is_signed_by(old.origin, decode_bytes(get_public_key()))
    assert SignedNote.read(checkpoint.note).is_signed_by(old.origin, decode_bytes(get_public_key()))
    as_committed()
    assert list(verify()) == []


def test_key_that_was_lost(first_key: str, settings: Any) -> None:
    settings.SIGNING_KEY = NEW
    with pytest.raises(KeyRefused, match="--lost"):
        succeed_key(NEW)
    call_command("change_signing_key", lost="The disk with it broke.\n")
    new = SigningKey.objects.newest()
    assert new is not None
    assert (new.public_key, new.loss_reason) == (get_public_key(), "The disk with it broke.")
    note = SignedNote.read(new.statement)
    assert not note.is_signed_by(new.origin, decode_bytes(first_key))
    assert note.text.splitlines()[-1] == "The disk with it broke."
    assert list(verify()) == []


def test_keys_that_are_not_taken(first_key: str, tmp_path: Path) -> None:
    with pytest.raises(KeyRefused, match="used before"):
        succeed_key(OLD)
    short = tmp_path / "short"
    short.write_text("too short")
    with pytest.raises(CommandError, match="32 random characters"):
        call_command("change_signing_key", str(short))
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("change_signing_key", str(tmp_path / "nowhere"))
    with pytest.raises(CommandError, match="give the reason"):
        call_command("change_signing_key", lost=" ")


def test_nothing_to_change_before_the_first_signature(db: None) -> None:
    with pytest.raises(KeyRefused, match="Nothing has been signed yet"):
        succeed_key(NEW)


def test_forged_succession(first_key: str, settings: Any) -> None:
    with connect_as_owner():
        succeed_key(NEW)
    key = SigningKey.objects.select_related("follows").get(follows__isnull=False)
    assert find_problem(key) == ""
    key.statement = key.statement.replace("key succession 1", "key succession 2")
    assert find_problem(key) == "the statement says something else"
    key.statement = key.statement[: key.statement.rindex("— ")].replace("succession 2", "succession 1")
    assert "not signed by both" in find_problem(key)
    key.loss_reason, key.statement = "x", "x"
    assert "not a signed note" in find_problem(key)

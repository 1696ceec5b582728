"""Signed notes as other programs read them."""

from base64 import b64decode, b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from claims.ledger.proofs.signed_note import (
    InvalidNote,
    SignedNote,
    TreeHead,
    compute_key_id,
    format_verifier_key,
    sign_note,
)
from tests.helpers.sweeps import sweep

NAME = "facts.example.org/api/v1/ledger"
HEAD = TreeHead(NAME, 7, bytes(range(32)))
KEY, OTHER = (Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (1, 2))
PUBLIC, OTHER_PUBLIC = (key.public_key().public_bytes_raw() for key in (KEY, OTHER))

#: A key that the Go package `golang.org/x/mod/sumdb/note` documents, and the note that it signed.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_note_of_another_program() -> None:
    name, number, key = GO_KEY.split("+")
    public_key = b64decode(key)[1:]
    assert compute_key_id(name, public_key).hex() == number
    assert format_verifier_key(name, public_key) == GO_KEY
    assert SignedNote.read(GO_NOTE).is_signed_by(name, public_key)
    assert not SignedNote.read(GO_NOTE.replace("answer", "Answer")).is_signed_by(name, public_key)


def test_checkpoint_is_read_as_it_was_written() -> None:
    note = SignedNote.read(sign_note(HEAD.text, name=NAME, keys=[KEY]))
    assert note.text == f"{NAME}\n7\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
    assert TreeHead.read(note.text) == HEAD
    assert note.is_signed_by(NAME, PUBLIC)
    assert not note.is_signed_by(NAME, OTHER_PUBLIC)
    assert not note.is_signed_by("other.example.org", PUBLIC)


def test_note_with_two_signatures() -> None:
    note = SignedNote.read(sign_note(HEAD.text, name=NAME, keys=[KEY, OTHER]))
    assert note.is_signed_by(NAME, PUBLIC)
    assert note.is_signed_by(NAME, OTHER_PUBLIC)


def test_false_signature_beside_a_true_one_spoils_the_note() -> None:
    note = sign_note(HEAD.text, name=NAME, keys=[KEY])
    forged = b64encode(compute_key_id(NAME, PUBLIC) + bytes(64)).decode()
    assert not SignedNote.read(f"{note}— {NAME} {forged}\n").is_signed_by(NAME, PUBLIC)


@sweep(
    "note",
    [
        "",
        "text\n",
        "text\n\n",
        "\n\n— a YQ==\n",
        "text\n\n— a YQ==",
        "text\n\n- a YQ==\n",
        "text\n\n— a b c\n",
        "t\n\n— a Y=\n",
    ],
)
def test_invalid_notes_are_refused(note: str) -> None:
    with pytest.raises(InvalidNote):
        SignedNote.read(note)


@sweep(
    "text",
    ["", "a\n", "a\n7\n", "a\n07\nAAAA\n", f"\n7\n{'A' * 43}=\n", f"a\n-7\n{'A' * 43}=\n", "a\n7\n****\n"],
)
def test_invalid_checkpoints_are_refused(text: str) -> None:
    with pytest.raises(InvalidNote):
        TreeHead.read(text)

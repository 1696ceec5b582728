"""Cosignatures are those of C2SP `tlog-cosignature`, and nothing else passes for one."""

import hashlib
from base64 import b64decode, b64encode
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from claims.features.witnesses.cosignature import cosign, find_cosignature
from claims.ledger.proofs.signed_note import (
    COSIGNATURE,
    InvalidNote,
    read_verifier_key,
    sign_note,
    verifier_key,
)

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
LOG_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
TEXT = f"log.example/ledger\n3\n{b64encode(bytes(32)).decode()}\n"
NOTE = sign_note(TEXT, name="log.example/ledger", keys=[LOG_KEY])
AT = 1_790_000_000


def test_line_is_written_as_the_specification_says() -> None:
    dash, name, encoded = cosign(TEXT, name="w.example/1", key=KEY, seconds=AT).removesuffix("\n").split(" ")
    content = b64decode(encoded)
    assert (dash, name) == ("—", "w.example/1")
    assert content[:4] == hashlib.sha256(b"w.example/1\n\x04" + PUBLIC).digest()[:4]
    assert int.from_bytes(content[4:12], "big") == AT
    KEY.public_key().verify(content[12:], f"cosignature/v1\ntime {AT}\n{TEXT}".encode())


def test_newest_valid_cosignature_is_found_among_others() -> None:
    lines = [cosign(TEXT, name="w.example/1", key=KEY, seconds=AT + later) for later in (0, 60, 30)]
    foreign = cosign(TEXT, name="w.example/1", key=LOG_KEY, seconds=AT + 90)
    found = find_cosignature(NOTE + foreign + "".join(lines), name="w.example/1", public_key=PUBLIC)
    assert found is not None
    assert (found.line, found.moment) == (lines[1], datetime.fromtimestamp(AT + 60, UTC))


def test_nothing_else_counts() -> None:
    line = cosign(TEXT, name="w.example/1", key=KEY, seconds=AT)
    content = bytearray(b64decode(line.split(" ")[2]))
    content[11] ^= 1  # another moment than was signed
    forged = {
        "another text": NOTE.replace("\n3\n", "\n4\n") + line,
        "another name": NOTE + line.replace("w.example/1", "w.example/2"),
        "another moment": f"{NOTE}— w.example/1 {b64encode(content).decode()}\n",
        "cut short": f"{NOTE}— w.example/1 {b64encode(content[:40]).decode()}\n",
        "an ordinary signature": NOTE + sign_note(TEXT, name="w.example/1", keys=[KEY]).split("\n\n")[1],
        "none": NOTE,
    }
    names = ("w.example/1", "w.example/1")
    assert {
        case: find_cosignature(note, name=names[0], public_key=PUBLIC) for case, note in forged.items()
    } == dict.fromkeys(forged)


def test_verifier_keys_are_read_back_and_refused_when_damaged() -> None:
    key = verifier_key("w.example/1", PUBLIC, COSIGNATURE)
    assert read_verifier_key(key, COSIGNATURE) == ("w.example/1", PUBLIC)
    damaged = [
        key.replace("w.example", "v.example"),
        key[:-8],
        key.replace("+", "-", 1),
        verifier_key("w.example/1", PUBLIC),
        "",
    ]
    for case in damaged:
        with pytest.raises(InvalidNote):
            read_verifier_key(case, COSIGNATURE)

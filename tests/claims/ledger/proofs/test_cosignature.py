"""Cosignatures are those of C2SP `tlog-cosignature`, and nothing else passes for one."""

import hashlib
from base64 import b64decode, b64encode
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from claims.ledger.proofs.cosignature import cosign, find_cosignature
from claims.ledger.proofs.signed_note import (
    COSIGNATURE_TYPE,
    InvalidNote,
    SignedNote,
    TreeHead,
    format_verifier_key,
    read_verifier_key,
    sign_note,
)

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
LOG_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
TEXT = f"log.example/ledger\n3\n{b64encode(bytes(32)).decode()}\n"
NOTE = sign_note(TEXT, name="log.example/ledger", keys=[LOG_KEY])
AT = 1_790_000_000

#: A checkpoint of a public log as it was published in May 2026, signed and cosigned by programs of others: the log by
#: TesseraCT, the cosignatures by four operators of https://witness-network.org, who publish these keys.
PUBLIC_NOTE = """\
arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
— transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==
— witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
— witness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==
"""  # noqa: E501  as published
PUBLIC_LOG = "arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f"
PUBLIC_WITNESSES = (
    "transparency.dev/DEV:witness-little-garden+d8042a87+BCtusOxINQNUTN5Oj8HObRkh2yHf/MwYaGX4CPdiVEPM",
    "witness1.smartit.nu/witness1+a48c820f+BPSFWg9G6KPiO7QPryYO5Xq4oYJJ+kAvLKLSimDhoxMO",
    "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
    "witness.stagemole.eu+67f7aea0+BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv",
)


def test_signatures_of_other_programs_are_read() -> None:
    note, (log, log_key) = SignedNote.read(PUBLIC_NOTE), read_verifier_key(PUBLIC_LOG)
    head = TreeHead.read(note.text)
    assert (head.origin, head.size, note.is_signed_by(log, log_key)) == (log, 1_432_088_532, True)
    changed, moments = PUBLIC_NOTE.replace("\n1432088532\n", "\n1432088533\n"), set()
    for witness in PUBLIC_WITNESSES:
        name, key = read_verifier_key(witness, COSIGNATURE_TYPE)
        found = find_cosignature(PUBLIC_NOTE, name=name, public_key=key)
        moments.add(found and found.moment)
        assert find_cosignature(changed, name=name, public_key=key) is None
    assert moments == {datetime(2026, 5, 23, 21, 50, 24, tzinfo=UTC)}


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
    key = format_verifier_key("w.example/1", PUBLIC, COSIGNATURE_TYPE)
    assert read_verifier_key(key, COSIGNATURE_TYPE) == ("w.example/1", PUBLIC)
    damaged = [
        key.replace("w.example", "v.example"),
        key[:-8],
        key.replace("+", "-", 1),
        format_verifier_key("w.example/1", PUBLIC),
        "",
    ]
    for case in damaged:
        with pytest.raises(InvalidNote):
            read_verifier_key(case, COSIGNATURE_TYPE)

"""Verify that a newsroom's ledger says today what it said when it was signed. Believes nothing but a public key.

    python verify_ledger.py https://facts.example.org KEY            the live API, from its first entry on
    python verify_ledger.py ledger.ndjson KEY --checkpoint kept.txt  an export (export_claims --versions all)

KEY is the newsroom's public key as it told you in another way than by its site. Each --checkpoint is one that you kept,
or the manifest.json of a dump: without any, a ledger that was rewritten and signed again with the same key looks
genuine. --keep FILE keeps today's. Each --witness is the key of a witness, as it told you; all of them, or as many as
--cosignatures says, have to have cosigned each checkpoint. Python 3.11 or newer and the package `cryptography`, nothing
else. docs/ledger-proofs.md describes it all.
"""

import argparse
import base64
import hashlib
import json
import re
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class Tree:
    """The Merkle tree of RFC 6962 as it grows: the hashes of its complete subtrees, from left to right."""

    def __init__(self, size: int = 0, edge: bytes = b"") -> None:
        self.size, self.edge = size, [edge[at : at + 32] for at in range(0, len(edge), 32)]

    def add(self, entry: bytes) -> bytes:
        """Add an entry; returns the root."""
        self.edge.append(hashlib.sha256(b"\0" + entry).digest())
        self.size += 1
        number = self.size
        while number % 2 == 0:
            right = self.edge.pop()
            self.edge[-1] = hashlib.sha256(b"\1" + self.edge[-1] + right).digest()
            number //= 2
        root = self.edge[-1]
        for left in reversed(self.edge[:-1]):
            root = hashlib.sha256(b"\1" + left + root).digest()
        return root


def entry_text(entry: dict[str, Any], previous: str) -> bytes:
    """What is hashed of an entry, a line for each fact."""
    facts = [entry[name] for name in ("sequence", "claim_id", "version", "status", "kind", "published_at")]
    merged_into = "-" if entry["merged_into"] is None else entry["merged_into"]
    sealed = hashlib.sha256(seal(entry["note"], entry["stored"], entry["salts"]).encode()).hexdigest()
    lines = ["factcheck ledger entry 1", *facts, merged_into, sealed, previous, ""]
    return "\n".join(map(str, lines)).encode()


def seal(note: str, stored: str, salts: str) -> str:
    """The note and the claim's JSON, with a salted digest in the place of each text."""
    parts, given = ["", note, *stored.split('"')], salts.split(",")
    for place in range(1, len(parts), 2):
        if parts[place + 1].startswith(":"):  # the name of a member
            continue
        number = place // 2
        salt = given[number] if len(given) > 1 else hashlib.sha256(f"{salts} {number}".encode()).hexdigest()
        digest = hashlib.sha256(f"{salt} {parts[place]}".encode()).hexdigest()
        parts[place] = salt[1:] if salt.startswith("-") else digest  # of a text that was removed by law
    return '"'.join(parts)


def removed_texts(entry: Any) -> list[str]:
    """The texts of an entry that lost words by law, and so have a digest instead of a salt."""
    texts = [entry["note"], *entry["stored"].split('"')[1::2]]
    return [
        text for text, salt in zip(texts, entry["salts"].split(","), strict=False) if salt.startswith("-")
    ]


def problems_inside(entry: Any) -> list[str]:
    """What is wrong with the texts of an entry, beside their hash."""
    if not (removed := removed_texts(entry)):
        return misquoted_signoffs(json.loads(entry["stored"]))
    # A removal leaves bars. In the place of a digest that would betray the words is another.
    if all(re.search("█{4}|x{4}|^[0-9a-f]{64}$", text) for text in removed):
        return []
    return ["a text without a salt has no bars where words were removed."]


TEXTS = (
    *("title", "summary", "explanation", "byline", "language", "url", "media_authenticity_category"),
    *("original_media_context", "original_media_url", "reviewed_on", "valid_as_of", "recheck_on"),
)
PARTS = ("id", "stance", "note", "exact", "prefix", "suffix", "start", "end")


def digest(facts: list[Any]) -> str:
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()


def signed_claim(claim: dict[str, Any]) -> str:
    """Return the digest of what was judged."""
    claimant = (claim["claimant"] or {}).get("id")
    return digest([claim["statement"], claim["language"], claimant, claim["claimed_on"], claim["context"]])


def signed_verdict(verdict: dict[str, Any]) -> str:
    """Return the digest of the judgement and its evidence."""
    rating, evidence = verdict["rating"], []
    for item in sorted(verdict["evidence"], key=lambda item: int(item["id"])):
        media = item["media"][0] if item["media"] else {"id": None, "media_fragment": ""}
        snapshot = (item["snapshot"] or {}).get("id")
        quoted = [item[name] for name in PARTS]
        evidence.append([*quoted, item["source"]["id"], snapshot, media["id"], media["media_fragment"]])
    facts = [verdict["id"], verdict["version"], verdict["publisher"]["id"], verdict["origin"]]
    facts += [rating["id"], rating["code"], rating["label"], *(verdict[name] for name in TEXTS)]
    return digest([*facts, evidence or None])


def misquoted_signoffs(claim: dict[str, Any]) -> list[str]:
    """Return the verdicts that differ from what people signed off, as far as the claim says what that was."""
    wrong = []
    for verdict in claim["verdicts"]:
        if signed := verdict.get("signed_off"):
            of_claim = signed["claim_sha256"] in (None, signed_claim(claim))
            if not of_claim or signed["verdict_sha256"] != signed_verdict(verdict) or signed["people"] < 1:
                wrong.append(f"verdict {verdict['id']} differs from what was signed off.")
    return wrong


def is_signed(text: str, signatures: list[str], keys: list[str]) -> bool:
    """Whether one of these keys signed a note (C2SP signed-note) with this text."""
    name = text.split("\n", 1)[0]
    for key in keys:
        public = base64.urlsafe_b64decode(key + "=")
        number = hashlib.sha256(f"{name}\n".encode() + b"\1" + public).digest()[:4]
        for line in signatures:
            _dash, who, signature = line.split(" ")
            signed = base64.b64decode(signature)
            if (who, signed[:4]) == (name, number):
                try:
                    Ed25519PublicKey.from_public_bytes(public).verify(signed[4:], text.encode())
                except InvalidSignature:
                    return False
                return True
    return False


def read_checkpoint(
    note: str, keys: list[str], witnesses: list[str], required: int, place: str
) -> tuple[int, bytes]:
    """Return the number of entries of a checkpoint and their root; end the program if a signature is missing."""
    text, _, signatures = note.rpartition("\n\n")
    if not is_signed(f"{text}\n", signatures.splitlines(), keys):
        sys.exit(f"{place}: this is not a checkpoint with the newsroom's signature.")
    missing = [witness.split("+")[0] for witness in witnesses if not is_cosigned(note, witness)]
    if len(witnesses) - len(missing) < required:
        sys.exit(f"{place}: {', '.join(missing)} has not cosigned this checkpoint.")
    known = {text.split("\n", 1)[0], *(witness.split("+")[0] for witness in witnesses)}
    if others := [line.split(" ")[1] for line in signatures.splitlines() if line.split(" ")[1] not in known]:
        print(f"{place}: not verified and not counted: {', '.join(others)}.")
    _origin, size, root = text.split("\n")[:3]
    return int(size), base64.b64decode(root)


def read_note(path: str) -> str:
    """Return a checkpoint that was kept, or that of a dump."""
    text = Path(path).read_text()
    return str(json.loads(text)["ledger"]["checkpoint"]) if text.startswith("{") else text


def is_cosigned(note: str, verifier_key: str) -> bool:
    """Whether a checkpoint bears a cosignature of this witness (C2SP tlog-cosignature)."""
    text, _, signatures = note.rpartition("\n\n")
    name, _number, encoded = verifier_key.split("+", 2)
    public = base64.b64decode(encoded)[1:]
    number = hashlib.sha256(f"{name}\n".encode() + b"\4" + public).digest()[:4]
    for line in signatures.splitlines():
        _dash, who, signature = line.split(" ")
        signed = base64.b64decode(signature)
        if (who, signed[:4]) == (name, number):
            seconds = int.from_bytes(signed[4:12], "big")
            message = f"cosignature/v1\ntime {seconds}\n{text}\n".encode()
            if seconds > time.time() + 300:
                continue  # dated in the future
            try:
                Ed25519PublicKey.from_public_bytes(public).verify(signed[12:], message)
            except InvalidSignature:
                continue
            return True
    return False


def successors(known: list[str], said: dict[str, Any]) -> list[str]:
    """The keys that are believed: those known, and those that a key which is believed has announced."""
    believed = list(known)
    for key in said["keys"]:
        text, _, signatures = key["statement"].rpartition("\n\n")
        lines = text.split("\n")
        announced = len(lines) == 5 and lines[1:4:2] == ["key succession 1", key["key"]]
        if announced and lines[2] in believed and is_signed(f"{text}\n", signatures.splitlines(), [lines[2]]):
            believed.append(key["key"])
    return believed


def from_api(site: str) -> Iterator[dict[str, Any]]:
    address, more = f"{site}/api/v1/changes/?since=0&embed=stored&page_size=200", True
    while more:
        page = json.loads(read(address))
        yield from page["results"]
        address, more = page["next"], page["more"]


def from_export(path: str) -> Iterator[dict[str, Any]]:
    with Path(path).open("rb") as file:
        for line in file:
            head, found, body = line.partition(b',"body":')
            if found:
                said = json.loads(head + b"}")
                stored = body[: body.rindex(b"}")].decode()
                merged_into = json.loads(stored)["merged_into"]
                yield said | {"claim_id": said["claim"], "stored": stored, "merged_into": merged_into}


def read(address: str) -> str:
    with urllib.request.urlopen(address, timeout=60) as answer:  # noqa: S310  whoever runs it chose it
        return str(answer.read().decode())


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Verify a newsroom's ledger.")
    parser.add_argument("ledger", help="the address of a site, or a lossless export")
    parser.add_argument("key", help="its public key, base64url")
    parser.add_argument("--checkpoint", action="append", default=[], help="one that you kept")
    parser.add_argument("--witness", action="append", default=[], help="verifier key of a witness to require")
    parser.add_argument("--cosignatures", type=int, help="how many of these are enough; all, unless given")
    parser.add_argument("--keep", help="where to keep today's")
    asked = parser.parse_args(arguments)
    is_live = asked.ledger.startswith(("http://", "https://"))
    site, keys, notes = (
        asked.ledger.rstrip("/"),
        [asked.key],
        {name: read_note(name) for name in asked.checkpoint},
    )
    if is_live:
        keys = successors(keys, json.loads(read(f"{site}/api/v1/ledger/keys")))
        notes["the newest checkpoint"] = read(f"{site}/api/v1/ledger/checkpoint")
    expected: dict[int, list[tuple[bytes, str]]] = {}
    required = len(asked.witness) if asked.cosignatures is None else asked.cosignatures
    for name, note in notes.items():
        size, root = read_checkpoint(note, keys, asked.witness, required, name)
        expected.setdefault(size, []).append((root, name))
    tree, previous, wrong, removed = Tree(), "0" * 64, [], 0
    for entry in from_api(site) if is_live else from_export(asked.ledger):
        text = entry_text(entry, previous)
        root, previous = tree.add(text), entry["chain_sha256"]
        if entry["sequence"] != tree.size or hashlib.sha256(text).hexdigest() != previous:
            wrong.append(f"Entry {entry['sequence']} does not follow from the entry before it.")
        removed += len(removed_texts(entry))
        wrong += [f"Entry {entry['sequence']}: {said}" for said in problems_inside(entry)]
        for signed, name in expected.pop(tree.size, []):
            if signed != root:
                wrong.append(f"{name}: the first {tree.size} entries are not those that were signed.")
    wrong += [
        f"{name}: {size} entries were signed, and there are {tree.size}."
        for size, s in expected.items()
        for _, name in s
    ]
    if wrong:
        sys.exit("\n".join(wrong))
    if is_live and asked.keep:
        Path(asked.keep).write_text(notes["the newest checkpoint"])
    print(
        f"{tree.size} entries, {len(notes)} checkpoints: nothing was rewritten."
        f"{f' Words were removed by law from {removed} texts.' if removed else ''}"
    )


if __name__ == "__main__":
    main()

"""Proofs that a claim's entries are in the signed ledger: checkpoints, and `sha256sum` commands.

Each proof uses the first checkpoint that covers its entry. That checkpoint stays the same as the ledger grows.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from claims.features.archiving.evidence_pack.ledger_files import build_entry_path
from claims.features.archiving.evidence_pack.streamed_zip import PackedFile
from claims.ledger.document.claim_document import format_moment
from claims.ledger.house_signature import decode_bytes
from claims.ledger.proofs import merkle_tree, sealed_text, stored_tree
from claims.ledger.proofs.cosignature import find_cosignature
from claims.ledger.proofs.merkle_tree import hash_leaf, hash_node
from claims.ledger.proofs.sealed_text import seal
from claims.ledger.proofs.signed_note import COSIGNATURE_TYPE, SignedNote, compute_key_id, read_verifier_key
from claims.ledger.proofs.witness_policy import WitnessPolicy, build_published_note, load_policy
from claims.models import Checkpoint, Publication

_TEMPLATE = """\
THAT VERSION {version} STANDS IN OUR LEDGER, AS IT WAS SIGNED

{entry} holds what our ledger hashes of this version (docs/ledger-proofs.md of the program describes its lines). Its
ninth line is the SHA-256 of {sealed}:

  sha256sum {sealed}

That has salted digests in the place of the texts in {stored}, with the salts of {salts}.
{program} is the few lines of our program that put them there. This must print nothing:

  python3 {program} {salts} {stored} | cmp - {sealed}

{stored} is the published text with a tab where the address of our site stands in what the site
answers. This must print nothing:

  sed 's#\\t"#"{site}#g' {stored} | cmp - {served}

Its place in the ledger is {sequence} of {size}. Each step prints the hash below it, which stands in the next one; the
last is the root of the tree (RFC 6962), which the checkpoint signs:

{steps}
The root as the checkpoint has it:

  sed -n 3p {checkpoint} | base64 -d | xxd -p -c 32

That the checkpoint bears our signature (Ed25519; OpenSSL 3):

  openssl pkeyutl -verify -pubin -inkey {key} -rawin -in {text} -sigfile {signature}

It must say "Signature Verified Successfully". Compare the key, and the checkpoint, with what others have of us: both
are published at {site}/api/v1/ledger/.
{witnesses}"""

_WITNESSES_TEMPLATE = """
THAT EVERYBODY IS SHOWN THE SAME LEDGER

Witnesses cosign a checkpoint only if it continues what they saw before (C2SP tlog-witness). {checkpoint}
bears the signatures of {count}; we require {required}, and count no others. Take their keys from them, not from
us. The first line of what each signs says what it is, the second when, in seconds since 1970; the rest must be
{text}:

{steps}"""
_COSIGNATURE_TEMPLATE = """\
  {name}, at {moment}:

  openssl pkeyutl -verify -pubin -inkey {key} -rawin -in {signed} -sigfile {signature}
  tail -n +3 {signed} | cmp - {text}

"""


@dataclass(frozen=True, slots=True)
class SignedEntry:
    """A ledger entry with the first checkpoint that covers it."""

    entry: Publication
    checkpoint: Checkpoint
    policy: WitnessPolicy


def find_signed_entries(entries: Sequence[Publication]) -> list[SignedEntry]:
    """Return the entries that a checkpoint covers, each with the first checkpoint that covers it."""
    signed_entries, policy = [], load_policy()
    for entry in entries:
        covering_checkpoints = Checkpoint.objects.of_ledger().filter(tree_size__gte=entry.sequence)
        if checkpoint := covering_checkpoints.select_related("key").order_by("id").first():
            signed_entries.append(SignedEntry(entry, checkpoint, policy))
    return signed_entries


def build_proof_files(signed_entries: Sequence[SignedEntry], *, site: str) -> list[PackedFile]:
    """Return the files that prove that these entries are in the ledger, without duplicates."""
    files: dict[str, bytes] = {}
    for signed_entry in signed_entries:
        files |= dict(_build_files(signed_entry, site))
    return [PackedFile.from_bytes(path, content) for path, content in files.items()]


def build_proof_path(entry: Publication) -> str:
    return _build_file_name(entry, "proof.txt")


def _build_file_name(entry: Publication, suffix: str) -> str:
    return f"{build_entry_path(entry).removesuffix('.json')}-{suffix}"


def _build_files(signed_entry: SignedEntry, site: str) -> Iterator[tuple[str, bytes]]:
    entry, checkpoint = signed_entry.entry, signed_entry.checkpoint
    [text] = stored_tree.load_entry_texts(entry.sequence, entry.sequence)
    hashed_parts = merkle_tree.list_inclusion_parts(entry.sequence - 1, checkpoint.tree_size)
    hashes = stored_tree.load_proof(hashed_parts)
    base_path = f"ledger/checkpoint-{checkpoint.tree_size}"
    key = f"ledger/key-{checkpoint.key_id}.pem"
    witness_names = {
        "entry": _build_file_name(entry, "entry.txt"),
        "sealed": _build_file_name(entry, "sealed.txt"),
        "salts": _build_file_name(entry, "salts.json"),
        "program": "ledger/sealed_text.py",
        "stored": _build_file_name(entry, "stored.json"),
        "served": build_entry_path(entry),
        "checkpoint": f"{base_path}.txt",
        "text": f"{base_path}-signed.txt",
        "signature": f"{base_path}-signature.bin",
        "key": key,
    }
    yield witness_names["entry"], text
    yield witness_names["sealed"], seal(entry.note, entry.body, entry.salts).encode()
    yield witness_names["salts"], orjson.dumps({"note": entry.note, "salts": entry.salts})
    yield witness_names["program"], Path(sealed_text.__file__).read_bytes()
    yield witness_names["stored"], entry.body.encode()
    note = SignedNote.read(checkpoint.note)
    published_note = build_published_note(checkpoint)
    cosigned_files = list(
        _iterate_cosigned_files(published_note, signed_entry.policy, base_path, witness_names["text"])
    )
    yield witness_names["checkpoint"], published_note.encode()
    for files_of_witness in cosigned_files:
        yield from files_of_witness.files
    yield witness_names["text"], note.text.encode()
    yield witness_names["signature"], _extract_signature(note, checkpoint)
    yield witness_names["key"], _encode_pem(decode_bytes(checkpoint.key.public_key))
    proof_steps = "".join(
        _iterate_hash_commands(witness_names["entry"], text, entry.sequence - 1, checkpoint.tree_size, hashes)
    )
    proof_text = _TEMPLATE.format(
        **witness_names,
        site=site,
        version=entry.version,
        sequence=entry.sequence,
        size=checkpoint.tree_size,
        steps=proof_steps,
        witnesses=_describe_witnesses(cosigned_files, signed_entry.policy, witness_names),
    )
    yield build_proof_path(entry), proof_text.encode()


class _CosignedFiles(NamedTuple):
    """Files for verifying a witness's cosignature with OpenSSL."""

    step: str
    files: list[tuple[str, bytes]]


def _iterate_cosigned_files(
    note: str, policy: WitnessPolicy, base_path: str, text: str
) -> Iterator[_CosignedFiles]:
    """Yield the files needed to verify each witness's cosignature that the policy accepts."""
    for step_number, verifier_key in enumerate(policy.keys, 1):
        name, public_key = read_verifier_key(verifier_key, COSIGNATURE_TYPE)
        cosignature = find_cosignature(note, name=name, public_key=public_key)
        if cosignature is None:
            continue
        suffixes = {"key": "key.pem", "signed": "signed.txt", "signature": "signature.bin"}
        paths = {role: f"{base_path}-witness-{step_number}-{suffix}" for role, suffix in suffixes.items()}
        yield _CosignedFiles(
            _COSIGNATURE_TEMPLATE.format(
                name=name, moment=format_moment(cosignature.moment), text=text, **paths
            ),
            [
                (paths["key"], _encode_pem(public_key)),
                (paths["signed"], cosignature.signed),
                (paths["signature"], cosignature.signature),
            ],
        )


def _describe_witnesses(
    cosigned_files: Sequence[_CosignedFiles], policy: WitnessPolicy, witness_names: Mapping[str, str]
) -> str:
    if not policy.keys:
        return ""
    return _WITNESSES_TEMPLATE.format(
        checkpoint=witness_names["checkpoint"],
        text=witness_names["text"],
        count=f"{len(cosigned_files)} of our {len(policy.keys)} witnesses",
        required=policy.required,
        steps="".join(files_of_witness.step for files_of_witness in cosigned_files),
    )


def _iterate_hash_commands(
    name: str, text: bytes, index: int, size: int, hashes: Sequence[bytes]
) -> Iterator[str]:
    """Yield shell commands that compute the hashes from leaf to root (RFC 9162, 2.1.3.2), with their output."""
    node, last_index = hash_leaf(text), size - 1
    yield f"  (printf '\\0'; cat {name}) | sha256sum\n    {node.hex()}\n\n"
    for sibling in hashes:
        if index % 2 or index == last_index:
            pair = sibling, node
            while index % 2 == 0 and index:
                index, last_index = index >> 1, last_index >> 1
        else:
            pair = node, sibling
        node = hash_node(*pair)
        joined_hashes = f"01{pair[0].hex()}{pair[1].hex()}"
        yield f"  printf {joined_hashes} | xxd -r -p | sha256sum\n    {node.hex()}\n\n"
        index, last_index = index >> 1, last_index >> 1


def _extract_signature(note: SignedNote, checkpoint: Checkpoint) -> bytes:
    """Return our 64-byte signature from a signed note, without the key id."""
    name, public_key = checkpoint.key.origin, decode_bytes(checkpoint.key.public_key)
    own_signatures = (
        signature
        for signer, signature in note.signatures
        if signer == name and signature[:4] == compute_key_id(name, public_key)
    )
    return next(own_signatures, b"")[4:]


def _encode_pem(public_key: bytes) -> bytes:
    key = Ed25519PublicKey.from_public_bytes(public_key)
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

"""Decide whether to cosign a checkpoint: it must continue the last cosigned one (C2SP `tlog-witness`)."""

import logging
import re
from base64 import b64decode
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac

from claims.features.witnesses.models import WitnessedLog
from claims.ledger.proofs.cosignature import cosign
from claims.ledger.proofs.merkle_tree import is_consistency_proven
from claims.ledger.proofs.signed_note import COSIGNATURE_TYPE, SignedNote, TreeHead, format_verifier_key
from factcheck.database import clock

_log = logging.getLogger(__name__)
#: The most hashes in a proof; the largest possible ledger needs no more.
MAX_HASHES = 63


class SubmissionRefused(Exception):
    """The checkpoint is not cosigned, for the reason in `body`.

    Attributes:
        status: the status of the HTTP response, as specified.
        body: the text of the response.
    """

    def __init__(self, status: int, body: str) -> None:
        super().__init__(body)
        self.status, self.body = status, body


@dataclass(frozen=True, slots=True)
class Submission:
    """Another newsroom's request to cosign its checkpoint."""

    old_size: int
    proof: tuple[bytes, ...]
    checkpoint: str
    note: SignedNote
    tree_head: TreeHead

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """Parse a submission. Raises `SubmissionRefused` if it is invalid."""
        try:
            header, checkpoint = body.decode().split("\n\n", 1)
            first_line, *lines = header.split("\n")
            size = re.fullmatch(r"old (0|[1-9][0-9]{0,18})", first_line)
            if size is None or len(lines) > MAX_HASHES or "\0" in checkpoint:
                raise ValueError
            proof = tuple(b64decode(line, validate=True) for line in lines)
            if any(len(hash_bytes) != 32 for hash_bytes in proof):
                raise ValueError
            note = SignedNote.read(checkpoint)
            return cls(int(size[1]), proof, checkpoint, note, TreeHead.read(note.text))
        except ValueError:
            raise SubmissionRefused(
                400, "Send an old size, the consistency proof, an empty line and a checkpoint.\n"
            ) from None


def get_witness_name() -> str:
    """Return our name in cosignatures: this site's URL without the scheme."""
    return f"{urlsplit(settings.SITE_URL).netloc}/witness"


def derive_witness_key() -> Ed25519PrivateKey:
    """Return our witness key. The specification requires it to differ from the key that signs our ledger."""
    secret = settings.SIGNING_KEY or settings.SECRET_KEY
    seed = salted_hmac("claims.features.witnesses", "ed25519", secret=secret, algorithm="sha256").digest()
    return Ed25519PrivateKey.from_private_bytes(seed)


def build_witness_verifier_key() -> str:
    return format_verifier_key(
        get_witness_name(), derive_witness_key().public_key().public_bytes_raw(), COSIGNATURE_TYPE
    )


def cosign_checkpoint(submission: Submission) -> str:
    """Store a checkpoint that continues the last cosigned one, and return our cosignature line.

    Raises:
        SubmissionRefused: the checkpoint does not continue the last cosigned one, or we do not witness this ledger.
    """
    with transaction.atomic():
        tree_head, log = submission.tree_head, _lock_log(submission.tree_head.origin)
        if log is None:
            raise SubmissionRefused(404, "This witness does not know this log.\n")
        if not submission.note.is_signed_by(log.name, log.public_key):
            raise SubmissionRefused(403, "The checkpoint is not signed with the key of this log.\n")
        if submission.old_size > tree_head.size:
            raise SubmissionRefused(400, "The old size is larger than the checkpoint.\n")
        refusal = _find_refusal(submission, log)
        now = clock.get_database_time()
        if refusal is None:
            log.tree_size, log.root_sha256, log.note = (
                tree_head.size,
                tree_head.root.hex(),
                submission.checkpoint,
            )
            log.cosigned_at = now
            log.save(update_fields=["tree_size", "root_sha256", "note", "cosigned_at"])
            return cosign(
                submission.note.text,
                name=get_witness_name(),
                key=derive_witness_key(),
                seconds=int(now.timestamp()),
            )
        _store_evidence(submission, log, refusal)
    raise refusal


def _lock_log(origin: str) -> WitnessedLog | None:
    logs = WitnessedLog.objects.select_for_update()
    return logs.filter(verifier_key__startswith=f"{origin}+", active=True).first()


def _find_refusal(submission: Submission, log: WitnessedLog) -> SubmissionRefused | None:
    tree_head = submission.tree_head
    if submission.old_size != log.tree_size:
        return SubmissionRefused(409, f"{log.tree_size}\n")
    if not log.tree_size:
        return SubmissionRefused(422, "The proof from an empty log is empty.\n") if submission.proof else None
    if tree_head.size == log.tree_size and tree_head.root.hex() != log.root_sha256:
        return SubmissionRefused(409, f"{log.tree_size}\n")
    if not is_consistency_proven(
        log.tree_size, tree_head.size, submission.proof, bytes.fromhex(log.root_sha256), tree_head.root
    ):
        return SubmissionRefused(
            422, "The proof does not lead from the last cosigned checkpoint to this one.\n"
        )
    return None


def _store_evidence(submission: Submission, log: WitnessedLog, refusal: SubmissionRefused) -> None:
    """Store a signed checkpoint that does not continue the last cosigned one, so that people can compare the two.

    An outdated size is normal: the newsroom then submits again with the current size. Two trees of the same size prove
    two histories. A proof that does not verify is no evidence, because anyone can send it with a genuine checkpoint.
    """
    is_proven = (
        submission.tree_head.size == log.tree_size and submission.tree_head.root.hex() != log.root_sha256
    )
    if is_proven:
        _log.critical(
            "The ledger %s has two histories: two checkpoints of %s entries.", log.name, log.tree_size
        )
    elif refusal.status == 422:
        _log.warning("A checkpoint of %s does not continue what this witness cosigned.", log.name)
        if log.refusal and log.refusal_is_proof:
            return
    else:
        return
    log.refusal, log.refused_at, log.refusal_is_proof = (
        submission.checkpoint,
        clock.get_database_time(),
        is_proven,
    )
    log.save(update_fields=["refusal", "refused_at", "refusal_is_proof"])

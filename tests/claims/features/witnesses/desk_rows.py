"""A row of each page that witnesses have at the desk."""

from claims.features.witnesses.models import Witness, WitnessedLog
from claims.features.witnesses.witnessing import build_witness_verifier_key
from claims.ledger.proofs.signed_note import format_verifier_key
from claims.models import Claim


def add_rows(claim: Claim) -> None:
    own = build_witness_verifier_key().replace("+", f"{claim.pk}+", 1)
    Witness.objects.create(verifier_key=own, url="https://witness.example/witness")
    WitnessedLog.objects.create(verifier_key=format_verifier_key(f"ledger{claim.pk}.example", bytes(32)))

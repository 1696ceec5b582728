"""The demo's invented witnesses (claims/management/demo/README.md), switched off so that nothing is sent."""

from claims.features.witnesses.models import Witness, WitnessedLog
from claims.ledger.house_signature import derive_key
from claims.ledger.proofs.signed_note import format_verifier_key
from claims.management.demo.incoming import DemoContent


def add_witnesses(demo: DemoContent) -> None:
    for row in demo.rows["witnesses"]:
        key = derive_key(row["url"]).public_key().public_bytes_raw()
        witness_key = format_verifier_key(f"{row['name']}/witness", key, Witness.key_type)
        Witness.objects.create(verifier_key=witness_key, url=row["url"], active=False)
        log_key = format_verifier_key(f"{row['name']}/ledger", key, WitnessedLog.key_type)
        WitnessedLog.objects.create(verifier_key=log_key, active=False)

"""The part of `verify_ledger` about witnesses: verify each stored cosignature, and check that there are enough."""

from collections.abc import Iterator

from django.utils.translation import gettext

from claims.features.witnesses.models import Cosignature, Witness
from claims.features.witnesses.policy import list_desk_concerns
from claims.ledger.proofs.cosignature import CLOCK_SKEW, find_cosignature
from claims.ledger.proofs.signed_note import COSIGNATURE_TYPE, InvalidNote, read_verifier_key
from claims.ledger.verification.findings import Discrepancy
from factcheck.database import clock


def check_cosignatures() -> Iterator[Discrepancy]:
    """Yield a finding for each invalid cosignature and for each warning of the desk."""
    latest_time = clock.get_database_time() + CLOCK_SKEW
    keys = {witness.pk: _list_keys(witness) for witness in Witness.objects.all()}
    rows = Cosignature.objects.select_related("checkpoint", "witness").order_by("pk")
    for row in rows.iterator(chunk_size=2_000):
        if row.cosigned_at > latest_time or not any(
            _is_signed_with(row, key) for key in keys[row.witness_id]
        ):
            yield Discrepancy(
                f"Cosignature {row.pk} ({row.witness.name}, {row.checkpoint.tree_size} entries)",
                gettext("the cosignature is not a valid signature of the witness."),
            )
    for concern in list_desk_concerns():
        yield Discrepancy(gettext("Witnesses"), concern)


def _list_keys(witness: Witness) -> list[bytes]:
    """Return the witness's keys, the current one first. Signatures with earlier keys stay valid."""
    earlier_keys = witness.events.order_by("-pgh_id").values_list("verifier_key", flat=True)  # type: ignore[attr-defined]  # made by keep_history
    return [
        read_verifier_key(key, COSIGNATURE_TYPE)[1]
        for key in dict.fromkeys([witness.verifier_key, *earlier_keys])
    ]


def _is_signed_with(row: Cosignature, public_key: bytes) -> bool:
    try:
        cosignature = find_cosignature(
            row.checkpoint.note + row.line, name=row.witness.name, public_key=public_key
        )
    except InvalidNote:
        return False
    return cosignature is not None and (cosignature.line, cosignature.moment) == (row.line, row.cosigned_at)

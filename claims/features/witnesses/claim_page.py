"""The witnesses of a ledger entry, shown on the page of its claim."""

from typing import Any

from claims.features.witnesses.models import Witness
from claims.models import Publication


def list_witnesses(entry: Publication, document: dict[str, Any], *, is_newest: bool) -> dict[str, Any]:
    """Return the names of the active witnesses of this version of the claim, as a template context."""
    witnesses = Witness.objects.filter(active=True, cosignatures__checkpoint__tree_size__gte=entry.sequence)
    return {"witnesses": [witness.name for witness in witnesses.distinct()]}

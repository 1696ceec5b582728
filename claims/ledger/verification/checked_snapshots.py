"""Verify that quoted snapshots still have the hashes that entries state."""

import hashlib
from collections.abc import Iterator, Mapping

from django.utils.translation import gettext

from claims.ledger.verification.findings import Discrepancy
from sources.models import Snapshot

_BATCH_SIZE = 100


def check_snapshots(quoted_snapshots: Mapping[int, tuple[str, int]]) -> Iterator[Discrepancy]:
    """Yield snapshots whose text differs from the quoted one.

    Args:
        quoted_snapshots: for each snapshot, the hash of its text and the number of an entry with that hash.
    """
    ids = sorted(quoted_snapshots)
    for start in range(0, len(ids), _BATCH_SIZE):
        batch_ids = ids[start : start + _BATCH_SIZE]
        texts = dict(Snapshot.objects.filter(pk__in=batch_ids).order_by().values_list("pk", "text"))
        for pk in batch_ids:
            sha256, entry = quoted_snapshots[pk]
            if pk not in texts:
                yield Discrepancy(
                    gettext("Snapshot %(pk)s") % {"pk": pk},
                    gettext("the snapshot was deleted, but entry %(entry)s quotes it.") % {"entry": entry},
                )
            elif hashlib.sha256(texts[pk].encode()).hexdigest() != sha256:
                yield Discrepancy(
                    gettext("Snapshot %(pk)s") % {"pk": pk},
                    gettext("the snapshot’s text differs from the one that entry %(entry)s quotes.")
                    % {"entry": entry},
                )

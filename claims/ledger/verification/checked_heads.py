"""Verify keys and checkpoints: their signatures, and that the ledger still matches them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext

from claims.ledger.house_signature import decode_bytes
from claims.ledger.proofs.checkpoints import InconsistentLedger, build_log_name, read_head
from claims.ledger.proofs.key_succession import find_problem
from claims.ledger.proofs.signed_note import SignedNote, TreeHead
from claims.ledger.verification.findings import Discrepancy
from claims.models import Checkpoint, SigningKey


def check_keys() -> Iterator[Discrepancy]:
    """Yield keys that no earlier key announced, except the first."""
    last_key = None
    for key in SigningKey.objects.in_order().select_related("follows"):
        place = f"Key {key.pk} ({key.public_key})"
        if key.follows_id != (last_key.pk if last_key else None):
            yield Discrepancy(place, gettext("the key does not follow from the one before."))
        if problem := find_problem(key):
            yield Discrepancy(place, f"{problem}.")
        last_key = key


@dataclass
class SignedHeads:
    """The expected heads of a log by size: from stored checkpoints, and from checkpoints stored elsewhere."""

    log: str
    #: The expected root by size, and where it was stated.
    _expected: dict[int, list[tuple[bytes, str]]] = field(default_factory=dict)
    _discrepancies: list[Discrepancy] = field(default_factory=list)

    def add_stored(self) -> Iterator[Discrepancy]:
        """Add the stored checkpoints; yield those without a valid signature."""
        previous_size = 0
        rows = Checkpoint.objects.filter(log=self.log).order_by("id").select_related("key")
        for row in rows.iterator(chunk_size=2_000):
            place = f"Checkpoint {row.pk} ({row.log}, {row.tree_size} entries)"
            try:
                head = read_head(row)
            except InconsistentLedger as problem:
                yield Discrepancy(place, str(problem))
                continue
            if head.size < previous_size:
                yield Discrepancy(
                    place,
                    gettext(
                        "the checkpoint covers fewer entries than the one before, which covers %(before)s."
                    )
                    % {"before": previous_size},
                )
            previous_size = head.size
            self.add_head(head, place)

    def add_head(self, head: TreeHead, place: str) -> None:
        """Add a tree head found in a signed checkpoint."""
        self._expected.setdefault(head.size, []).append((head.root, place))

    def has_signed_size(self, size: int) -> bool:
        """Return whether a head of this size was signed."""
        return size in self._expected

    def compare(self, size: int, root: bytes) -> None:
        """Compare the stored tree with the heads signed at this size."""
        for signed_root, place in self._expected.pop(size, ()):
            if signed_root != root:
                self._discrepancies.append(
                    Discrepancy(
                        place,
                        gettext("the stored entries no longer match it: an entry up to %(size)s was changed.")
                        % {"size": size},
                    )
                )

    def findings(self) -> Iterator[Discrepancy]:
        """Yield the discrepancies found, and a discrepancy for each signed head beyond the end of the ledger."""
        yield from self._discrepancies
        for size, heads in sorted(self._expected.items()):
            for _root, place in heads:
                yield Discrepancy(
                    place,
                    gettext("there are no longer %(size)s entries: some were removed.") % {"size": size},
                )


def build_log_names() -> dict[str, str]:
    """Return the kind of each log (`Checkpoint.Log`), keyed by the log's name in checkpoints."""
    origin = SigningKey.objects.values_list("origin", flat=True).first() or ""
    return {build_log_name(origin, log): log for log in Checkpoint.Log.values}


def is_signed_here(note: SignedNote, origin: str, trusted_keys: Iterable[str]) -> bool:
    """Return whether one of these keys signed the note under the log name `origin`."""
    return any(note.is_signed_by(origin, decode_bytes(key)) for key in trusted_keys)

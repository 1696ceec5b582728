"""Which witnesses' cosignatures make a checkpoint trusted. The core has none: a feature adds them."""

from typing import NamedTuple

from claims.models import Checkpoint
from factcheck import features


class WitnessPolicy(NamedTuple):
    """The witnesses whose cosignatures count, and how many of them are required."""

    required: int
    keys: tuple[str, ...]
    """Their verifier keys, `name+id+key`."""


def load_policy() -> WitnessPolicy:
    """Return the newsroom's own policy; it requires nothing if there are no witnesses."""
    policies: list[WitnessPolicy] = [load() for load in features.load_declared("witness_policy")]
    return policies[0] if policies else WitnessPolicy(0, ())


def build_published_note(checkpoint: Checkpoint) -> str:
    """Return the published note of a checkpoint, with all cosignatures, including those that do not count."""
    notes: list[str] = [cosigned(checkpoint) for cosigned in features.load_declared("cosigned_note")]
    return notes[0] if notes else checkpoint.note

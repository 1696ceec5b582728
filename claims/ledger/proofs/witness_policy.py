"""The witnesses whose cosignatures make a checkpoint trusted. Only a feature adds witnesses."""

from typing import NamedTuple

from claims.models import Checkpoint
from factcheck import features


class WitnessPolicy(NamedTuple):
    """The witnesses whose cosignatures count, and the number of them that is required."""

    required: int
    keys: tuple[str, ...]
    """The witnesses' verifier keys, `name+id+key`."""


def load_policy() -> WitnessPolicy:
    """Return the newsroom's own policy. Without witnesses, it requires nothing."""
    policies: list[WitnessPolicy] = [
        load_declared_policy() for load_declared_policy in features.load_declared("witness_policy")
    ]
    return policies[0] if policies else WitnessPolicy(0, ())


def build_published_note(checkpoint: Checkpoint) -> str:
    """Return the published note of a checkpoint with all cosignatures, even if they do not count."""
    notes: list[str] = [build_note(checkpoint) for build_note in features.load_declared("cosigned_note")]
    return notes[0] if notes else checkpoint.note

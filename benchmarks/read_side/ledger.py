"""The generated histories of claims: published, corrected, extended, retracted or merged."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from claims.models import Publication

BEGIN, END = datetime(2015, 1, 1, 6, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)
#: Claims that are made together. A merge stays inside one.
CHUNK = 1_000

_FATES = {"plain": 70, "added": 20, "corrected": 6, "corrected twice": 1, "retracted": 1, "merged": 2}
_CORRECTIONS = (Publication.Kind.CORRECTION, Publication.Kind.CLARIFICATION, Publication.Kind.UPDATE)


@dataclass(slots=True)
class Event:
    """A ledger entry: its kind, its time, and its global position."""

    kind: str
    at: datetime
    sequence: int = 0


@dataclass(slots=True)
class Life:
    """The history of a claim."""

    claim: int
    events: list[Event]
    merged_into: int | None = None
    absorbs: list[int] = field(default_factory=list)


def make_lives(claims: int) -> list[Life]:
    """Return the histories of claims 1 to `claims` over ten years, the same every time."""
    chance = random.Random(f"lives of {claims}")  # noqa: S311  nothing to protect here
    step = (END - BEGIN) / claims
    found: list[Life] = []
    for number, fate in enumerate(chance.choices(list(_FATES), weights=list(_FATES.values()), k=claims)):
        first = BEGIN + step * (number + chance.random())
        life = Life(number + 1, [Event(Publication.Kind.PUBLICATION, first)])
        if fate == "merged" and number % CHUNK and len(found[-1].events) == 1:
            target = found[-1]
            moment = _add_delay(chance, first)
            life.events.append(Event(Publication.Kind.MERGE, moment))
            target.events.append(Event(Publication.Kind.MERGE, moment + timedelta(milliseconds=20)))
            life.merged_into = target.claim
            target.absorbs.append(life.claim)
        elif fate == "added":
            life.events.append(Event(Publication.Kind.ADDITION, _add_delay(chance, first)))
        elif fate == "retracted":
            life.events.append(Event(Publication.Kind.RETRACTION, _add_delay(chance, first)))
        elif fate.startswith("corrected"):
            for _ in range(2 if fate == "corrected twice" else 1):
                moment = _add_delay(chance, life.events[-1].at)
                life.events.append(Event(chance.choice(_CORRECTIONS), moment))
        found.append(life)
    in_order = sorted((event for life in found for event in life.events), key=lambda event: event.at)
    for sequence, event in enumerate(in_order, 1):
        event.sequence = sequence
    return found


def _add_delay(chance: random.Random, moment: datetime) -> datetime:
    """Return a later moment, mostly by days and sometimes by a year."""
    return moment + timedelta(seconds=60 + int(chance.expovariate(1 / (40 * 86_400))))

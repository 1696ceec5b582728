"""The generated histories of claims: published, corrected, extended, retracted or merged."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from claims.models import Publication

START_TIME, END_TIME = datetime(2015, 1, 1, 6, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)
#: Claims that are made together. A merge stays inside one.
CHUNK_SIZE = 1_000

_HISTORY_WEIGHTS = {
    "plain": 70,
    "added": 20,
    "corrected": 6,
    "corrected twice": 1,
    "retracted": 1,
    "merged": 2,
}
_CORRECTIONS = (Publication.Kind.CORRECTION, Publication.Kind.CLARIFICATION, Publication.Kind.UPDATE)


@dataclass(slots=True)
class Event:
    """A ledger entry: its kind, its time, and its global position."""

    kind: str
    time: datetime
    sequence: int = 0


@dataclass(slots=True)
class History:
    """The history of a claim."""

    claim: int
    events: list[Event]
    merged_into: int | None = None
    absorbed_claims: list[int] = field(default_factory=list)


def make_histories(claims: int) -> list[History]:
    """Return the histories of claims 1 to `claims` over ten years, the same every time."""
    rng = random.Random(f"lives of {claims}")  # noqa: S311  nothing to protect here
    step = (END_TIME - START_TIME) / claims
    histories: list[History] = []
    for number, history_kind in enumerate(
        rng.choices(list(_HISTORY_WEIGHTS), weights=list(_HISTORY_WEIGHTS.values()), k=claims)
    ):
        first_moment = START_TIME + step * (number + rng.random())
        history = History(number + 1, [Event(Publication.Kind.PUBLICATION, first_moment)])
        if history_kind == "merged" and number % CHUNK_SIZE and len(histories[-1].events) == 1:
            target = histories[-1]
            moment = _add_delay(rng, first_moment)
            history.events.append(Event(Publication.Kind.MERGE, moment))
            target.events.append(Event(Publication.Kind.MERGE, moment + timedelta(milliseconds=20)))
            history.merged_into = target.claim
            target.absorbed_claims.append(history.claim)
        elif history_kind == "added":
            history.events.append(Event(Publication.Kind.ADDITION, _add_delay(rng, first_moment)))
        elif history_kind == "retracted":
            history.events.append(Event(Publication.Kind.RETRACTION, _add_delay(rng, first_moment)))
        elif history_kind.startswith("corrected"):
            for _ in range(2 if history_kind == "corrected twice" else 1):
                moment = _add_delay(rng, history.events[-1].time)
                history.events.append(Event(rng.choice(_CORRECTIONS), moment))
        histories.append(history)
    sorted_events = sorted(
        (event for history in histories for event in history.events), key=lambda event: event.time
    )
    for sequence, event in enumerate(sorted_events, 1):
        event.sequence = sequence
    return histories


def _add_delay(rng: random.Random, moment: datetime) -> datetime:
    """Return a later moment, mostly by days and sometimes by a year."""
    return moment + timedelta(seconds=60 + int(rng.expovariate(1 / (40 * 86_400))))

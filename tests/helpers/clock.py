"""Time that tests move, and a store that lives in it."""

from dataclasses import dataclass, field

from factcheck.web.throttling.store import StoreUnavailable


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class SharedStore:
    """What the real one does, in memory; and it can be out of reach."""

    clock: Clock
    free_at: dict[str, float] = field(default_factory=dict)
    settlements: list[float] = field(default_factory=list)
    away: bool = False

    def add_cost(self, name: str, *, spent_seconds: float, owed_alone: float) -> float:
        self.settlements.append(spent_seconds)
        if self.away:
            raise StoreUnavailable("it is away")
        self.free_at[name] = max(self.free_at.get(name, 0.0) + spent_seconds, self.clock() + owed_alone)
        return max(0.0, self.free_at[name] - self.clock())

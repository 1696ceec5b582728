"""The choice of replicas, from their positions and the primary's, by our clock only."""

import pytest

from factcheck.database.replicas import PRIMARY_TIMEOUT_SECONDS, REPLICA_TIMEOUT_SECONDS, Replicas, Report


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


class Scene:
    """A primary and two replicas, with a clock that tests advance."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.replicas = Replicas(["a", "b"], 1.0, self.clock)

    def primary(self, position: int, *, server: str = "P", mark: int | None = None) -> None:
        self.replicas.record_primary_report(Report(False, position, server, mark), queried_at=self.clock.now)

    def replica(self, alias: str, position: int) -> None:
        self.replicas.record_replica_report(alias, Report(True, position, alias), queried_at=self.clock.now)

    def later(self, seconds: float) -> None:
        self.clock.now += seconds

    def find_lag(self, alias: str) -> float:
        """Return the shortest age, in quarters of a second, at which the replica can still be read from."""
        limit = self.replicas.max_age_seconds
        try:
            for quarters in range(20):
                self.replicas.max_age_seconds = quarters / 4
                if self.replicas.can_be_read(alias):
                    return quarters / 4
            return 5.0
        finally:
            self.replicas.max_age_seconds = limit

    @property
    def fit(self) -> list[str]:
        return [alias for alias in "ab" if self.replicas.can_be_read(alias)]


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_nothing_is_known_at_first(scene: Scene) -> None:
    """So the primary is read, and for a moment no server is considered dead."""
    assert (scene.fit, scene.replicas.has_primary(), scene.replicas.mark) == ([], True, None)
    assert (scene.replicas.is_dead("a"), scene.replicas.is_up_to_date("a")) == (False, False)
    scene.later(REPLICA_TIMEOUT_SECONDS + 0.01)
    assert (scene.replicas.has_primary(), scene.replicas.has_lost_primary()) == (False, False)
    assert (scene.replicas.list_by_freshness(), scene.replicas.is_dead("a")) == ([], True)
    scene.later(PRIMARY_TIMEOUT_SECONDS)
    assert scene.replicas.has_lost_primary()
    scene.replica("a", 5)
    assert scene.fit == []  # its delay is unknown


def test_replica_is_as_old_as_the_place_of_the_primary_that_it_has_reached(scene: Scene) -> None:
    for position in (10, 20, 30, 40):
        scene.primary(position)
        scene.later(0.5)
    scene.replica("a", 35)
    scene.replica("b", 40)
    assert (scene.find_lag("a"), scene.find_lag("b"), scene.fit) == (1.0, 0.5, ["a", "b"])
    scene.later(0.25)
    scene.replica("a", 39)
    assert (scene.find_lag("a"), scene.fit) == (1.25, ["b"])
    scene.replica("a", 40)
    assert (scene.find_lag("a"), scene.fit) == (0.75, ["a", "b"])


def test_without_writes_a_replica_has_no_delay(scene: Scene) -> None:
    scene.primary(10)
    for _ in range(20):
        scene.later(REPLICA_TIMEOUT_SECONDS)
        scene.primary(10)
        scene.replica("a", 10)
    assert (scene.fit, scene.find_lag("a")) == (["a"], 0.0)


def test_replica_that_falls_silent_is_left_out(scene: Scene) -> None:
    scene.primary(10)
    scene.replica("a", 10)
    scene.replica("b", 10)
    scene.later(REPLICA_TIMEOUT_SECONDS + 0.5)
    scene.primary(10)
    scene.replica("b", 10)
    assert (scene.fit, scene.replicas.is_dead("a"), scene.replicas.list_by_freshness()) == (
        ["b"],
        True,
        ["b"],
    )


def test_without_a_primary_current_replicas_are_still_read(scene: Scene) -> None:
    scene.primary(10)
    scene.later(60)
    scene.replica("a", 10)
    scene.replica("b", 9)
    assert (scene.fit, scene.replicas.has_primary()) == (["a"], False)
    assert [scene.replicas.is_up_to_date(alias) for alias in "ab"] == [True, False]
    assert scene.replicas.list_by_freshness() == ["a", "b"]


def test_one_that_replays_is_no_primary(scene: Scene) -> None:
    scene.later(60)
    scene.replicas.record_primary_report(Report(True, 10, "P", 5), queried_at=scene.clock.now)
    assert (scene.replicas.has_primary(), scene.replicas.mark) == (False, None)


def test_a_new_primary_is_judged_by_its_position(scene: Scene) -> None:
    """The old primary had not replicated its last entries."""
    scene.primary(30, mark=7)
    assert scene.replicas.mark == 7
    scene.later(2)
    scene.primary(20, server="b", mark=6)
    scene.replica("a", 20)
    assert (scene.fit, scene.replicas.mark) == (["a"], 6)


@pytest.mark.parametrize("server, fit", [("P", ["a"]), ("another", [])])
def test_replica_that_was_promoted_is_read_if_it_is_the_primary(
    scene: Scene, server: str, fit: list[str]
) -> None:
    scene.primary(10)
    scene.replicas.record_replica_report("a", Report(False, 900, server), queried_at=scene.clock.now)
    assert scene.fit == fit

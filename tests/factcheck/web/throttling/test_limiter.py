"""Counting: the limit to the request within one process, and within the promised bound over many."""

import logging
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factcheck.installation.environment import Rate
from factcheck.web.throttling.limiter import LOG_INTERVAL_SECONDS, RETRY_AFTER_SECONDS, Admission, Limiter
from tests.helpers.clock import Clock, SharedStore
from tests.helpers.parallel import at_once


def processes(number: int, rate: Rate, clock: Clock, store: SharedStore | None) -> list[Limiter]:
    return [Limiter({"anonymous": rate}, store, clock=clock) for _ in range(number)]


def admitted(limiter: Limiter, requests: int, client: str = "192.0.2.1", cost: int = 1) -> int:
    """How many of these requests, all at once, are answered."""
    answers = [limiter.admit(client, "anonymous", cost) for _ in range(requests)]
    return sum(answer.allowed for answer in answers if answer)


def test_the_first_request_states_the_remaining_budget() -> None:
    (limiter,) = processes(1, Rate(600, 60), Clock(), None)
    assert limiter.admit("192.0.2.1", "anonymous") == Admission(True, "anonymous", 600, 60, 599, 1)
    assert limiter.admit("192.0.2.1", "anonymous", 99) == Admission(True, "anonymous", 600, 60, 500, 10)


def test_one_process_keeps_the_limit_to_the_request() -> None:
    clock = Clock()
    (limiter,) = processes(1, Rate(600, 60), clock, SharedStore(clock))
    assert admitted(limiter, 1000) == 600
    assert limiter.admit("192.0.2.1", "anonymous") == Admission(False, "anonymous", 600, 60, 0, 1)


def test_budget_refills_evenly() -> None:
    clock = Clock()
    (limiter,) = processes(1, Rate(60, 60), clock, SharedStore(clock))
    assert admitted(limiter, 100) == 60
    clock.now += 0.9
    assert admitted(limiter, 100) == 0
    clock.now += 0.1
    assert admitted(limiter, 100) == 1
    clock.now += 10
    assert admitted(limiter, 100) == 10
    clock.now += 1000
    assert admitted(limiter, 100) == 60


def test_a_caller_is_answered_after_the_stated_wait_and_not_before() -> None:
    clock = Clock()
    (limiter,) = processes(1, Rate(10, 3600), clock, SharedStore(clock))
    assert admitted(limiter, 10) == 10
    refused = limiter.admit("192.0.2.1", "anonymous", 3)
    assert refused == Admission(False, "anonymous", 10, 3600, 0, 1080)
    clock.now += 1079
    assert admitted(limiter, 1, cost=3) == 0
    clock.now += 1
    assert admitted(limiter, 1, cost=3) == 1


def test_refused_requests_cost_nothing() -> None:
    clock = Clock()
    store = SharedStore(clock)
    (limiter,) = processes(1, Rate(10, 10), clock, store)
    admitted(limiter, 10)
    asked = len(store.settlements)
    assert admitted(limiter, 500) == 0
    assert len(store.settlements) == asked
    clock.now += 1
    assert admitted(limiter, 1) == 1


def test_callers_and_tiers_have_budgets_of_their_own() -> None:
    limiter = Limiter({"anonymous": Rate(2, 60), "token": Rate(5, 60)}, None, clock=Clock())
    assert admitted(limiter, 9, "192.0.2.1") == 2
    assert admitted(limiter, 9, "192.0.2.2") == 2
    answers = [limiter.admit("192.0.2.1", "token") for _ in range(9)]
    assert sum(answer.allowed for answer in answers if answer) == 5


def test_tier_without_limit_is_not_counted() -> None:
    limiter = Limiter({"anonymous": None}, None)
    assert limiter.admit("192.0.2.1", "anonymous") is None
    assert not limiter._accounts


def test_request_that_costs_more_than_the_budget_takes_all_of_it() -> None:
    (limiter,) = processes(1, Rate(5, 60), Clock(), None)
    assert admitted(limiter, 2, cost=50) == 1
    assert admitted(limiter, 1) == 0


def test_the_store_is_queried_once_per_tenth_of_the_budget() -> None:
    clock = Clock()
    store = SharedStore(clock)
    (limiter,) = processes(1, Rate(600, 60), clock, store)
    admitted(limiter, 60)
    assert store.settlements == []
    admitted(limiter, 540)
    assert store.settlements == pytest.approx([6.0] * 9)


def test_a_million_callers_do_not_reach_the_store_and_are_not_all_remembered() -> None:
    clock = Clock()
    store = SharedStore(clock)
    limiter = Limiter({"anonymous": Rate(600, 60)}, store, clock=clock, max_callers=100)
    for number in range(5000):
        limiter.admit(f"10.0.{number // 256}.{number % 256}", "anonymous")
    assert len(limiter._accounts) == 100
    assert store.settlements == []


def test_frequent_callers_are_kept_among_many() -> None:
    limiter = Limiter({"anonymous": Rate(5, 60)}, None, clock=Clock(), max_callers=10)
    answered = 0
    for number in range(100):
        limiter.admit(f"198.51.100.{number}", "anonymous")
        answered += admitted(limiter, 1, "192.0.2.1")
    assert answered == 5


def test_processes_share_the_budget() -> None:
    clock = Clock()
    store = SharedStore(clock)
    several = processes(4, Rate(600, 60), clock, store)
    total = sum(admitted(process, 1) for _ in range(1000) for process in several)
    assert 600 <= total <= 600 + 4 * 60
    clock.now += 60
    late = sum(admitted(process, 1) for _ in range(1000) for process in several)
    # What went over was not given away: it is missing now.
    assert total + late <= 1200 + 4 * 60


@given(
    number=st.integers(1, 5),
    limit=st.integers(1, 60),
    costs=st.sampled_from([(1,), (1, 5), (3, 20)]),
    steps=st.lists(
        st.tuples(st.floats(0, 30), st.integers(0, 4), st.integers(0, 80)), min_size=1, max_size=40
    ),
)
def test_no_caller_exceeds_the_limit(
    number: int, limit: int, costs: tuple[int, ...], steps: list[tuple[float, int, int]]
) -> None:
    """The bound that the package promises, between any two moments."""
    clock = Clock()
    several = processes(number, Rate(limit, 60), clock, SharedStore(clock))
    answered: list[tuple[float, int]] = []
    for pause, process, requests in steps:
        clock.now += pause
        for turn in range(requests):
            cost = min(costs[turn % len(costs)], limit)
            if admitted(several[process % number], 1, cost=cost):
                answered.append((clock.now, cost))
    over = number * max(ceil(limit / 10), min(max(costs), limit)) if number > 1 else 0
    for first in range(len(answered)):
        spent = 0
        for moment, cost in answered[first:]:
            spent += cost
            assert spent <= limit + limit * (moment - answered[first][0]) / 60 + over + 1e-3


@given(
    limit=st.integers(1, 60),
    steps=st.lists(st.tuples(st.floats(0, 90), st.integers(0, 30), st.integers(1, 9)), max_size=40),
)
def test_settling_changes_nothing_for_one_process(limit: int, steps: list[tuple[float, int, int]]) -> None:
    """Also for who spends a little now and then, and settles it long after."""
    clock = Clock()
    (alone,) = processes(1, Rate(limit, 60), clock, None)
    (settling,) = processes(1, Rate(limit, 60), clock, SharedStore(clock))
    for pause, requests, cost in steps:
        clock.now += pause
        assert admitted(settling, requests, cost=cost) == admitted(alone, requests, cost=cost)


def test_many_threads_get_no_more_than_one_would() -> None:
    clock = Clock()
    (limiter,) = processes(1, Rate(500, 60), clock, SharedStore(clock))
    assert sum(at_once(*[lambda: admitted(limiter, 200)] * 8)) == 500


# When the store is away


def test_without_store_each_process_keeps_the_limit_by_itself() -> None:
    clock = Clock()
    store = SharedStore(clock, away=True)
    several = processes(2, Rate(100, 60), clock, store)
    assert [admitted(process, 300) for process in several] == [100, 100]


def test_store_that_is_away_is_left_alone_for_a_while_and_logged_once_a_minute(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = Clock()
    store = SharedStore(clock, away=True)
    (limiter,) = processes(1, Rate(1000, 1), clock, store)
    with caplog.at_level(logging.WARNING, "factcheck.web.throttling"):
        for _ in range(int(LOG_INTERVAL_SECONDS * 10) - 1):
            admitted(limiter, 100)
            clock.now += 0.1
        assert len(caplog.records) == 1
        assert len(store.settlements) == LOG_INTERVAL_SECONDS / RETRY_AFTER_SECONDS
        clock.now += RETRY_AFTER_SECONDS
        admitted(limiter, 200)
    assert len(caplog.records) == 2
    assert "it is away" in caplog.text


def test_requests_during_an_outage_are_not_charged_later() -> None:
    clock = Clock()
    store = SharedStore(clock, away=True)
    (limiter,) = processes(1, Rate(60, 60), clock, store)
    for _ in range(3600):
        assert admitted(limiter, 1) == 1
        clock.now += 1
    store.away = False
    clock.now += 60
    assert admitted(limiter, 100) == 60
    assert max(store.free_at.values()) <= clock.now + 60


def test_the_store_gets_hashed_names_that_all_processes_share() -> None:
    clock = Clock()
    store = SharedStore(clock)
    for secret in ("one", "one", "another"):
        admitted(Limiter({"anonymous": Rate(5, 60)}, store, secret=secret, clock=clock), 3)
    assert len(store.free_at) == 2
    assert not any("192.0.2.1" in name for name in store.free_at)

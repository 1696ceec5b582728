"""One failure makes nothing dead, what works is alive at once: for any course of findings."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from claims.features.links.models import LinkOutcome
from claims.features.links.outcomes import LinkStatus, compute_next_check, compute_status, get_required_proof
from tests.helpers.sweeps import sweep

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
findings = st.lists(
    st.tuples(st.sampled_from(LinkOutcome), st.integers(min_value=1, max_value=500)), min_size=1, max_size=40
)


def after(*found: tuple[LinkOutcome, float]) -> LinkStatus:
    """Findings, each so many hours after the one before."""
    standing, now = LinkStatus(), NOON
    for outcome, hours in found:
        now += timedelta(hours=hours)
        standing = compute_status(standing, outcome, "", now)
    return standing


@given(findings)
def test_a_working_link_is_alive_at_once(course: list[tuple[LinkOutcome, int]]) -> None:
    standing = after(*course, (LinkOutcome.ALIVE, 1))
    assert (standing.outcome, standing.failures, standing.suspected) == ("alive", 0, "")


@given(findings)
def test_nothing_is_believed_at_first_sight(course: list[tuple[LinkOutcome, int]]) -> None:
    before, now = LinkStatus(), NOON
    for outcome, hours in course:
        now += timedelta(hours=hours)
        standing = compute_status(before, outcome, "", now)
        if standing.outcome != before.outcome and standing.outcome != LinkOutcome.ALIVE:
            assert before.suspected == standing.outcome
            assert before.failures + 1 >= get_required_proof(standing.outcome, "").check_count
        assert (standing.failures == 0) == (standing.suspected == "") == (standing.failing_since is None)
        before = standing


@given(findings)
def test_the_next_check_is_neither_now_nor_never(course: list[tuple[LinkOutcome, int]]) -> None:
    before, now = LinkStatus(), NOON
    for outcome, hours in course:
        now += timedelta(hours=hours)
        before = compute_status(before, outcome, "", now)
        coming = compute_next_check(before, "", now, interval=WEEK, jitter=0.5)
        assert now + timedelta(minutes=59) < coming <= now + 4 * WEEK


@sweep("outcome", ["gone", "moved", "changed", "unreachable"])
def test_the_checks_that_are_planned_are_enough(outcome: str) -> None:
    """A check at each due time reports the failure in the end, and soon after the minimum time."""
    standing, now, checks = LinkStatus("alive", NOON), NOON, 0
    while standing.outcome != outcome:
        standing, checks = compute_status(standing, LinkOutcome(outcome), "", now), checks + 1
        now = compute_next_check(standing, "", now, interval=WEEK, jitter=0.5)
        assert checks <= 5
    assert checks >= get_required_proof(outcome, "").check_count


def test_a_name_that_leads_nowhere_is_given_two_weeks() -> None:
    standing, now = LinkStatus("alive", NOON), NOON
    for _ in range(7):
        standing = compute_status(standing, LinkOutcome.GONE, "name_not_found", now)
        assert standing.outcome == "alive"
        now += timedelta(days=2)
    assert compute_status(standing, LinkOutcome.GONE, "name_not_found", now).outcome == "gone"


def test_failures_are_kept_while_our_server_is_down_for_a_day() -> None:
    gone = LinkOutcome.GONE
    standing = after((gone, 1), (gone, 30), (LinkOutcome.UNREACHABLE, 10), (gone, 10))
    assert standing.outcome == "gone"
    assert compute_status(standing, LinkOutcome.UNREACHABLE, "", NOON + WEEK).outcome == "gone"


def test_alternating_results_are_not_reported() -> None:
    moved, gone = LinkOutcome.MOVED, LinkOutcome.GONE
    assert after(*[(moved, 24), (gone, 24)] * 10).outcome == ""

"""The order of visits to a site, for all features that follow it."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from sources.http.fetch_errors import FetchError
from sources.known_sites import LEASE_TIME, MAX_UNVISITED_TIME, KnownSites, delete_unvisited_sites
from sources.models import VisitedSite

pytestmark = pytest.mark.django_db

SITE = "https://post.example"


def sites(clock: Any, patience: float = 100.0) -> tuple[KnownSites, list[float]]:
    """Known sites, and how long was slept for them."""
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock.shift(timedelta(seconds=seconds))

    return KnownSites(max_wait_seconds=patience, sleep=sleep), slept


def test_a_pause_after_each_request(clock: Any) -> None:
    known, slept = sites(clock)
    for _request in range(3):
        known.begin_visit(SITE)
        known.end_visit(SITE, 7.0)
    assert slept == [1.0] * 14


def test_one_of_two_waits_until_the_other_is_done(clock: Any) -> None:
    one, _slept = sites(clock)
    other, slept = sites(clock, patience=10.0)
    one.begin_visit(SITE)
    with pytest.raises(FetchError) as refusal:
        other.begin_visit(SITE)
    assert (refusal.value.reason_code, refusal.value.wait) == (
        "asked_to_wait",
        LEASE_TIME - timedelta(seconds=10),
    )
    assert slept == [1.0] * 10
    other.begin_visit("http://post.example")
    one.end_visit(SITE, 5.0)
    other.begin_visit(SITE)


def test_a_visitor_that_would_wait_too_long_gives_up_at_once(clock: Any) -> None:
    known, slept = sites(clock)
    known.begin_visit(SITE)
    known.end_visit(SITE, 3600.0)
    with pytest.raises(FetchError, match="post.example asks for a pause of about 60 min."):
        known.begin_visit(SITE)
    assert slept == []


def test_the_lease_of_a_dead_process_expires(clock: Any) -> None:
    dead, _slept = sites(clock)
    dead.begin_visit(SITE)
    clock.shift(LEASE_TIME)
    alive, slept = sites(clock)
    alive.begin_visit(SITE)
    assert slept == []


def test_robots_txt_holds_for_a_day(clock: Any) -> None:
    known, _slept = sites(clock)
    assert known.get_rules(SITE) is None
    known.begin_visit(SITE)
    assert known.get_rules(SITE) is None
    known.store_rules(SITE, "")
    assert known.get_rules(SITE) == ""
    known.store_rules(SITE, "User-agent: *\nDisallow: /\n")
    clock.move_to(timezone.now() + timedelta(hours=23))
    assert known.get_rules(SITE) == "User-agent: *\nDisallow: /\n"
    clock.move_to(timezone.now() + timedelta(hours=2))
    assert known.get_rules(SITE) is None


def test_sites_without_sources_are_deleted(clock: Any) -> None:
    known, _slept = sites(clock)
    known.begin_visit(SITE)
    known.end_visit(SITE, 0.0)
    clock.shift(MAX_UNVISITED_TIME)
    known.begin_visit("https://other.example")
    delete_unvisited_sites()
    assert VisitedSite.objects.count() == 2
    clock.shift(timedelta(minutes=1))
    delete_unvisited_sites()
    assert list(VisitedSite.objects.values_list("site", flat=True)) == ["https://other.example"]

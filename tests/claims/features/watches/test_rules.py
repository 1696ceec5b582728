"""What the database holds of watches."""

import pytest
from django.utils import timezone

from claims.features.watches.models import Watch, WatchedPage, WatchProgress
from tests.helpers.broken_rules import refused, sql

pytestmark = pytest.mark.django_db

WATCH = (
    "INSERT INTO watches_watch (name, url, url_key, language, interval_minutes, most_per_visit, most_per_day,"
    " most_proposals_per_day, active) VALUES (%s, %s, %s, '', %s, %s, %s, %s, true)"
)
FEED = "https://post.example/feed"


@pytest.fixture
def watch(db: None) -> Watch:
    return Watch.objects.create(name="Sundvik Post", url=FEED)


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        (("", FEED, FEED, 30, 10, 50, 300), "watch_has_a_name"),
        (("A", "ftp://post.example", FEED, 30, 10, 50, 300), "watch_address_is_of_the_web"),
        (("A", FEED, "", 30, 10, 50, 300), "watch_address_is_of_the_web"),
        (("A", FEED, FEED, 4, 10, 50, 300), "watch_interval_is_polite"),
        (("A", FEED, FEED, 10081, 10, 50, 300), "watch_interval_is_polite"),
        (("A", FEED, FEED, 30, 0, 50, 300), "watch_budgets_are_bounded"),
        (("A", FEED, FEED, 30, 101, 50, 300), "watch_budgets_are_bounded"),
        (("A", FEED, FEED, 30, 10, 1001, 300), "watch_budgets_are_bounded"),
        (("A", FEED, FEED, 30, 10, 50, 10001), "watch_budgets_are_bounded"),
    ],
)
def test_invalid_watches_are_refused(values: tuple[object, ...], rule: str) -> None:
    refused(WATCH, *values, match=rule)


def test_begins_with_its_progress_and_once_per_address() -> None:
    assert sql(WATCH, "A", FEED, FEED, 5, 100, 1000, 10_000) == 1
    assert WatchProgress.objects.get().visited_at is None
    refused(WATCH, "B", FEED, FEED, 30, 10, 50, 300, match="watch_follows_an_address_once")


def test_its_address_stays(watch: Watch) -> None:
    refused("UPDATE watches_watch SET url = url || 's'", match="watch_address_stays")
    refused("UPDATE watches_watch SET url_key = url_key || 's'", match="watch_address_stays")


@pytest.mark.parametrize(
    "change",
    [
        "consecutive_failures = 1",
        "consecutive_failures = 1, failing_since = now()",
        "failing_since = now()",
        "failure = 'Gone.'",
    ],
)
def test_a_failure_says_since_when_and_why(watch: Watch, change: str) -> None:
    refused(f"UPDATE watches_watchprogress SET {change}", match="watchprogress_failures_have_begun")


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("next_look_at = NULL", "watchedpage_waits_for_a_moment"),
        ("state = 'passed'", "watchedpage_waits_for_a_moment"),
        ("state = 'failed', failure = 'Gone.'", "watchedpage_waits_for_a_moment"),
        ("state = 'failed', next_look_at = NULL", "watchedpage_failure_says_why"),
    ],
)
def test_a_page_waits_or_is_settled(watch: Watch, change: str, rule: str) -> None:
    WatchedPage.objects.create(watch=watch, url=FEED, url_key=FEED, next_look_at=timezone.now())
    refused(f"UPDATE watches_watchedpage SET {change}", match=rule)


def test_a_page_is_found_once(watch: Watch) -> None:
    for _again in range(2):
        found = (
            "INSERT INTO watches_watchedpage (watch_id, url, url_key, title, state, found_at, unchanged, etag,"
            " last_modified, attempts, failure) VALUES (%s, %s, %s, '', 'passed', now(), 0, '', '', 0, '')"
        )
        if WatchedPage.objects.exists():
            refused(found, watch.pk, FEED, FEED, match="watchedpage_is_found_once")
        else:
            sql(found, watch.pk, FEED, FEED)

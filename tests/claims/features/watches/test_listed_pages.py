"""The current entries of a list: new, changed, old or not trusted."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from claims.features.watches import listed_pages, visits
from claims.features.watches.listed_pages import MAX_PAGE_AGE, UNLISTED_LIFETIME
from claims.features.watches.models import WatchedPage
from sources.models import Snapshot, Source
from tests.claims.features.watches.visiting import Visit, brought, make_watch, states
from tests.helpers.followed_site import Paper

pytestmark = pytest.mark.django_db


class TestWhatIsListed:
    @pytest.mark.slow
    def test_ten_thousand_entries(self, paper: Paper, visit: Visit) -> None:
        paper.article("/0")
        paper.article("/1", 9)
        watch = make_watch(paper.feed(*(f"/{number}" for number in range(10_000))), most_per_visit=2)
        assert brought(visit(watch)) == {"new": 2}
        assert watch.pages.count() == 10_000
        assert len(paper.asked()) == 4

    def test_one_page_in_many_spellings(self, paper: Paper, visit: Visit) -> None:
        paper.article("/1")
        paper.article("/1?utm_source=rss")
        watch = make_watch(
            paper.feed("/1", "1", f"{paper.address}/1?utm_source=rss", "/1#top", "//[", "mailto:a@b")
        )
        assert brought(visit(watch)) == {"new": 1}
        assert states(watch) == {"/1": "imported"}

    def test_dates_in_the_future_are_not_believed(self, paper: Paper, visit: Visit, clock: Any) -> None:
        paper.article("/1")
        paper.article("/2", 9)
        now = timezone.now()
        watch = make_watch(
            paper.feed(("/1", now + timedelta(days=900)), ("/2", now - timedelta(days=1))), most_per_visit=1
        )
        visit(watch)
        assert states(watch) == {"/2": "imported", "/1": "passed"}
        paper.feed(("/2", now + timedelta(days=901)))
        clock.shift(timedelta(minutes=30))
        assert brought(visit(watch)) == {}

    def test_an_old_entry_that_was_not_listed_before_is_no_news(self, paper: Paper, visit: Visit) -> None:
        paper.article("/1")
        watch = make_watch(paper.feed("/1"))
        visit(watch)
        paper.feed("/1", ("/old", timezone.now() - MAX_PAGE_AGE - timedelta(days=1)))
        assert brought(visit(watch)) == {}
        assert states(watch)["/old"] == "passed"

    @pytest.mark.slow
    def test_a_feed_that_always_reports_changes_is_checked_less_often(
        self, paper: Paper, visit: Visit, clock: Any
    ) -> None:
        paper.article("/1", ETag='"same"')
        watch = make_watch(paper.feed(("/1", timezone.now())))
        visit(watch)
        paper.page("/1", b"", 304)
        looks = 0
        for _minutes in range(0, 6 * 60, 20):
            clock.shift(timedelta(minutes=20))
            paper.feed(("/1", timezone.now()))
            paper.asked()
            visit(watch)
            looks += paper.asked().count("/1")
        assert looks == 5  # of 18: after 20, 20, 40, 80, 160 minutes

    @pytest.mark.slow
    def test_a_page_is_looked_at_again_less_and_less_often(
        self, paper: Paper, visit: Visit, clock: Any
    ) -> None:
        paper.article("/1", ETag='"v1"')
        watch = make_watch(paper.feed("/1"), interval_minutes=7 * 24 * 60)
        visit(watch)
        paper.page("/1", b"", 304)
        paper.requests.clear()
        found = timezone.now()
        for hours in (1, 5, 24, 4 * 24, 11 * 24):
            clock.move_to(found + timedelta(hours=hours, minutes=-1))
            visits.run_visit(watch.pk)
            assert "/1" not in paper.asked(), hours
            clock.shift(timedelta(minutes=1))
            visits.run_visit(watch.pk)
            looked = [asked["if-none-match"] for path, asked in paper.requests if path == "/1"]
            assert looked == ['"v1"'], hours
            paper.requests.clear()
        clock.shift(timedelta(days=100))
        visits.run_visit(watch.pk)
        assert "/1" not in paper.asked()
        assert watch.pages.get().next_look_at is None

    @pytest.mark.slow
    def test_a_page_that_is_never_twice_the_same_ends_too(
        self, paper: Paper, visit: Visit, clock: Any
    ) -> None:
        paper.article("/1")
        watch = make_watch(paper.feed("/1"), interval_minutes=7 * 24 * 60)
        visit(watch)
        for day in range(20):
            paper.article("/1", more=f"For {day} days nobody has seen a ferry on the fjord, people say.")
            clock.shift(timedelta(days=1))
            visits.run_visit(watch.pk)
        # After a day, the first visit here, after four and after eleven.
        assert Snapshot.objects.count() == 1 + 3
        assert watch.pages.get().next_look_at is None

    def test_halves_of_characters_in_a_feed(self, paper: Paper, visit: Visit) -> None:
        paper.article("/1")
        items = '[{"url": "/1", "title": "A\\ud83d"}, {"url": "/\\ud83d"}, {"url": "/\\u0000"}]'
        feed = f'{{"version": "https://jsonfeed.org/version/1.1", "items": {items}}}'
        watch = make_watch(paper.page("/feed", feed.encode()))
        assert brought(visit(watch)) == {"new": 1}
        assert list(watch.pages.values_list("title", flat=True)) == ["A?"]

    def test_an_article_that_is_here_is_followed_and_not_fetched(self, paper: Paper, visit: Visit) -> None:
        paper.article("/1")
        visit(make_watch(paper.feed("/1")))
        other = make_watch(paper.feed("/1?utm_source=rss", path="/other"), name="Again")
        paper.asked()
        assert brought(visit(other)) == {}
        assert paper.asked() == ["/other"]
        page = WatchedPage.objects.get(watch=other)
        assert (page.state, page.source) == ("imported", Source.objects.get())


class TestGrowth:
    def test_the_number_of_new_pages_is_limited(
        self, paper: Paper, visit: Visit, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(listed_pages, "MAX_NEW_PAGES", 3)
        paper.article("/0")
        watch = make_watch(paper.feed("/0"), most_per_day=1)
        visit(watch)
        paper.feed(*(f"/{number}" for number in range(100)))
        visit(watch)
        assert list(states(watch)) == ["/0", "/1", "/2", "/3"]
        visit(watch)
        assert list(states(watch)) == [f"/{number}" for number in range(7)]

    def test_unlisted_pages_without_claims_are_deleted(self, paper: Paper, visit: Visit, clock: Any) -> None:
        paper.article("/1")
        paper.page("/4", status=410)
        watch = make_watch(paper.feed("/1", "/4", "/2", "/3"), most_per_visit=2)
        visit(watch)
        assert states(watch) == {"/1": "imported", "/4": "failed", "/2": "passed", "/3": "passed"}
        paper.feed("/3")
        clock.shift(UNLISTED_LIFETIME - timedelta(hours=1))
        visit(watch)
        assert watch.pages.count() == 4
        clock.shift(timedelta(hours=2))
        paper.page("/feed", b"<rss><channel><item><link>/3</link></item>")  # broken off
        visit(watch)
        assert watch.pages.count() == 4
        paper.feed("/3")
        visit(watch)
        assert states(watch) == {"/1": "imported", "/3": "passed"}

"""A visit to a feed, a sitemap or a page: which articles are imported, which are not, and the messages."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from claims.articles import bounded_detection
from claims.articles.article_import import import_article
from claims.articles.bounded_detection import DetectionError
from claims.features.watches import visits, watched_articles
from claims.features.watches.models import Watch, WatchedPage
from claims.features.watches.watched_articles import PageResult
from claims.models import Appearance, Claim, Repeat
from factcheck.translatable_messages import TranslatableMessage
from sources.models import Snapshot, Source, VisitedSite
from tests.claims.features.watches.visiting import Visit, brought, make_watch, progress_of, states
from tests.helpers.followed_site import Paper
from tests.helpers.newsroom import make_claim

pytestmark = pytest.mark.django_db


class TestFeeds:
    def test_the_first_visit_brings_the_newest_only(self, paper: Paper, visit: Visit) -> None:
        now = timezone.now()
        for number in range(4):
            paper.article(f"/{number}", number + 3)
        days = [(f"/{number}", now - timedelta(days=number)) for number in (3, 0, 2, 1)]
        watch = make_watch(paper.feed(*days), most_per_visit=2)
        tally = visit(watch)
        assert brought(tally) == {"new": 2}
        assert tally.proposal_count == Claim.objects.count() > 0
        assert paper.asked() == ["/robots.txt", "/feed", "/0", "/1"]
        assert states(watch) == {"/0": "imported", "/1": "imported", "/2": "passed", "/3": "passed"}
        progress = progress_of(watch)
        assert (progress.kind, progress.new_articles, progress.articles_of_day) == ("rss", 2, 2)
        assert (progress.held_until, progress.failure) == (None, "")

    def test_without_dates_the_order_of_the_feed_counts(self, paper: Paper, visit: Visit) -> None:
        for path in ("/b", "/a", "/c"):
            paper.article(path)
        watch = make_watch(paper.feed("/b", "/a", "/c"), most_per_visit=2)
        visit(watch)
        assert paper.asked() == ["/robots.txt", "/feed", "/b", "/a"]

    def test_known_pages_are_not_fetched_again(self, paper: Paper, visit: Visit) -> None:
        paper.article("/1")
        watch = make_watch(paper.feed("/1"))
        visit(watch)
        paper.article("/2", 9)
        paper.feed("/2", "/1")
        paper.asked()
        assert brought(visit(watch)) == {"new": 1}
        assert paper.asked() == ["/feed", "/2"]

    def test_a_feed_that_has_not_changed_is_not_sent_again(self, paper: Paper, visit: Visit) -> None:
        paper.article("/1")
        headers = {"ETag": '"v1"', "Last_Modified": "Tue, 07 May 2024 10:00:00 GMT"}
        watch = make_watch(paper.feed("/1", **headers))
        visit(watch)
        paper.page("/feed", b"", 304, **headers)
        paper.requests.clear()
        assert brought(visit(watch)) == {}
        ((path, asked),) = paper.requests
        assert (path, asked["if-none-match"], asked["if-modified-since"]) == (
            "/feed",
            '"v1"',
            "Tue, 07 May 2024 10:00:00 GMT",
        )
        paper.requests.clear()
        visit(watch)
        assert paper.requests[0][1]["if-none-match"] == '"v1"'

    def test_an_entry_that_is_newer_is_captured_again_and_its_quotes_follow(
        self, paper: Paper, visit: Visit, clock: Any
    ) -> None:
        before = timezone.now() - timedelta(hours=2)
        paper.article("/1")
        watch = make_watch(paper.feed(("/1", before)))
        visit(watch)
        claims = set(Claim.objects.values_list("pk", flat=True))
        paper.article(
            "/1", more="The mayor has since apologised to the people of the district for what happened."
        )
        paper.feed(("/1", before + timedelta(hours=1)))
        clock.shift(timedelta(minutes=30))
        assert brought(visit(watch)) == {"changed": 1}
        assert Snapshot.objects.count() == 2
        places = Appearance.objects.filter(claim__in=claims)
        assert set(places.values_list("snapshot__number", "anchor")) == {(2, "anchored")}
        assert progress_of(watch).changed_articles == 1

    def test_the_language_that_a_person_states(self, paper: Paper, visit: Visit) -> None:
        paper.article("/1")
        visit(make_watch(paper.feed("/1"), language="da"))
        assert Source.objects.get().language == "da"


def test_an_article_that_could_not_be_searched_for_claims_is_searched_again(
    paper: Paper, visit: Visit, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def detect(text: str, language: str) -> list[Any]:
        raise DetectionError("busy", TranslatableMessage("Other articles are being searched."))

    paper.article("/1")
    watch = make_watch(paper.feed("/1"))
    with monkeypatch.context() as busy:
        busy.setattr(bounded_detection, "detect_bounded", detect)
        assert brought(visit(watch)) == {"failed": 1}
    page = WatchedPage.objects.get()
    assert (page.state, page.failure) == (
        "waiting",
        "The search for claims in this article failed, and will be tried again.",
    )
    clock.shift(timedelta(minutes=11))
    assert brought(visit(watch)) == {"new": 1}
    page.refresh_from_db()
    assert (page.state, page.failure, Claim.objects.exists()) == ("imported", "", True)


def test_an_article_that_is_never_searched_is_stored_with_the_last_attempt(
    paper: Paper, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def detect(text: str, language: str) -> list[Any]:
        raise DetectionError("time", TranslatableMessage("Searching it takes too long."))

    monkeypatch.setattr(bounded_detection, "detect_bounded", detect)
    monkeypatch.setattr(watched_articles, "MAX_ATTEMPTS", 1)
    paper.article("/1")
    assert brought(visit(make_watch(paper.feed("/1")))) == {"new": 1}
    page = WatchedPage.objects.get()
    assert (page.state, page.failure, page.source) == (
        "imported",
        "Searching it takes too long.",
        Source.objects.get(),
    )


def test_existing_checks_are_noted(paper: Paper, visit: Visit, publish: Callable[..., Claim]) -> None:
    claim = publish(
        make_claim(
            "Unemployment in the district fell by 12 percent in two years, according to the statistics office."
        )
    )
    paper.article("/1")
    visit(make_watch(paper.feed("/1")))
    repeat = Repeat.objects.get()
    assert (repeat.claim, repeat.source, repeat.origin) == (
        claim,
        Source.objects.get(url=f"{paper.address}/1"),
        "article",
    )


class TestLists:
    def test_an_index_of_sitemaps_is_read_from_the_last_changed_one(
        self, paper: Paper, visit: Visit, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(visits, "MAX_SITEMAPS", 2)
        months = "".join(
            f"<sitemap><loc>/{month}.xml</loc><lastmod>2024-0{month}-28</lastmod></sitemap>"
            for month in (1, 3, 2)
        )
        for month in (2, 3):
            body = f"<urlset><url><loc>/{month}</loc><lastmod>2024-0{month}-07</lastmod></url></urlset>"
            paper.page(f"/{month}.xml", body.encode(), Content_Type="application/xml")
            paper.article(f"/{month}", month + 3)
        start = paper.page("/sitemap.xml", f"<sitemapindex>{months}</sitemapindex>".encode())
        watch = make_watch(start)
        assert brought(visit(watch)) == {"new": 2}
        assert paper.asked() == ["/robots.txt", "/sitemap.xml", "/3.xml", "/2.xml", "/3", "/2"]
        assert progress_of(watch).kind == "sitemap"
        # Unchanged pages are not requested again.
        visit(watch)
        assert paper.asked() == ["/sitemap.xml"]

    def test_failures_within_an_index_are_noted_and_an_empty_index_fails(
        self, paper: Paper, visit: Visit
    ) -> None:
        paper.page("/1.xml", b"<urlset><url><loc>/1</loc></url></urlset>")
        paper.page("/2.xml", status=500)
        paper.page("/3.xml", b"Rain.")
        paper.article("/1")
        inside = "".join(f"<sitemap><loc>/{number}.xml</loc></sitemap>" for number in (2, 1, 3))
        watch = make_watch(paper.page("/index.xml", f"<sitemapindex>{inside}</sitemapindex>".encode()))
        assert brought(visit(watch)) == {"new": 1}
        assert progress_of(watch).note == (
            f"The server of {paper.address}/2.xml has a problem (HTTP 500). Try again later."
            f" {paper.address}/3.xml is not a sitemap."
        )
        paper.page("/1.xml", status=500)
        paper.page("/3.xml", status=500)
        assert visit(watch).failure.startswith(f"The server of {paper.address}/2.xml has a problem")

    def test_a_page_is_followed_itself(self, paper: Paper, visit: Visit) -> None:
        watch = make_watch(paper.article("/minutes", ETag='"v1"'))
        assert brought(visit(watch)) == {"new": 1}
        paper.article(
            "/minutes", more="The mayor has since apologised to the people of the district for that."
        )
        paper.asked()
        assert brought(visit(watch)) == {"changed": 1}
        assert paper.asked() == ["/minutes"]
        assert Snapshot.objects.filter(source=Source.objects.get()).count() == 2
        assert progress_of(watch).kind == "page"

    def test_a_page_that_is_gone_fails_as_its_watch(self, paper: Paper, visit: Visit) -> None:
        watch = make_watch(paper.article("/minutes"))
        visit(watch)
        paper.page("/minutes", status=410)
        tally = visit(watch)
        assert tally.failure.startswith(f"{paper.address}/minutes does not exist, or no longer")
        assert progress_of(watch).consecutive_failures == 1
        paper.article("/minutes")
        assert brought(visit(watch)) == {"unchanged": 1}
        assert progress_of(watch).consecutive_failures == 0

    def test_feeds_without_new_articles_are_visited_less_often(
        self, paper: Paper, visit: Visit, clock: Any
    ) -> None:
        paper.page("/feed", status=500)
        watch = make_watch(f"{paper.address}/feed", interval_minutes=60)
        waits = []
        for _visit in range(7):
            assert visit(watch).failure.endswith("has a problem (HTTP 500). Try again later.")
            waits.append(progress_of(watch).next_visit_at - timezone.now())
        assert [wait.total_seconds() / 3600 for wait in waits] == [2, 4, 8, 16, 24, 24, 24]
        began = progress_of(watch).failing_since
        clock.shift(timedelta(hours=1))
        visit(watch)
        assert progress_of(watch).failing_since == began
        paper.feed()
        visit(watch)
        progress = progress_of(watch)
        assert (progress.consecutive_failures, progress.failing_since, progress.failure) == (0, None, "")

    def test_sites_that_forbid_visits_are_left_alone(self, paper: Paper, visit: Visit, clock: Any) -> None:
        paper.page("/feed", status=429, Retry_After="18000")
        watch = make_watch(f"{paper.address}/feed")
        visit(watch)
        assert progress_of(watch).next_visit_at - timezone.now() == timedelta(hours=5)
        paper.asked()
        # Other watches of the site know it too.
        other = make_watch(paper.feed(path="/other"), name="Another")
        assert "asks for a pause of about 300 min" in visit(other).wait_message
        assert paper.asked() == []
        progress = progress_of(other)
        assert (progress.consecutive_failures, progress.next_visit_at) == (
            0,
            timezone.now() + timedelta(hours=5),
        )
        clock.shift(timedelta(hours=5, seconds=1))
        assert visit(other).failure == ""

    def test_robots_txt_is_obeyed_and_read_once_a_day(self, paper: Paper, visit: Visit, clock: Any) -> None:
        paper.page("/robots.txt", b"User-agent: factcheck\nDisallow: /1\n", Content_Type="text/plain")
        paper.article("/2")
        watch = make_watch(paper.feed("/1", "/2"))
        assert brought(visit(watch)) == {"new": 1, "failed": 1}
        assert watch.pages.get(state="failed").failure.startswith(
            "The site’s robots.txt does not allow fetching"
        )
        visit(watch)
        assert paper.asked() == ["/robots.txt", "/feed", "/2", "/feed"]
        clock.shift(timedelta(hours=25))
        visit(watch)
        assert paper.asked()[:2] == ["/robots.txt", "/feed"]
        assert VisitedSite.objects.count() == 1

    def test_a_site_that_wants_years_of_rest_gets_a_day(self, paper: Paper, visit: Visit, clock: Any) -> None:
        paper.page("/robots.txt", b"User-agent: *\nCrawl-delay: 1e18\n", Content_Type="text/plain")
        watch = make_watch(paper.feed())
        assert "asks for a pause of about 1440 min" in visit(watch).wait_message
        clock.shift(timedelta(days=1, seconds=-1))
        assert visits.run_visit(watch.pk) is None
        clock.shift(timedelta(seconds=1))
        assert brought(visit(watch)) == {}
        assert progress_of(watch).visited_at == timezone.now()


class TestMeaningIll:
    def said(self, visit: Visit, url: str) -> str:
        watch = make_watch(url)
        tally = visit(watch)
        assert progress_of(watch).failure == tally.failure
        assert Source.objects.count() == Claim.objects.count() == WatchedPage.objects.count() == 0
        return tally.failure

    def test_a_feed_without_end(self, paper: Paper, visit: Visit) -> None:
        start = paper.page("/feed", b"<rss>", Content_Length="52428800")
        assert self.said(visit, start) == (
            f"{start} is larger than 10 MB. Save the part you need and import the file."
        )

    def test_a_circle_of_redirects(self, paper: Paper, visit: Visit) -> None:
        paper.redirect("/a", "/b")
        assert "redirects in a circle" in self.said(visit, paper.redirect("/b", "/a"))

    def test_a_redirect_into_our_network(self, paper: Paper, visit: Visit) -> None:
        start = paper.redirect("/feed", "http://192.168.0.1/feed")
        assert "not an address on the public internet" in self.said(visit, start)

    def test_pages_that_cannot_be_followed(self, paper: Paper, visit: Visit) -> None:
        start = paper.page("/feed", b"\x89PNG", Content_Type="image/png")
        assert self.said(visit, start) == (
            f"{start} is not a feed, a sitemap or a page: it has the type image/png."
        )

    def test_a_feed_of_the_wrong_type_is_one_all_the_same(self, paper: Paper, visit: Visit) -> None:
        paper.article("/1")
        assert brought(visit(make_watch(paper.feed("/1", Content_Type="text/html")))) == {"new": 1}

    def test_a_feed_that_became_a_page_is_not_imported(self, paper: Paper, visit: Visit) -> None:
        watch = make_watch(paper.feed())
        visit(watch)
        paper.article("/feed")
        assert visit(watch).failure == (
            f"{watch.url} is no longer a feed or sitemap. Find the new address and follow it."
        )
        assert Source.objects.count() == 0

    def test_headers_that_no_database_keeps(self, paper: Paper, visit: Visit) -> None:
        odd = {"ETag": '"a\0b"', "Last_Modified": "x" * 1000}
        paper.article("/1", 7, "", **odd)
        paper.page("/2", b"?", Content_Type="image/\0")
        watch = make_watch(paper.feed("/1", "/2", **odd))
        assert brought(visit(watch)) == {"new": 1, "failed": 1}
        assert (progress_of(watch).etag, progress_of(watch).last_modified) == ("", "")
        other = make_watch(paper.page("/other", b"?", Content_Type="image/\0"), name="Other")
        visit(other)
        assert "has the type image/" in progress_of(other).failure

    def test_a_fault_of_the_program_in_a_list_is_reported(
        self, paper: Paper, visit: Visit, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_arguments: Any, **_named: Any) -> None:
            raise RuntimeError

        monkeypatch.setattr(visits, "read_page_list", broken)
        assert (
            self.said(visit, paper.feed("/1")) == "An unexpected error occurred at this address; see the log."
        )


class TestMeanwhile:
    def test_paused(self, paper: Paper, visit: Visit) -> None:
        paper.article("/1")
        paper.article("/2", 9)
        watch = make_watch(paper.feed("/1", "/2"))

        def pause(looked_at: PageResult) -> None:
            Watch.objects.filter(pk=watch.pk).update(active=False)

        assert brought(visit(watch, report_page=pause)) == {"new": 1}
        assert visits.run_visit(watch.pk) is None
        assert states(watch) == {"/1": "imported", "/2": "waiting"}

    def test_removed(self, paper: Paper, visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
        whole = import_article

        def removing(material: Any, **named: Any) -> Any:
            Watch.objects.all().delete()
            return whole(material, **named)

        paper.article("/1")
        watch = make_watch(paper.feed("/1"))
        monkeypatch.setattr(watched_articles, "import_article", removing)
        visits.run_visit(watch.pk)
        assert Claim.objects.count() == 0

    def test_a_stopped_visit_continues_at_its_position(self, paper: Paper, visit: Visit) -> None:
        for number in range(3):
            paper.article(f"/{number}", number + 3)
        watch = make_watch(paper.feed("/0", "/1", "/2"))
        turns = iter([False, True])
        tally = visit(watch, is_stopped=lambda: next(turns))
        assert (brought(tally), tally.is_finished) == ({"new": 1}, False)
        paper.asked()
        rest = visits.run_visit(watch.pk)
        assert rest is not None
        assert (brought(rest), rest.is_finished) == ({"new": 2}, True)
        assert paper.asked() == ["/1", "/2"]
        assert progress_of(watch).new_articles == 3

"""One page of a watch: imported, captured again, failed; and how many may be."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from claims.articles.article_import import import_article
from claims.features.watches import watched_articles
from claims.features.watches.models import Watch, WatchedPage
from claims.features.watches.watched_articles import MAX_ATTEMPTS
from claims.models import Claim
from sources.models import Source
from tests.claims.features.watches.visiting import Visit, brought, make_watch, progress_of, states
from tests.helpers.followed_site import Paper

pytestmark = pytest.mark.django_db


class TestBudgets:
    @pytest.fixture
    def full(self, paper: Paper) -> str:
        for number in range(6):
            paper.article(f"/{number}", number + 3)
        return paper.feed("/0")

    @pytest.mark.slow
    def test_articles_per_visit_are_limited(self, paper: Paper, full: str, visit: Visit) -> None:
        watch = make_watch(full, most_per_visit=2)
        visit(watch)
        paper.feed("/5", "/4", "/3", "/2", "/1", "/0")
        paper.asked()
        assert brought(visit(watch)) == {"new": 2}
        assert brought(visit(watch)) == {"new": 2}
        assert paper.asked() == ["/feed", "/5", "/4", "/feed", "/3", "/2"]

    @pytest.mark.slow
    def test_articles_per_day_are_limited(self, paper: Paper, full: str, visit: Visit, clock: Any) -> None:
        watch = make_watch(full, most_per_day=3)
        visit(watch)
        paper.feed("/5", "/4", "/3", "/2", "/1", "/0")
        assert brought(visit(watch)) == {"new": 2}
        assert brought(visit(watch)) == {}
        assert list(states(watch).values()).count("waiting") == 3
        clock.shift(timedelta(days=1))
        assert brought(visit(watch)) == {"new": 3, "unchanged": 3}

    def test_proposals_are_limited(self, paper: Paper, full: str, visit: Visit) -> None:
        watch = make_watch(full, most_proposals_per_day=1)
        tally = visit(watch)
        assert tally.proposal_count == Claim.objects.count() > 1  # an article is not cut in two
        paper.feed("/1", "/0")
        assert brought(visit(watch)) == {}
        assert states(watch)["/1"] == "waiting"

    def test_articles_that_wait_too_long_are_skipped(
        self, paper: Paper, full: str, visit: Visit, clock: Any
    ) -> None:
        watch = make_watch(full, most_per_day=1)
        visit(watch)
        paper.feed("/1", "/0")
        visit(watch)
        assert states(watch)["/1"] == "waiting"
        Watch.objects.filter(pk=watch.pk).update(most_proposals_per_day=1)
        WatchedPage.objects.filter(watch=watch).update(found_at=timezone.now() - timedelta(days=8))
        visit(watch)
        assert states(watch) == {"/0": "imported", "/1": "passed"}


class TestPages:
    def test_one_that_fails_is_noted_and_the_others_go_on(self, paper: Paper, visit: Visit) -> None:
        paper.article("/1")
        paper.page("/2", status=410)
        paper.page("/3", b"<html><body></body></html>")
        paper.page("/4", b"\x89PNG", Content_Type="image/png")
        paper.article("/5", 9)
        watch = make_watch(paper.feed("/2", "/3", "/4", "/1", "/5", "https://10.0.0.1/secret"))
        assert brought(visit(watch)) == {"new": 2, "failed": 4}
        assert states(watch) == {
            "/2": "failed",
            "/3": "failed",
            "/4": "failed",
            "/1": "imported",
            "/5": "imported",
            "/secret": "failed",
        }
        reasons = dict(watch.pages.filter(state="failed").values_list("url", "failure"))
        assert "does not exist, or no longer exists (HTTP 410)" in reasons[f"{paper.address}/2"]
        assert "has the type image/png" in reasons[f"{paper.address}/4"]
        assert "not an address on the public internet" in reasons["https://10.0.0.1/secret"]
        assert progress_of(watch).failed_articles == 4
        assert Source.objects.count() == 2

    @pytest.mark.slow
    def test_temporary_failures_are_retried_and_finally_given_up(
        self, paper: Paper, visit: Visit, clock: Any
    ) -> None:
        paper.page("/1", status=503)
        watch = make_watch(paper.feed("/1"))
        tries = 0
        for _hours in range(0, 36, 3):
            visit(watch)
            tries += paper.asked().count("/1")
            clock.shift(timedelta(hours=3))
        assert tries == MAX_ATTEMPTS
        page = watch.pages.get()
        assert (page.state, page.next_look_at) == ("failed", None)
        assert page.failure.endswith("has a problem (HTTP 503). Try again later.")

    def test_a_page_that_comes_back_is_imported(self, paper: Paper, visit: Visit, clock: Any) -> None:
        paper.page("/1", status=503)
        watch = make_watch(paper.feed("/1"))
        assert brought(visit(watch)) == {"failed": 1}
        paper.article("/1")
        clock.shift(timedelta(minutes=11))
        assert brought(visit(watch)) == {"new": 1}
        page = watch.pages.get()
        assert (page.state, page.failure, page.attempts) == ("imported", "", 0)

    @pytest.mark.slow
    def test_edits_by_people_stay(self, paper: Paper, visit: Visit, clock: Any) -> None:
        paper.article("/1")
        watch = make_watch(paper.feed("/1"), language="da")
        visit(watch)
        removed, *left = Claim.objects.order_by("pk")
        removed.delete()
        Source.objects.update(language="en", title="Corrected")
        clock.shift(timedelta(hours=2))
        assert brought(visit(watch)) == {"unchanged": 1}
        assert list(Claim.objects.order_by("pk")) == left
        paper.article("/1", more="The mayor has since apologised to the people of the district for that.")
        clock.shift(timedelta(days=1))
        assert brought(visit(watch)) == {"changed": 1}
        assert list(Source.objects.values_list("language", "title")) == [("en", "Corrected")]

    def test_deleted_articles_are_not_imported_again(self, paper: Paper, visit: Visit, clock: Any) -> None:
        paper.article("/1")
        watch = make_watch(paper.feed("/1"))
        visit(watch)
        WatchedPage.objects.update(source=None)  # as a deleted source leaves it
        clock.shift(timedelta(hours=2))
        paper.asked()
        assert brought(visit(watch)) == {"failed": 1}
        assert paper.asked() == ["/feed"]
        page = watch.pages.get()
        assert (page.state, page.next_look_at) == ("imported", None)
        assert page.failure == "The article’s source was deleted here, so the article is no longer followed."

    def test_imported_articles_stay_when_their_page_is_gone(
        self, paper: Paper, visit: Visit, clock: Any
    ) -> None:
        paper.article("/1")
        watch = make_watch(paper.feed("/1"))
        visit(watch)
        paper.page("/1", status=404)
        clock.shift(timedelta(hours=2))
        assert brought(visit(watch)) == {"failed": 1}
        page = watch.pages.get()
        assert (page.state, page.source, page.next_look_at) == ("imported", Source.objects.get(), None)

    def test_the_program_failing_on_one_does_not_stop_the_others(
        self, paper: Paper, visit: Visit, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        whole = import_article

        def breaking(material: Any, **named: Any) -> Any:
            imported = whole(material, **named)
            if material.url.endswith("/1"):
                raise RuntimeError
            return imported

        monkeypatch.setattr(watched_articles, "import_article", breaking)
        paper.article("/1")
        paper.article("/2", 9)
        watch = make_watch(paper.feed("/1", "/2"))
        assert brought(visit(watch)) == {"new": 1, "failed": 1}
        assert states(watch) == {"/1": "waiting", "/2": "imported"}
        assert (
            watch.pages.get(state="waiting").failure == "An unexpected error occurred on this page; see the "
            "log."
        )
        # It is deleted completely.
        assert Source.objects.get().url == f"{paper.address}/2"

    @pytest.mark.slow
    def test_a_page_on_which_the_program_dies_is_given_up(
        self, paper: Paper, visit: Visit, clock: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Killed(BaseException):
            pass

        def dies(material: Any, **named: Any) -> Any:
            raise Killed

        monkeypatch.setattr(watched_articles, "import_article", dies)
        paper.article("/1")
        watch = make_watch(paper.feed("/1"))
        for _attempt in range(MAX_ATTEMPTS):
            with pytest.raises(Killed):
                visit(watch)
            clock.shift(timedelta(hours=15))
        assert brought(visit(watch)) == {"failed": 1}
        assert watch.pages.get().failure == "The program stopped during the import."

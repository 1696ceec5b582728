"""Which watch is due, and that one worker has it at a time."""

from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from claims.features.watches import visits
from claims.features.watches.models import Watch, WatchProgress
from claims.models import Appearance, Claim
from sources.models import Snapshot, Source
from tests.claims.features.watches.visiting import make_watch, progress_of
from tests.helpers.followed_site import Paper
from tests.helpers.parallel import at_once

ADDRESS = "https://post.example/feed"


@pytest.mark.django_db
class TestDue:
    def test_a_new_watch_is_due(self) -> None:
        watch = make_watch(ADDRESS)
        assert visits.list_due_watches() == [watch.pk]

    @pytest.mark.parametrize(
        ("changed", "is_due"),
        [
            ({"next_visit_at": timezone.now() + timedelta(days=1)}, False),
            ({"held_until": timezone.now() + timedelta(days=1)}, False),
            ({"held_until": timezone.now() - timedelta(seconds=1)}, True),
        ],
    )
    def test_not_before_its_time_or_while_it_is_leased(
        self, changed: dict[str, object], is_due: bool
    ) -> None:
        watch = make_watch(ADDRESS)
        WatchProgress.objects.filter(pk=watch.pk).update(**changed)
        assert visits.list_due_watches() == [watch.pk] * is_due

    def test_a_paused_watch_is_not_due(self) -> None:
        make_watch(ADDRESS, active=False)
        assert visits.list_due_watches() == []

    @pytest.mark.parametrize(
        ("progress", "is_due"),
        [
            ({"pages_left": 1}, True),
            ({"pages_left": 0}, False),
            ({"pages_left": 1, "day": timezone.now().date(), "articles_of_day": 50}, False),
            ({"pages_left": 1, "day": timezone.now().date(), "proposals_of_day": 300}, False),
            (
                {"pages_left": 1, "day": timezone.now().date() - timedelta(days=1), "articles_of_day": 50},
                True,
            ),
        ],
    )
    def test_a_page_that_waits_is_as_far_as_there_is_a_budget(
        self, progress: dict[str, object], is_due: bool
    ) -> None:
        watch = make_watch(ADDRESS)
        later = timezone.now() + timedelta(days=1)
        WatchProgress.objects.filter(pk=watch.pk).update(next_visit_at=later, **progress)
        watch.pages.create(url=ADDRESS + "/1", url_key=ADDRESS + "/1", next_look_at=timezone.now())
        assert visits.list_due_watches() == [watch.pk] * is_due

    def test_the_longest_waiting_first(self) -> None:
        late, early = make_watch(ADDRESS), make_watch(ADDRESS + "2")
        WatchProgress.objects.filter(pk=early.pk).update(next_visit_at=timezone.now() - timedelta(days=1))
        assert visits.list_due_watches() == [early.pk, late.pk]


@pytest.mark.django_db
class TestLease:
    def test_is_given_once_and_back(self) -> None:
        watch = make_watch(ADDRESS)
        lease = visits.acquire_lease(watch.pk)
        assert lease is not None
        assert visits.acquire_lease(watch.pk) is None
        lease.release()
        assert visits.acquire_lease(watch.pk) is not None

    def test_ends_by_itself_and_is_then_lost(self) -> None:
        watch = make_watch(ADDRESS)
        dead = visits.acquire_lease(watch.pk)
        assert dead is not None
        assert dead.expires_at - timezone.now() <= visits.LEASE_TIME
        WatchProgress.objects.filter(pk=watch.pk).update(held_until=timezone.now() - timedelta(seconds=1))
        alive = visits.acquire_lease(watch.pk)
        assert alive is not None
        assert not dead.renew()
        dead.release()
        assert alive.renew()

    def test_is_not_renewed_for_a_paused_watch(self) -> None:
        watch = make_watch(ADDRESS)
        lease = visits.acquire_lease(watch.pk)
        assert lease is not None
        Watch.objects.filter(pk=watch.pk).update(active=False)
        assert not lease.renew()


@pytest.mark.django_db(transaction=True)
def test_two_at_once_import_each_article_once(paper: Paper) -> None:
    for number in range(3):
        paper.article(f"/{number}", number + 3)
    watch = make_watch(paper.feed("/0", "/1", "/2"))
    tallies = at_once(*[lambda: visits.run_visit(watch.pk, max_wait_seconds=60.0)] * 3)
    assert sorted(tally.new_count for tally in tallies if tally is not None) in ([3], [0, 3])
    assert Source.objects.count() == 3
    places = list(Appearance.objects.values_list("source", "start"))
    assert len(set(places)) == len(places) == Claim.objects.count() > 0
    asked = [path for path in paper.asked() if path != "/robots.txt"]
    assert sorted(set(asked)) == ["/0", "/1", "/2", "/feed"]
    assert max(asked.count(path) for path in ("/0", "/1", "/2")) == 1
    assert progress_of(watch).held_until is None


@pytest.mark.django_db(transaction=True)
def test_two_watches_at_once_make_one_source_of_one_article(paper: Paper) -> None:
    for number in range(3):
        paper.article(f"/{number}", number + 3)
    watches = [make_watch(paper.feed("/0", "/1", "/2", path=path), name=path) for path in ("/feed", "/other")]
    at_once(*[partial(visits.run_visit, watch.pk, max_wait_seconds=60.0) for watch in watches])
    assert Source.objects.count() == Snapshot.objects.count() == 3
    places = list(Appearance.objects.values_list("source", "start"))
    assert len(set(places)) == len(places) == Claim.objects.count() > 0
    for watch in watches:
        assert set(watch.pages.values_list("state", flat=True)) == {"imported"}

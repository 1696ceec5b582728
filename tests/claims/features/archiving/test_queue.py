"""Who archives what and when: in turn, once, and again where it did not work."""

import errno
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, cast

import pytest
from django.db import connections
from django.utils import timezone
from procrastinate import JobContext

from claims.features.archiving import copies, schedule, tasks
from claims.features.archiving.copies import ArchiverOptions
from claims.features.archiving.models import ArchivedCopy, ArchivingRequest
from claims.features.archiving.queue import RETRY_DELAYS, LeasedSource, has_due_requests
from claims.features.archiving.requests import request_copy
from factcheck.installation.file_store import FileStoreUnavailable
from sources import archive
from sources.known_sites import KnownSites
from sources.models import Source, VisitedSite
from tests.helpers.newsroom import make_source
from tests.helpers.parallel import at_once
from tests.helpers.site import Site

pytestmark = pytest.mark.django_db


@pytest.fixture
def source(site: Site) -> Source:
    return make_source(url=site.page("/ferries", b"<p>The last ferry leaves in May, the mayor said.</p>"))


def request(source: Source) -> ArchivingRequest:
    return source.archiving_requests.get()


def later(**by: Any) -> None:
    """Let time pass for what waits."""
    for row in ArchivingRequest.objects.filter(due_at__isnull=False):
        held = row.held_until and row.held_until - timedelta(**by)
        ArchivingRequest.objects.filter(pk=row.pk).update(
            due_at=row.due_at and row.due_at - timedelta(**by), held_until=held
        )


def test_one_copy_serves_all_requests(source: Source) -> None:
    for reason in ("appearance", "evidence", "review"):
        assert request_copy(source, reason=reason)
    outcome = schedule.archive_next()
    assert outcome is not None
    assert outcome.copy is not None
    assert outcome.copy.reason == "review"
    assert set(source.archiving_requests.values_list("copy", flat=True)) == {outcome.copy.pk}
    assert schedule.archive_next() is None
    assert not request_copy(source, reason="evidence")


def test_the_most_urgent_is_first(site: Site) -> None:
    pages = [make_source(url=site.page(f"/{number}")) for number in range(3)]
    for page, reason in zip(pages, ("command", "evidence", "desk"), strict=True):
        request_copy(page, reason=reason)
    assert [outcome.source for outcome in schedule.archive_due(lambda: False)] == pages[::-1]


def test_requests_for_busy_sites_wait_while_there_are_others(site: Site, source: Source) -> None:
    VisitedSite.objects.create(site="https://busy.example", ready_at=timezone.now() + timedelta(hours=1))
    request_copy(make_source(url="https://busy.example/1"), reason="desk")
    request_copy(source, reason="command")
    taken = LeasedSource.lease_next()
    assert taken is not None
    assert taken.source == source
    busy = schedule.archive_next()
    assert busy is not None
    assert "asks for a pause" in busy.problem
    row = ArchivingRequest.objects.get(source=busy.source)
    assert row.attempts == 0  # that was none
    assert row.due_at is not None
    assert row.due_at > timezone.now() + timedelta(minutes=50)


def test_a_leased_request_is_not_taken_until_the_lease_expires(source: Source) -> None:
    request_copy(source, reason="evidence")
    first = LeasedSource.lease_next()
    assert first is not None
    # Other requests wait for the same copy.
    request_copy(source, reason="desk")
    assert LeasedSource.lease_next() is None
    later(minutes=6)
    second = LeasedSource.lease_next()
    assert second is not None
    assert second.attempts == 2
    # The first was considered dead, and its result is ignored.
    first.record_failure("It is gone.", is_final=True)
    assert {row.due_at is None for row in source.archiving_requests.all()} == {False}


@pytest.mark.django_db(transaction=True)
def test_requests_during_archiving_get_the_same_copy(
    committed: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    request_copy(committed, reason="evidence")
    archive_source = copies.archive_source

    def asked_for_meanwhile(source: Source, **named: Any) -> ArchivedCopy:
        assert request_copy(source, reason="review")
        return archive_source(source, **named)

    def moved_meanwhile(source: Source, **named: Any) -> ArchivedCopy:
        copy = archive_source(source, **named)
        Source.objects.update(url="https://example.org/elsewhere")
        assert request_copy(source, reason="desk")
        return copy

    monkeypatch.setattr(schedule, "archive_source", asked_for_meanwhile)
    assert schedule.archive_next() is not None
    assert not has_due_requests()
    assert request_copy(committed, reason="desk")
    monkeypatch.setattr(schedule, "archive_source", moved_meanwhile)
    assert schedule.archive_next() is not None
    # A page at another address is another page.
    assert has_due_requests()
    assert ArchivedCopy.objects.count() == 2


def test_a_request_that_kills_its_worker_is_given_up(source: Source) -> None:
    request_copy(source, reason="evidence")
    for _attempt in range(len(RETRY_DELAYS) + 1):
        assert LeasedSource.lease_next() is not None
        later(minutes=6)
    assert LeasedSource.lease_next() is None
    assert request(source).due_at is None
    assert request(source).problem.startswith("The process was stopped")


@pytest.mark.parametrize(("status", "attempts"), [(404, 1), (403, 1), (503, len(RETRY_DELAYS) + 1)])
def test_temporary_failures_are_retried(site: Site, status: int, attempts: int) -> None:
    source = make_source(url=site.page("/page", b"", status))
    request_copy(source, reason="evidence")
    made = 0
    while ArchivingRequest.objects.filter(due_at__isnull=False).exists():
        assert schedule.archive_next() is not None
        later(days=2)
        made += 1
    assert made == attempts
    assert f"HTTP {status}" in request(source).problem
    assert not has_due_requests()
    # A later request counts as a new one.
    assert request_copy(source, reason="evidence")
    assert has_due_requests()


def test_a_page_that_comes_back_is_archived(site: Site) -> None:
    source = make_source(url=site.page("/page", b"", 503))
    request_copy(source, reason="evidence")
    schedule.archive_next()
    assert "HTTP 503" in request(source).problem
    site.page("/page", b"<p>The last ferry leaves in May.</p>")
    assert schedule.archive_next() is None
    later(minutes=2)
    outcome = schedule.archive_next()
    assert outcome is not None
    assert outcome.copy is not None
    assert (request(source).copy, request(source).problem) == (outcome.copy, "")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (
            OSError(errno.ENOSPC, "No space left on device"),
            "The copy cannot be stored: No space left on device.",
        ),
        (
            FileStoreUnavailable("The store s3://copies does not answer."),
            "The store s3://copies does not answer.",
        ),
        (archive.ArchiveDamaged("It holds something else now."), "It holds something else now."),
    ],
)
def test_where_nothing_can_be_kept_it_waits_for_as_long_as_it_takes(
    source: Source, monkeypatch: pytest.MonkeyPatch, fault: Exception, told: str
) -> None:
    def broken(_content: bytes) -> str:
        raise fault

    request_copy(source, reason="evidence")
    with monkeypatch.context() as patch:
        patch.setattr(archive, "store", broken)
        for _attempt in range(len(RETRY_DELAYS) + 3):
            outcome = schedule.archive_next()
            assert outcome is not None
            assert outcome.problem.startswith(told)
            later(minutes=11)
    assert request(source).problem.startswith(told)
    assert not ArchivedCopy.objects.exists()
    outcome = schedule.archive_next()
    assert outcome is not None
    assert outcome.copy is not None


def test_private_addresses_are_refused_also_behind_a_redirect(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        copies, "get_archiver_options", lambda: ArchiverOptions(KnownSites(max_wait_seconds=0.0), pause=0.0)
    )
    for address in (site.page("/here"), "http://169.254.169.254/latest", "http://[::1]/", "http://10.0.0.1/"):
        source = make_source(url=address)
        request_copy(source, reason="evidence")
        outcome = schedule.archive_next()
        assert outcome is not None
        assert "fetched" in outcome.problem
        assert request(source).due_at is None
    assert site.requests == []


def test_the_worker_archives_due_requests_unless_archiving_is_switched_off(
    source: Source, settings: Any
) -> None:
    request_copy(source, reason="evidence")

    class Context:
        def should_abort(self) -> bool:
            return False

    settings.ARCHIVING = False
    tasks.archive_due_sources(cast(JobContext, Context()))
    assert not ArchivedCopy.objects.exists()
    settings.ARCHIVING = True
    tasks.archive_due_sources(cast(JobContext, Context()))
    assert ArchivedCopy.objects.get().source == source


@pytest.fixture
def committed(site: Site, transactional_db: None) -> Iterator[Source]:
    yield make_source(url=site.page("/ferries", b"<p>The last ferry leaves in May.</p>"))
    connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_only_one_of_two_workers_takes_a_request(committed: Source) -> None:
    request_copy(committed, reason="evidence")
    taken = at_once(LeasedSource.lease_next, LeasedSource.lease_next)
    assert sorted(one is None for one in taken) == [False, True]


@pytest.mark.django_db(transaction=True)
def test_simultaneous_requests_do_not_block_each_other_and_share_a_copy(committed: Source) -> None:
    def ask() -> bool:
        return request_copy(committed, reason="evidence")

    assert True in at_once(ask, ask)
    outcomes = at_once(schedule.archive_next, schedule.archive_next)
    assert len([one for one in outcomes if one]) >= 1
    assert schedule.archive_next() is None
    assert ArchivedCopy.objects.count() == 1

"""Pages that change, move and die, as a round of checks finds them; what a failure is not; what costs nothing."""

from collections.abc import Callable
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from django.utils import timezone

from claims.features.archiving.requests import request_copy
from claims.features.links import check_run, due_links, watched_links
from claims.features.links.link_findings import LinkFinding
from claims.features.links.models import LinkOutcome, LinkState
from claims.features.teamwork import followers
from claims.features.teamwork.models import Notification
from claims.models import Claim, Publication, QuoteStatus
from claims.review import removals
from sources.models import Snapshot, Source, VisitedSite
from tests.claims.features.links.watched_paper import (
    FERRIES,
    PIER,
    RAIN,
    TEXT,
    changes,
    check,
    html_of,
    link_of,
)
from tests.helpers.broken_rules import as_committed
from tests.helpers.followed_site import Paper
from tests.helpers.newsroom import make_appearance, make_claim, make_source, person

pytestmark = pytest.mark.django_db

PATH = "/2024/ferries"
FRONT = b"<html><head><title>Brunnholm Post</title></head><body><h1>News</h1></body></html>"


def test_a_page_that_is_there_is_alive_and_leaves_one_record(claim: Claim, source: Source) -> None:
    assert check().outcome_counts == {"alive": 1}
    assert check().outcome_counts == {"alive": 1}
    assert (link_of(source).outcome, link_of(source).failures) == ("alive", 0)
    assert changes(source) == ["alive"]
    assert Snapshot.objects.count() == 1


def test_only_sources_cited_by_current_publications_are_checked(claim: Claim, source: Source) -> None:
    uncited = make_source(TEXT)
    assert watched_links.update_watched_links() == LinkState.objects.count() > 0
    assert watched_links.update_watched_links() == 0
    named = Publication.objects.current().get().source_ids
    assert set(LinkState.objects.values_list("source", flat=True)) == set(named)
    assert source.pk in named
    assert uncited.pk not in named


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_is_gone_after_three_checks_in_two_days_and_not_before(
    claim: Claim, source: Source, paper: Paper, clock: Any, status: int
) -> None:
    check()
    paper.page(PATH, b"", status)
    found = []
    for hours in (0, 6, 43):
        clock.shift(timedelta(hours=hours))
        check()
        found.append((link_of(source).outcome, link_of(source).failures))
    assert found == [("alive", 1), ("alive", 2), ("gone", 0)]
    assert (link_of(source).http_status, link_of(source).reason) == (status, "not_found")
    assert changes(source) == ["alive", "gone"]


def test_a_hundred_checks_in_an_hour_make_nothing_dead(
    claim: Claim, source: Source, paper: Paper, clock: Any
) -> None:
    check()
    paper.page(PATH, b"", 404)
    for _ in range(10):
        clock.shift(timedelta(minutes=5))
        check()
    assert link_of(source).outcome == "alive"


def test_a_page_that_comes_back_is_alive_at_once(
    claim: Claim, source: Source, paper: Paper, clock: Any
) -> None:
    paper.page(PATH, b"", 404)
    for hours in (0, 30, 30):
        clock.shift(timedelta(hours=hours))
        check()
    assert link_of(source).outcome == "gone"
    paper.page(PATH, html_of(TEXT))
    check()
    assert (link_of(source).outcome, changes(source)) == ("alive", ["gone", "alive"])


def test_one_success_resets_one_failure(claim: Claim, source: Source, paper: Paper, clock: Any) -> None:
    for status in (404, 200, 404, 200, 404):
        paper.page(PATH, html_of(TEXT), status)
        clock.shift(timedelta(days=2))
        check()
    assert (link_of(source).outcome, link_of(source).failures) == ("alive", 1)


@pytest.mark.parametrize("status", [500, 503, 403, 401, 429, 451, 418])
def test_refusing_or_failing_sites_are_never_called_gone(
    claim: Claim, source: Source, paper: Paper, clock: Any, status: int
) -> None:
    check()
    paper.page(PATH, b"", status)
    for _ in range(8):
        clock.shift(timedelta(days=4))
        check()
    assert changes(source) == ["alive", "unreachable"]


def test_robots_txt_forbids_and_nothing_is_called_gone(
    claim: Claim, source: Source, paper: Paper, clock: Any
) -> None:
    paper.page("/robots.txt", b"User-agent: *\nDisallow: /2024/", Content_Type="text/plain")
    for _ in range(4):
        clock.shift(timedelta(days=2))
        check()
    assert (link_of(source).outcome, link_of(source).reason) == ("unreachable", "robots_forbidden")
    assert PATH not in paper.asked()


def test_a_page_that_moved_for_good_names_its_new_address(
    claim: Claim, source: Source, paper: Paper, clock: Any
) -> None:
    paper.redirect(PATH, "/archive/ferries", 301)
    new = paper.page("/archive/ferries", html_of(TEXT))
    check()
    assert link_of(source).outcome == ""
    clock.shift(timedelta(hours=2))
    check()
    assert (link_of(source).outcome, link_of(source).moved_to) == ("moved", new)


@pytest.mark.parametrize("status", [302, 303, 307])
def test_a_temporary_redirect_is_not_a_move(
    claim: Claim, source: Source, paper: Paper, clock: Any, status: int
) -> None:
    paper.redirect(PATH, "/today/ferries", status)
    paper.page("/today/ferries", html_of(TEXT))
    for _ in range(3):
        clock.shift(timedelta(hours=2))
        check()
    assert (link_of(source).outcome, link_of(source).moved_to) == ("alive", "")


def test_another_spelling_is_no_move(claim: Claim, source: Source, paper: Paper, clock: Any) -> None:
    paper.redirect(PATH, PATH + "/?utm_source=feed", 301)
    paper.page(PATH + "/?utm_source=feed", html_of(TEXT))
    for _ in range(3):
        clock.shift(timedelta(hours=2))
        check()
    assert link_of(source).outcome == "alive"


@pytest.mark.parametrize("status", [301, 302])
@pytest.mark.parametrize("front", ["/", "/en/", "/index.html"])
def test_an_article_that_leads_to_the_front_page_is_gone(
    claim: Claim, source: Source, paper: Paper, clock: Any, status: int, front: str
) -> None:
    paper.redirect(PATH, front, status)
    paper.page(front, FRONT)
    for hours in (0, 30, 30):
        clock.shift(timedelta(hours=hours))
        check()
    assert (link_of(source).outcome, link_of(source).reason) == ("gone", "missing_page")


def test_a_page_that_says_in_words_that_it_is_missing_is_gone(
    claim: Claim, source: Source, paper: Paper, clock: Any
) -> None:
    paper.page(PATH, html_of("Try our front page.", title="Seite nicht gefunden | Brunnholm Post"))
    for hours in (0, 30, 30):
        clock.shift(timedelta(hours=hours))
        check()
    assert (link_of(source).outcome, link_of(source).reason) == ("gone", "missing_page")


# The words that are quoted --------------------------------------------------------------------------------------------


def test_words_that_were_altered_are_found_and_proved_by_a_snapshot(
    claim: Claim, source: Source, paper: Paper, clock: Any
) -> None:
    check()
    paper.page(PATH, html_of(TEXT.replace("three ferries", "two ferries")))
    check()
    assert (link_of(source).outcome, link_of(source).suspected, Snapshot.objects.count()) == (
        "alive",
        "changed",
        1,
    )
    clock.shift(timedelta(hours=2))
    check()
    assert (link_of(source).outcome, link_of(source).lost_quotes) == ("changed", 1)
    fate = QuoteStatus.objects.get(outcome="changed")
    assert fate.wording == FERRIES.replace("three", "two")
    assert Snapshot.objects.count() == 2
    clock.shift(timedelta(hours=2))
    check()
    assert (link_of(source).outcome, Snapshot.objects.count()) == ("changed", 2)
    assert changes(source) == ["alive", "changed"]


def test_words_that_come_back_are_noted_as_well(
    claim: Claim, source: Source, paper: Paper, clock: Any
) -> None:
    paper.page(PATH, html_of(f"{PIER}\n\n{RAIN}"))
    for _ in range(2):
        clock.shift(timedelta(hours=2))
        check()
    assert link_of(source).outcome == "changed"
    paper.page(PATH, html_of(TEXT))
    clock.shift(timedelta(hours=2))
    check()
    assert link_of(source).outcome == "alive"
    assert set(QuoteStatus.objects.values_list("outcome", flat=True)) == {"stands"}


def test_changes_outside_quotes_are_not_recorded(
    claim: Claim, source: Source, paper: Paper, clock: Any
) -> None:
    check()
    paper.page(PATH, html_of(TEXT.replace(RAIN, "The sun shone. Nobody remembers rain in those weeks.")))
    for _ in range(3):
        clock.shift(timedelta(hours=2))
        check()
    assert (link_of(source).outcome, Snapshot.objects.count()) == ("alive", 1)


def test_a_changed_page_that_is_restored_is_not_recorded(
    claim: Claim, source: Source, paper: Paper, clock: Any
) -> None:
    for text in (TEXT, RAIN, TEXT):
        paper.page(PATH, html_of(text))
        clock.shift(timedelta(hours=2))
        check()
    assert (changes(source), Snapshot.objects.count()) == (["alive"], 1)


def test_a_new_publication_has_the_unchanged_page_compared_again(
    claim: Claim, source: Source, paper: Paper, clock: Any, publish: Callable[..., Claim]
) -> None:
    """The page lost an unquoted sentence; then a person quotes it, from the snapshot that contains it."""
    paper.page(PATH, html_of(f"{FERRIES}\n\n{PIER}"), ETag='"1"')
    check()
    assert link_of(source).outcome == "alive"
    other = make_claim("It rained.")
    make_appearance(other, source, RAIN)
    publish(other)
    for _ in range(2):
        clock.shift(timedelta(hours=2))
        check()
    assert link_of(source).outcome == "changed"


def test_an_unchanged_page_is_not_sent_again_and_not_read_again(
    claim: Claim, source: Source, paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        body = html_of(TEXT)
        known = request.headers.get("If-None-Match") == '"7"'
        request.send_response(304 if known else 200)
        request.send_header("ETag", '"7"')
        request.send_header("Content-Type", "text/html")
        request.send_header("Content-Length", "0" if known else str(len(body)))
        request.end_headers()
        if not known:
            request.wfile.write(body)

    paper.answer(PATH, answer)
    check()
    monkeypatch.setattr("claims.features.links.resolved_links.extract_document", None)
    assert check().outcome_counts == {"alive": 1}
    assert link_of(source).http_status == 304
    paper.page(PATH, html_of(TEXT))  # the same bytes, from a server that knows no validators
    assert check().outcome_counts == {"alive": 1}


# People concerned -----------------------------------------------------------------------------------------------------


def test_people_are_notified_once_of_each_change(
    claim: Claim, source: Source, paper: Paper, clock: Any, editor: Any
) -> None:
    followers.follow(claim, editor)
    paper.page(PATH, b"", 404)
    for _ in range(6):
        clock.shift(timedelta(days=1))
        check()
    notifications = Notification.objects.filter(kind="link_lost", person=editor)
    assert [row.claim_id for row in notifications] == [claim.pk]
    assert source.title in notifications[0].note
    assert "no longer exists" in notifications[0].note


# Two workers, and one that dies ---------------------------------------------------------------------------------------


def test_a_link_leased_by_one_worker_is_not_taken_by_another(claim: Claim, source: Source) -> None:
    watched_links.update_watched_links()
    [link] = due_links.lease_links(10, source_ids=[source.pk])
    assert due_links.lease_links(10, source_ids=[source.pk]) == []
    assert due_links.store_result(link, checked_at=timezone.now(), next_at=timezone.now())
    assert not due_links.store_result(link, checked_at=timezone.now())


def test_a_killed_workers_links_are_checked_again_and_its_results_ignored(
    claim: Claim, source: Source, clock: Any
) -> None:
    watched_links.update_watched_links()
    LinkState.objects.update(next_at=timezone.now())
    [lost] = due_links.lease_links(10, source_ids=[source.pk])
    clock.shift(due_links.LEASE_TIME + timedelta(seconds=1))
    [taken] = due_links.lease_links(10, source_ids=[source.pk])
    assert taken.pk == lost.pk
    assert not due_links.store_result(lost, outcome="alive", since=timezone.now())


def test_a_round_that_fails_gives_everything_back(
    claim: Claim, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: Any, **named: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(check_run, "store_link_status", broken)
    with pytest.raises(KeyboardInterrupt):
        check()
    # Links in work when it ended are free once their lease expires.
    assert not LinkState.objects.due().filter(pk=source.pk).exists()
    assert VisitedSite.objects.get().ready_at <= timezone.now() + timedelta(seconds=2)


def test_a_site_that_wants_to_be_left_alone_is(claim: Claim, source: Source, paper: Paper) -> None:
    paper.page("/robots.txt", b"User-agent: *\nCrawl-delay: 600", Content_Type="text/plain")
    tally = check()
    assert (tally.checked_count, tally.postponed_count) == (0, 1)
    assert link_of(source).next_at > timezone.now() + timedelta(minutes=9)
    assert link_of(source).failures == 0


def test_a_page_on_which_the_program_fails_stops_no_other(
    claim: Claim, source: Source, paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_arguments: Any) -> None:
        raise RuntimeError("a page that nobody expected")

    monkeypatch.setattr("claims.features.links.resolved_links.compare_passages", fails)
    tally = check()
    assert (tally.failed_count, tally.checked_count) == (1, 0)
    assert link_of(source).next_at > timezone.now() + timedelta(hours=5)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sites", "heard", "judged"),
    [
        (3, 0, 0),  # no site answers: it is our network
        (2, 0, 2),  # too few to decide
        (3, 1, 3),  # one site answers: the others are down
    ],
)
@pytest.mark.parametrize("reason", ["connection_failed", "name_not_found", "timed_out", "robots_unknown"])
def test_while_no_site_answers_no_failure_is_counted(
    monkeypatch: pytest.MonkeyPatch, sites: int, heard: int, judged: int, reason: str
) -> None:
    for number in range(sites):
        url = f"https://paper{number}.example/page"
        LinkState.objects.create(
            source=make_source(title=f"Page {number}", url=url),
            url=url,
            site=f"https://paper{number}.example",
        )
    unheard = LinkFinding(LinkOutcome.UNREACHABLE, reason)
    monkeypatch.setattr(
        "claims.features.links.check_run.check_url",
        lambda _visits, url, **_known: (
            LinkFinding(LinkOutcome.ALIVE, "", 200)
            if any(url.startswith(f"https://paper{number}.") for number in range(heard))
            else unheard
        ),
    )
    tally = check_run.run_link_checks()
    assert tally is not None
    assert (tally.checked_count, tally.postponed_count) == (judged, sites - judged)
    failing = LinkState.objects.filter(failures__gt=0)
    assert failing.count() == (judged - heard if judged else 0)
    assert not LinkState.objects.filter(held_until__gt=timezone.now()).exists()
    if not judged:
        assert not LinkState.objects.filter(next_at__lte=timezone.now()).exists()


def test_a_page_brings_back_nothing_that_the_law_removed(claim: Claim, source: Source, paper: Paper) -> None:
    check()
    as_committed()
    ada, abe = (person(name, "Administrator") for name in ("ada", "abe"))
    removal = removals.propose(claim, ["council of Brunnholm"], reason="court_order", note="", by=ada)
    removals.confirm(removal, by=abe)
    check()
    link = link_of(source)
    assert (link.outcome, link.suspected, source.snapshots.count()) == ("alive", "", 1)
    assert [request_copy(source, reason=reason) for reason in ("link_check", "desk")] == [False, True]

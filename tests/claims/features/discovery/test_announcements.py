"""Announcement services: notified of each entry once, in order, and later if they are unavailable."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection
from django.utils import timezone
from time_machine import travel

from claims.features.discovery import announcements, indexnow
from claims.features.discovery.models import AnnouncementProgress
from claims.features.discovery.service_messages import (
    MAX_PAUSE,
    MIN_PAUSE,
    RATE_LIMIT_PAUSE,
    NotificationRefused,
    choose_retry_delay,
)
from claims.models import Claim
from claims.review import workflow
from tests.claims.features.discovery.conftest import ToldService
from tests.helpers.reader_pages import correct

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]
KEY = "0123456789abcdef"


@pytest.fixture
def engine(told_service: Callable[[], ToldService], settings: Any) -> ToldService:
    """A known search engine that accepts IndexNow."""
    service = told_service()
    settings.INDEXNOW_KEY, settings.INDEXNOW_URL = KEY, f"{service.url}/indexnow"
    announcements.announce_new_entries()
    return service


@pytest.fixture
def hub(told_service: Callable[[], ToldService], settings: Any) -> ToldService:
    service = told_service()
    settings.WEBSUB_HUBS = [f"{service.url}/"]
    announcements.announce_new_entries()
    return service


def addresses(service: ToldService) -> list[list[str]]:
    return [json.loads(body)["urlList"] for _path, _fields, body in service.messages]


def test_services_are_notified_only_if_configured(publish: Publish) -> None:
    publish()
    assert announcements.list_services() == {}
    assert announcements.announce_new_entries() is False
    assert not AnnouncementProgress.objects.exists()


def test_indexnow_is_notified_as_it_is_documented(
    publish: Publish, engine: ToldService, settings: Any
) -> None:
    settings.SITE_URL = "https://facts.example.org"
    claim = publish()
    announcements.announce_new_entries()
    announcements.announce_new_entries()
    ((path, fields, body),) = engine.messages
    assert path == "/indexnow"
    assert fields["Content-Type"] == "application/json; charset=utf-8"
    assert json.loads(body) == {
        "host": "facts.example.org",
        "key": KEY,
        "keyLocation": f"https://facts.example.org/{KEY}.txt",
        "urlList": [f"https://facts.example.org{claim.get_absolute_url()}"],
    }


def test_a_new_service_is_notified_of_later_entries_only(
    publish: Publish, told_service: Callable[[], ToldService], settings: Any
) -> None:
    publish()
    service = told_service()
    settings.INDEXNOW_KEY, settings.INDEXNOW_URL = KEY, service.url
    announcements.announce_new_entries()
    assert service.messages == []
    claim = publish()
    announcements.announce_new_entries()
    assert addresses(service) == [[settings.SITE_URL + claim.get_absolute_url()]]


def test_retractions_corrections_and_merges_are_reported(
    publish: Publish, engine: ToldService, checker: User, editor: User
) -> None:
    corrected, retracted, target, merged = publish(), publish(), publish(), publish()
    announcements.announce_new_entries()
    engine.messages.clear()
    correct(corrected, checker, editor)
    workflow.move(retracted.verdicts.get(), "retract", by=editor, note="The audit was forged.")
    workflow.move(merged, "merge", by=editor, into=target)
    announcements.announce_new_entries()
    (told,) = addresses(engine)
    ids = {int(address.split("/claims/")[1].split("/")[0]) for address in told}
    assert ids == {corrected.pk, retracted.pk, merged.pk, target.pk}


def test_an_address_that_changed_is_reported_with_the_one_before() -> None:
    entries = [
        {"claim_id": 7, "slug": "new", "slug_before": "old"},
        {"claim_id": 7, "slug": "new", "slug_before": "new"},
        {"claim_id": 8, "slug": "other", "slug_before": None},
    ]
    paths = [address.partition("/claims/")[2] for address in indexnow.list_changed_addresses(entries)]
    assert paths == ["7/new/", "7/old/", "8/other/"]


def test_messages_have_a_limited_number_of_addresses(
    publish: Publish, engine: ToldService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexnow, "MAX_ADDRESSES", 2)
    monkeypatch.setattr(announcements, "ENTRIES_PER_STEP", 3)
    for _ in range(4):
        publish()
    announcements.announce_new_entries()
    assert [len(told) for told in addresses(engine)] == [2, 1, 1]


@pytest.mark.parametrize(
    "status, fields, pause",
    [
        (500, {}, MIN_PAUSE),
        (429, {}, RATE_LIMIT_PAUSE),
        (429, {"Retry-After": "3600"}, timedelta(hours=1)),
        (503, {"Retry-After": "120"}, timedelta(minutes=2)),
        (403, {}, MAX_PAUSE),
        (422, {}, MAX_PAUSE),
        (301, {"Location": "http://127.0.0.1:1/"}, MIN_PAUSE),
    ],
)
def test_rejected_messages_are_sent_again_later(
    publish: Publish, engine: ToldService, status: int, fields: dict[str, str], pause: timedelta
) -> None:
    engine.answers.append((status, fields))
    moment = timezone.now()
    with travel(moment, tick=False):
        claim = publish()
        announcements.announce_new_entries()
        announcements.announce_new_entries()
        assert len(engine.messages) == 1
        progress = AnnouncementProgress.objects.get()
        assert progress.paused_until == moment + pause
        assert progress.consecutive_failures == 1
        assert str(status) in progress.last_failure
    with travel(moment + pause + timedelta(seconds=1), tick=False):
        announcements.announce_new_entries()
    assert len(engine.messages) == 2
    assert claim.get_absolute_url() in addresses(engine)[1][0]
    progress = AnnouncementProgress.objects.get()
    assert progress.consecutive_failures == 0
    assert (progress.last_failure, progress.paused_until) == ("", None)


def test_pauses_grow_and_have_an_end() -> None:
    pauses = [choose_retry_delay(failures, NotificationRefused("Away.")) for failures in (1, 2, 3, 20, 1000)]
    assert pauses == [MIN_PAUSE, 2 * MIN_PAUSE, 4 * MIN_PAUSE, MAX_PAUSE, MAX_PAUSE]
    assert choose_retry_delay(1, NotificationRefused("Away.", pause=timedelta(days=900))) == timedelta(days=1)


def test_an_unreachable_service_does_not_delay_others(
    publish: Publish, hub: ToldService, settings: Any, told_service: Callable[[], ToldService]
) -> None:
    settings.INDEXNOW_KEY, settings.INDEXNOW_URL = KEY, "http://127.0.0.1:9/indexnow"
    announcements.announce_new_entries()
    publish()
    announcements.announce_new_entries()
    assert len(hub.messages) == 1
    assert AnnouncementProgress.objects.get(pk="indexnow").consecutive_failures == 1


def test_hubs_are_notified_of_changed_feeds(
    publish: Publish, hub: ToldService, checker: User, editor: User, settings: Any
) -> None:
    claim = publish()
    announcements.announce_new_entries()
    correct(claim, checker, editor)
    announcements.announce_new_entries()
    asked = [parse_qs(body.decode()) for _path, _fields, body in hub.messages]
    feeds = [f"{settings.SITE_URL}/feeds/claims.{form}" for form in ("atom", "rss", "json")]
    assert [one["hub.mode"] for one in asked] == [["publish"], ["publish"]]
    assert [one["hub.url"] for one in asked] == [
        feeds,
        [*feeds, f"{settings.SITE_URL}/feeds/corrections.atom"],
    ]


def test_a_worker_that_was_overtaken_changes_nothing(publish: Publish, engine: ToldService) -> None:
    publish()
    before = AnnouncementProgress.objects.get().position

    def told_by_another(entries: list[dict[str, Any]]) -> None:
        AnnouncementProgress.objects.update(position=entries[-1]["sequence"] + 5)

    assert announcements._announce_next_entries("indexnow", told_by_another) is False  # type: ignore[arg-type]
    assert AnnouncementProgress.objects.get().position > before + 1


@pytest.mark.parametrize(
    "change, rule",
    [
        ("position = position - 1", "never_goes_back"),
        ("position = -1", "never_goes_back"),
        ("consecutive_failures = 1", "failure_says_why"),
        ("last_failure = 'Away.'", "failure_says_why"),
        ("paused_until = now()", "failure_says_why"),
    ],
)
def test_rules_hold_for_sql(change: str, rule: str) -> None:
    AnnouncementProgress.objects.create(service="indexnow", position=7)
    with pytest.raises(IntegrityError, match=rule), connection.cursor() as sql:
        sql.execute(f"UPDATE discovery_announcementprogress SET {change}")


def test_progress_names_a_service() -> None:
    with pytest.raises(IntegrityError, match="names_a_service"):
        AnnouncementProgress.objects.create(service="", position=7)


def test_no_answer_of_a_service_delays_others(
    publish: Publish, engine: ToldService, hub: ToldService
) -> None:
    engine.content = b"Bad\0key"
    engine.answers += [(403, {}), (503, {"Retry-After": "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"})]
    with travel(timezone.now(), tick=False):
        publish()
        announcements.announce_new_entries()
        assert len(hub.messages) == 1
        refused = AnnouncementProgress.objects.get(pk=announcements.INDEXNOW_SERVICE)
        assert refused.last_failure == "IndexNow refused it (403): Bad\ufffdkey"
    with travel(timezone.now() + MAX_PAUSE + timedelta(minutes=1), tick=False):
        publish()
        announcements.announce_new_entries()
        assert len(hub.messages) == 2
        refused.refresh_from_db()
        assert refused.last_failure == "IndexNow answered with 503."

"""Actions on a watch, and permissions."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from claims.features.watches import visits, watch_edits
from claims.features.watches.models import Watch, WatchProgress
from claims.newsroom.refusals import NotAllowed, NotPossible
from tests.claims.features.watches.visiting import make_watch, progress_of

pytestmark = pytest.mark.django_db

ADDRESS = "https://post.example/feed"


def calls() -> list[dict[str, Any]]:
    jobs = ProcrastinateJob.objects.filter(task_name="claims.features.watches.visit_watch", status="todo")
    return list(jobs.order_by("pk").values_list("args", flat=True))


def test_a_new_watch_is_visited_at_once(editor: User, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        watch = watch_edits.add_watch(f" {ADDRESS} ", name=" Sundvik\n Post ", by=editor, interval_minutes=60)
    assert (watch.name, watch.url, watch.created_by, watch.interval_minutes) == (
        "Sundvik Post",
        ADDRESS,
        editor,
        60,
    )
    assert visits.list_due_watches() == [watch.pk]
    assert calls() == [{"watch_id": watch.pk}]


def test_watches_without_a_name_have_their_address(editor: User) -> None:
    assert watch_edits.add_watch(ADDRESS, by=editor).name == "post.example/feed"


def test_characters_that_cannot_be_stored_are_left_out(editor: User) -> None:
    watch = watch_edits.add_watch(f"{ADDRESS}\0", name="Sundvik\0Post", kind="\0", by=editor)
    assert (watch.url, watch.name, progress_of(watch).kind) == (ADDRESS, "Sundvik Post", "")


@pytest.mark.parametrize(
    ("url", "settings", "why"),
    [
        ("http://post.example/feed/?utm_source=x", {}, "This address is already followed."),
        ("ftp://post.example/other", {}, "The address must begin with https:// or http://."),
        ("post.example", {}, "Enter a valid URL."),
        ("https://other.example/", {"language": "English"}, "Give a language tag such as en, pt-BR or ko."),
        (
            "https://other.example/",
            {"interval_minutes": 1},
            "The interval must be from 5 minutes to a week (10080 minutes).",
        ),
    ],
)
def test_addresses_that_cannot_be_followed(
    editor: User, url: str, settings: dict[str, Any], why: str
) -> None:
    make_watch(ADDRESS)
    with pytest.raises(NotPossible) as refusal:
        watch_edits.add_watch(url, by=editor, **settings)
    assert why in str(refusal.value)
    assert Watch.objects.count() == 1


def test_paused_and_gone_on_with(editor: User, django_capture_on_commit_callbacks: Any) -> None:
    watch = make_watch(ADDRESS)
    later = timezone.now() + timedelta(days=1)
    WatchProgress.objects.filter(pk=watch.pk).update(next_visit_at=later)
    with django_capture_on_commit_callbacks(execute=True):
        watch_edits.set_active(watch, is_active=False, by=editor)
    assert calls() == []
    with pytest.raises(NotPossible, match="“Sundvik Post” is paused. Resume it first."):
        watch_edits.queue_visit_now(watch, by=editor)
    with django_capture_on_commit_callbacks(execute=True):
        watch_edits.set_active(watch, is_active=True, by=editor)
    assert calls() == [{"watch_id": watch.pk}]
    assert progress_of(watch).next_visit_at <= timezone.now()


def test_visited_now(editor: User, django_capture_on_commit_callbacks: Any) -> None:
    watch = make_watch(ADDRESS)
    WatchProgress.objects.filter(pk=watch.pk).update(next_visit_at=timezone.now() + timedelta(days=1))
    for _twice in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            watch_edits.queue_visit_now(watch, by=editor)
    assert visits.list_due_watches() == [watch.pk]
    assert calls() == [{"watch_id": watch.pk}]


@pytest.mark.parametrize("role", ["contributor", "checker"])
@pytest.mark.parametrize(
    "edit",
    [
        lambda watch, by: watch_edits.add_watch("https://other.example/", by=by),
        lambda watch, by: watch_edits.set_active(watch, is_active=False, by=by),
        lambda watch, by: watch_edits.queue_visit_now(watch, by=by),
    ],
)
def test_editors_only(role: str, edit: Callable[[Watch, User], Any], request: pytest.FixtureRequest) -> None:
    watch = make_watch(ADDRESS)
    with pytest.raises(NotAllowed):
        edit(watch, request.getfixturevalue(role))
    assert list(Watch.objects.values_list("pk", "active")) == [(watch.pk, True)]

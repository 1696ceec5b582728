"""What watches add to the core: a queue, a filter and rows of the demonstration; and that they are gone when off."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from claims.admin.dashboard import iterate_queue_lines
from claims.features.watches.demo import add_watches
from claims.features.watches.models import Watch, WatchProgress
from claims.features.watches.visits import list_due_watches
from claims.management.demo.demo_newsroom import load_demo_content
from claims.management.demo.incoming import DemoContent
from tests.claims.features.watches.visiting import make_watch
from tests.helpers.desk import Desk

pytestmark = pytest.mark.django_db


def test_queue_and_filter_are_gone_when_switched_off_and_the_rows_stay(
    client: Client, editor: User, settings: Settings
) -> None:
    watch = make_watch("https://post.example/feed")
    since = timezone.now() - timedelta(days=3)
    failing = {"consecutive_failures": 1, "failing_since": since, "failure": "Gone."}
    WatchProgress.objects.filter(pk=watch.pk).update(**failing)
    desk = Desk(client).sign_in(editor)
    shown = []
    for settings.FEATURES in (["watches"], []):
        lines = [(line.number, line.age) for line in iterate_queue_lines(editor) if line.name == "failing"]
        filters = desk.client.get(reverse("admin:claims_claim_changelist")).context["cl"].filter_specs
        shown.append((lines, [str(each.title) for each in filters].count("watch")))
    assert shown == [([(1, "3 days")], 1), ([], 0)]
    assert list(Watch.objects.all()) == [watch]


def test_the_demonstration_fetches_nothing_until_a_person_starts_it(editor: User) -> None:
    content = load_demo_content()
    add_watches(DemoContent(content, {}, {}, {"editor": editor}))
    assert [(watch.url, watch.active) for watch in Watch.objects.all()] == [
        (row["url"], False) for row in content["watches"]
    ]
    assert list_due_watches() == []

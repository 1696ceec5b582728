"""What federation adds to the core: a queue, others' checks, rows of the demonstration; all gone when it is off."""

from collections import Counter
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from claims.admin.dashboard import iterate_queue_lines
from claims.admin.similar_claims import collect_additions
from claims.features.federation.demo import follow_newsrooms
from claims.features.federation.models import PeerClaim, PeerNewsroom, PeerProgress
from claims.management.demo.demo_newsroom import load_demo_content
from claims.management.demo.incoming import DemoContent

pytestmark = pytest.mark.django_db


@pytest.fixture
def followed(administrator: User) -> PeerNewsroom:
    """The newsroom of the demonstration."""
    follow_newsrooms(DemoContent(load_demo_content(), {}, {}, {"admin": administrator}))
    return PeerNewsroom.objects.get()


def test_the_newsroom_of_the_demonstration_is_paused(followed: PeerNewsroom) -> None:
    assert followed.active is False
    assert Counter(followed.claims.values_list("status", flat=True)) == {"published": 2, "retracted": 1}


def test_queue_and_checks_of_others_are_gone_when_switched_off_and_the_rows_stay(
    client: Client, followed: PeerNewsroom, administrator: User, settings: Settings
) -> None:
    statement = followed.claims.filter(status="published").values_list("statement", flat=True)[0]
    PeerNewsroom.objects.update(active=True)
    since = timezone.now() - timedelta(days=3)
    PeerProgress.objects.update(consecutive_failures=1, failing_since=since, failure="Gone.")
    shown = []
    for settings.FEATURES in (["federation"], []):
        lines = [
            (line.number, line.age) for line in iterate_queue_lines(administrator) if line.name == "trouble"
        ]
        beside = len(collect_additions(statement, person=administrator).get("peer_matches", []))
        answer = client.post("/check/answer/", {"text": statement}).content.decode()
        shown.append((lines, beside, "Checked by other newsrooms" in answer))
    assert shown == [([(1, "3 days")], 1, True), ([], 0, False)]
    assert PeerClaim.objects.count() == 3

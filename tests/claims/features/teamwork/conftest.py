"""What tests of teamwork share."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from claims.features.teamwork import mails
from claims.features.teamwork.models import Notification
from claims.models import Claim, Verdict
from tests.helpers.desk import Desk
from tests.helpers.newsroom import make_claim, make_draft


@pytest.fixture
def claim(db: None) -> Claim:
    """An unpublished claim that contributors may not read."""
    return make_claim("The bridge cost ninety million euros.")


@pytest.fixture
def desk(client: Client, editor: User) -> Desk:
    return Desk(client).sign_in(editor)


@pytest.fixture
def draft(claim: Claim, checker: User) -> Verdict:
    """A draft on it."""
    return make_draft(claim, checker)


def list_notified() -> set[tuple[str, str]]:
    """Return the notifications with their recipients."""
    return set(Notification.objects.values_list("person__username", "kind"))


def jobs(task: str) -> list[dict[str, Any]]:
    """What the worker is asked to do of this kind, in order."""
    return list(ProcrastinateJob.objects.filter(task_name=task).order_by("pk").values_list("args", flat=True))


@pytest.fixture
def work_mail() -> Callable[[], None]:
    """Send each queued mail, as the worker does."""

    def until_done() -> None:
        for job in jobs("claims.features.teamwork.mails.mail_notification"):
            mails.mail_notification(**job)

    return until_done

"""What tests of webhooks share."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from claims.features.webhooks import deliveries, ledger_followers
from claims.features.webhooks.models import WebhookEndpoint
from tests.helpers.parallel import served
from tests.helpers.webhook_receiver import Receiver


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOKS_TO_LOOPBACK = True
    receiver = Receiver()
    with served(receiver.server):
        yield receiver


@pytest.fixture
def endpoint(receiver: Receiver, db: None) -> WebhookEndpoint:
    """An endpoint at the receiver that wants to know everything."""
    return WebhookEndpoint.objects.create(name="The Harbour Post", url=receiver.url)


@pytest.fixture
def work(endpoint: WebhookEndpoint) -> Callable[[], None]:
    """Do what the worker does for the endpoint after a publication."""

    def until_done() -> None:
        ledger_followers.create_new_deliveries()
        deliveries.send_due_deliveries(endpoint.pk)

    return until_done


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A clock that only the test advances; and retries exactly at the scheduled time."""
    monkeypatch.setattr(deliveries, "JITTER", 0)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=1), tick=False) as traveller:
        yield traveller

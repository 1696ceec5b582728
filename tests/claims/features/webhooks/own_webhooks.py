"""Webhooks that two colleagues set up with tokens of their own, and a receiver that agrees."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from django.contrib.auth.models import User

from claims.features.webhooks import deliveries, ledger_followers
from claims.features.webhooks.internal_endpoints import compute_challenge_answer
from claims.features.webhooks.models import WebhookEndpoint
from claims.models import Scope
from tests.helpers.newsroom_tool import Tool, tool
from tests.helpers.parallel import served
from tests.helpers.webhook_receiver import Receiver, status

__all__ = ["ours", "receiver", "theirs"]

WEBHOOKS = Scope.WEBHOOKS


class Agreeing(Receiver):
    """A receiver that answers the challenge with the secret that it was given."""

    secret = ""

    def agree(self, request: BaseHTTPRequestHandler) -> None:
        challenge = self.messages[-1].payload["data"]["challenge"]
        said = f'{{"challenge_response": "{compute_challenge_answer(self.secret, challenge)}"}}'
        status(200, said.encode())(request)


@pytest.fixture
def receiver(settings: Any) -> Iterator[Agreeing]:
    settings.WEBHOOKS_TO_LOOPBACK = True
    receiver = Agreeing()
    with served(receiver.server):
        yield receiver


@pytest.fixture
def ours(checker: User) -> Tool:
    return tool(checker, WEBHOOKS)


@pytest.fixture
def theirs(editor: User) -> Tool:
    return tool(editor, WEBHOOKS)


def body(receiver: Receiver, **values: Any) -> dict[str, Any]:
    return {"name": "Our website", "url": receiver.url, **values}


def added(ours: Tool, receiver: Agreeing, **values: Any) -> str:
    """The address of a new webhook, whose receiver knows the secret."""
    answer = ours.post("webhooks/", body(receiver, **values))
    assert answer.status_code == 201, answer.content
    receiver.secret = answer.json()["secret"]
    return f"webhooks/{answer.json()['id']}/"


def verified(ours: Tool, receiver: Agreeing, **values: Any) -> str:
    path = added(ours, receiver, **values)
    receiver.answers.append(receiver.agree)
    answer = ours.post(f"{path}verify/")
    assert (answer.status_code, answer.json()["state"]) == (200, "active"), answer.content
    return path


def work() -> None:
    ledger_followers.create_new_deliveries()
    for endpoint in WebhookEndpoint.objects.active():
        deliveries.send_due_deliveries(endpoint.pk)

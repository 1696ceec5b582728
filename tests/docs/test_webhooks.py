"""docs/webhooks.md is correct: its code runs, and the names in it exist."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from claims.features.webhooks import deliveries, endpoints, ledger_followers
from claims.features.webhooks.models import WebhookEndpoint, WebhookEvent
from claims.features.webhooks.models.endpoint import TEST_EVENT, VERIFICATION_EVENT
from claims.models import Claim
from tests.claims.features.webhooks.conftest import endpoint, receiver  # noqa: F401  fixtures
from tests.helpers.webhook_receiver import Message, Receiver

SECTION = (settings.BASE_DIR / "docs" / "webhooks.md").read_text()


def block(language: str) -> str:
    """The example in a language."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", SECTION, flags=re.DOTALL)
    return str(found)


@pytest.fixture
def message(endpoint: WebhookEndpoint, receiver: Receiver, publish: Callable[..., Claim]) -> Message:  # noqa: F811
    """One message, signed with two secrets, of which the endpoint's own is the first."""
    endpoints.rotate_secret(endpoint)
    endpoint.refresh_from_db()
    publish()
    ledger_followers.create_new_deliveries()
    deliveries.send_due_deliveries(endpoint.pk)
    return receiver.messages[0]


def python(secret: str, headers: dict[str, str], body: str) -> Any:
    names: dict[str, Any] = {}
    exec(block("python"), names)  # noqa: S102  the example of the documentation
    return names["received"](secret, headers, body.encode())


@pytest.fixture
def javascript(tmp_path: Path) -> Callable[..., Any]:
    node = shutil.which("node")
    if not node:
        pytest.skip("Node is not installed.")
    (tmp_path / "received.mjs").write_text(block("js"))
    (tmp_path / "main.mjs").write_text(
        'import { received } from "./received.mjs";\n'
        "const [secret, headers, body] = JSON.parse(process.argv[2]);\n"
        "console.log(JSON.stringify(received(secret, headers, body)));\n"
    )

    def run(*arguments: Any) -> Any:
        command = [node, str(tmp_path / "main.mjs"), json.dumps(arguments)]
        return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    return run


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["python", "javascript"])
def test_the_example_distinguishes_valid_messages_from_forged_ones(
    endpoint: WebhookEndpoint,  # noqa: F811
    message: Message,
    request: pytest.FixtureRequest,
    language: str,
) -> None:
    received = python if language == "python" else request.getfixturevalue(language)
    good = (endpoint.secret, message.headers, message.body)
    assert received(*good) == message.payload
    assert received(endpoint.previous_secret, message.headers, message.body) == message.payload
    old = str(int(message.headers["webhook-timestamp"]) - 301)
    assert received("whsec_" + "A" * 44, message.headers, message.body) is None
    assert received(endpoint.secret, message.headers, message.body + " ") is None
    assert received(endpoint.secret, message.headers | {"webhook-id": "msg_1"}, message.body) is None
    assert received(endpoint.secret, message.headers | {"webhook-timestamp": old}, message.body) is None
    assert (
        received(endpoint.secret, message.headers | {"webhook-signature": "v1,AAAA v2"}, message.body) is None
    )
    for name in [name for name in message.headers if name.startswith("webhook-")]:
        without = {header: value for header, value in message.headers.items() if header != name}
        assert received(endpoint.secret, without, message.body) is None


def test_events_are_those_that_exist() -> None:
    documented = re.findall(r"^\| `([a-z_.]+)` \|", SECTION, flags=re.MULTILINE)
    assert documented == [*WebhookEvent.values, TEST_EVENT, VERIFICATION_EVENT]


@pytest.mark.django_db
def test_message_has_the_keys_that_are_shown(message: Message) -> None:
    shown = json.loads(block("json"))
    assert list(message.payload) == list(shown)
    assert list(message.payload["data"]) == list(shown["data"])


@pytest.mark.django_db
def test_headers_are_those_that_are_named(message: Message) -> None:
    named = set(re.findall(r"`(webhook-[a-z]+)`", SECTION))
    assert named == {name for name in message.headers if name.startswith("webhook-")}


def test_schedule_is_the_one_that_is_kept() -> None:
    (sentence,) = re.findall(r"after (5 seconds, .*? hours): three days", SECTION, flags=re.DOTALL)
    units = {"seconds": 1, "minutes": 60, "hours": 3600}
    waits = []
    for part in re.findall(r"((?:\d+(?:, | and )?)+) (seconds|minutes|hours)", sentence):
        waits += [timedelta(seconds=int(number) * units[part[1]]) for number in re.findall(r"\d+", part[0])]
    assert waits == list(deliveries.RETRY_DELAYS)

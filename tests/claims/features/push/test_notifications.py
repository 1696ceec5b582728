"""Browsers that follow a claim receive its corrections, and are removed when their subscription ends."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings as project
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from claims.features.push import notifications, tasks
from claims.features.push.encryption import get_public_key
from claims.features.push.models import PushSubscription
from claims.ledger.house_signature import decode_bytes
from claims.ledger.publishing import record
from claims.models import Claim
from tests.claims.features.push.push_service import Browser, PushService
from tests.helpers.parallel import served
from tests.helpers.reader_pages import correct

pytestmark = pytest.mark.django_db


@pytest.fixture
def service(settings: Any) -> Iterator[PushService]:
    settings.WEBHOOKS_TO_LOOPBACK = True
    service = PushService()
    with served(service.server):
        yield service


@pytest.fixture
def browser() -> Browser:
    return Browser()


def start(client: Client, claim: Claim, service: PushService, browser: Browser, **changed: str) -> int:
    sent = {"endpoint": f"{service.origin}/wpush/abc", **browser.keys, **changed}
    return client.post(f"/de/claims/{claim.pk}/push/start/", sent).status_code


def send_waiting() -> None:
    tasks.queue_notifications(0)
    tasks.queue_notifications(0)  # before the first was done
    jobs = ProcrastinateJob.objects.filter(task_name=notifications.SEND_TASK)
    for job in list(jobs):
        notifications.send_latest_change(**job.args)
    jobs.delete()


def test_a_browser_gets_each_correction_until_it_stops(
    client: Client, publish: Any, checker: User, editor: User, service: PushService, browser: Browser
) -> None:
    claim = publish()
    follow = client.get(f"/claims/{claim.pk}/follow/").content.decode()
    assert f'href="/claims/{claim.pk}/push/"' in follow
    page = client.get(f"/claims/{claim.pk}/push/")
    assert (page.status_code, page["Cache-Control"]) == (200, "no-store")
    assert f'data-push-key="{get_public_key()}"' in page.content.decode()
    assert start(client, claim, service, browser) == 204
    assert start(client, claim, service, browser) == 204  # the same browser
    assert PushSubscription.objects.count() == 1
    send_waiting()
    record(claim, "addition")
    send_waiting()
    assert service.messages == []
    correct(claim, checker, editor, code="true", kind="correction")
    send_waiting()
    send_waiting()
    [message] = service.messages
    newest = claim.publications.latest("sequence")
    assert json.loads(browser.read(message.body)) == {
        "title": f"Korrektur · {project.NEWSROOM_NAME}",
        "body": claim.statement,
        "url": f"{project.SITE_URL}/claims/{claim.pk}/{newest.slug}/",
        "tag": f"claim-{claim.pk}",
    }
    assert (message.path, message.headers["content-encoding"], message.headers["topic"]) == (
        "/wpush/abc",
        "aes128gcm",
        f"claim-{claim.pk}",
    )
    token, key = message.headers["authorization"].removeprefix("vapid t=").split(", k=")
    assert key == get_public_key()
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decode_bytes(key))
    claims = jwt.decode(token, point, algorithms=["ES256"], audience=service.origin)
    assert claims["sub"] == project.SITE_URL
    assert (
        client.post(f"/claims/{claim.pk}/push/stop/", {"endpoint": "https://other.example/"}).status_code
        == 204
    )
    assert PushSubscription.objects.count() == 1
    client.post(f"/claims/{claim.pk}/push/stop/", {"endpoint": f"{service.origin}/wpush/abc"})
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_whose_subscription_ended_is_removed(
    client: Client,
    publish: Any,
    checker: User,
    editor: User,
    service: PushService,
    browser: Browser,
    status: int,
) -> None:
    claim = publish()
    start(client, claim, service, browser)
    correct(claim, checker, editor, code="true", kind="correction")
    service.statuses = [status]
    send_waiting()
    assert (len(service.messages), PushSubscription.objects.count()) == (1, 0)


def test_a_message_that_is_not_taken_is_sent_again_for_days(
    client: Client, publish: Any, checker: User, editor: User, service: PushService, browser: Browser
) -> None:
    claim = publish()
    start(client, claim, service, browser)
    correct(claim, checker, editor, code="true", kind="correction")
    service.statuses = [503, 429]
    [number] = PushSubscription.objects.values_list("pk", flat=True)
    for reason in ("503", "429"):
        with pytest.raises(notifications.PushRejected, match=f"^{reason}$"):
            notifications.send_latest_change(subscription_id=number)
    notifications.send_latest_change(subscription_id=number)
    assert (len(service.messages), PushSubscription.objects.get().failing_since) == (3, None)
    correct(claim, checker, editor, code="false", kind="correction")
    service.statuses = [500, 500]
    with pytest.raises(notifications.PushRejected):
        notifications.send_latest_change(subscription_id=number)
    later = datetime.now(UTC) + notifications.MAX_FAILING_TIME + timedelta(minutes=1)
    with time_machine.travel(later), pytest.raises(notifications.PushRejected):
        notifications.send_latest_change(subscription_id=number)
    assert not PushSubscription.objects.exists()


def test_only_browsers_at_public_push_services_subscribe(
    client: Client, publish: Any, service: PushService, browser: Browser, settings: Any
) -> None:
    claim = publish()
    refused = [
        {"endpoint": "ftp://push.example/"},
        {"endpoint": f"{service.origin}/{'x' * 1000}"},
        {"p256dh": "A" * 87},  # not a point
        {"auth": "short"},
    ]
    assert [start(client, claim, service, browser, **wrong) for wrong in refused] == [400] * 4
    settings.WEBHOOKS_TO_LOOPBACK = False
    assert start(client, claim, service, browser) == 400
    assert client.post("/claims/999999/push/start/").status_code == 404
    assert client.get(f"/claims/{claim.pk}/push/start/").status_code == 405
    outside = Client(enforce_csrf_checks=True)
    assert outside.post(f"/claims/{claim.pk}/push/start/", browser.keys).status_code == 403
    assert not PushSubscription.objects.exists()


def test_rules_hold_even_by_sql(publish: Any, browser: Browser) -> None:
    claim = publish()
    insert = (
        "INSERT INTO push_pushsubscription (claim_id, endpoint, p256dh, auth, language, sequence)"
        " VALUES (%s, %s, %s, %s, 'en', 0)"
    )
    good = ["https://push.example/1", *browser.keys.values()]
    with connection.cursor() as sql:
        sql.execute(insert, [claim.pk, *good])
        for values, rule in [
            (good, "once_per_browser"),
            (["https://push.example/2", "x", good[2]], "keys_are_keys"),
            (["x" * 1001, *good[1:]], "endpoint_fits"),
        ]:
            with pytest.raises(IntegrityError, match=rule), transaction.atomic():
                sql.execute(insert, [claim.pk, *values])


def test_the_service_worker_controls_no_page_of_the_site(client: Client) -> None:
    answer = client.get("/push/worker.js")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/javascript; charset=utf-8")
    assert "Service-Worker-Allowed" not in answer
    assert b"showNotification" in answer.content


def test_it_is_off_unless_it_is_switched_on(client: Client, publish: Any, settings: Any) -> None:
    settings.FEATURES = ["newsroom"]
    claim = publish()
    assert "/push/" not in client.get(f"/claims/{claim.pk}/follow/").content.decode()
    assert [client.get(path).status_code for path in (f"/claims/{claim.pk}/push/", "/push/worker.js")] == [
        404
    ] * 2

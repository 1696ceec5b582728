"""Error reports say where the program failed, without data."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import DisallowedHost, ImproperlyConfigured
from django.db import IntegrityError, connection
from django.test import RequestFactory
from django.urls import resolve

from factcheck.installation.log_context import job, request_id
from factcheck.telemetry.variables import read_receivers
from tests.helpers.recording_server import RecordingServer, run_recording_server

sentry_sdk = pytest.importorskip("sentry_sdk", reason="sentry-sdk is not installed (requirements/scale.in)")

from factcheck.telemetry import error_reports  # noqa: E402  which imports it

logger = logging.getLogger("claims.test")

#: What must not leave the house; named here, since reports quote the lines of the program around a failure.
DRAFT, READER, ADDRESS, QUESTION = "Kiosk draft", "reader@example.org", "192.0.2.77", "search-words"
TOKEN, COOKIE, AGENT = "sekrit-token", "cookie-value", "Firefox-of-a-reader"
SECRETS = (DRAFT, READER, ADDRESS, QUESTION, TOKEN, COOKIE, AGENT)


@pytest.fixture
def receiver(settings: Any) -> Iterator[RecordingServer]:
    with run_recording_server() as told:
        settings.SENTRY_DSN = f"http://key@127.0.0.1:{told.port}/1"
        error_reports.start()
        try:
            yield told
        finally:
            sentry_sdk.get_client().close(timeout=10)
            sentry_sdk.get_global_scope().set_client(None)


def sent(told: RecordingServer) -> list[dict[str, Any]]:
    sentry_sdk.flush(timeout=60)
    text = b"\n".join(told.bodies).decode()
    for secret in SECRETS:
        assert secret not in text
    lines = [json.loads(line) for line in text.splitlines() if line]
    return [line for line in lines if "event_id" in line and "level" in line]


def test_a_failing_request_is_reported_without_its_request(receiver: RecordingServer) -> None:
    request = RequestFactory().post(
        f"/api/v1/claims/7/?q={QUESTION}",
        {"text": DRAFT},
        REMOTE_ADDR=ADDRESS,
        HTTP_AUTHORIZATION=f"Bearer {TOKEN}",
        HTTP_COOKIE=f"sessionid={COOKIE}",
        HTTP_USER_AGENT=AGENT,
    )
    request.resolver_match = resolve("/api/v1/claims/7/")
    request.user = User(username=READER)
    token = request_id.set("abc-1")
    try:
        try:
            raise KeyError(QUESTION)
        except KeyError as inner:
            raise ValueError(f"{DRAFT} of {request.META['REMOTE_ADDR']}") from inner
    except ValueError:
        logging.getLogger("django.request").exception(
            "Internal Server Error: %s",
            request.get_full_path(),
            extra={"request": request, "status_code": 500},
        )
    finally:
        request_id.reset(token)
    (event,) = sent(receiver)
    assert event["tags"] == {"request_id": "abc-1", "method": "POST"}
    assert event["transaction"] == "claims-detail"
    assert [(found["type"], found["value"]) for found in event["exception"]["values"]] == [
        ("KeyError", ""),
        ("ValueError", ""),
    ]
    frame = event["exception"]["values"][-1]["stacktrace"]["frames"][-1]
    assert frame["function"] == "test_a_failing_request_is_reported_without_its_request"
    assert set(frame) <= set(error_reports._FRAME_KEYS)
    assert set(event) <= {*error_reports._EVENT_KEYS, "tags", "transaction", "exception"}


@pytest.mark.django_db
def test_a_violated_rule_is_reported_without_the_row(receiver: RecordingServer) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO claims_topic (name, slug) VALUES (%s, NULL)", [DRAFT])
    except IntegrityError:
        logger.exception("Topic %s was not stored", DRAFT)
    (event,) = sent(receiver)
    assert event["tags"] == {"sqlstate": "23502"}
    assert event["logentry"] == {"message": "Topic %s was not stored"}


def test_a_job_is_named_by_its_task(receiver: RecordingServer) -> None:
    token, put_together = job.set("7 claims.features.teamwork.mail"), f"Job 7 failed for {READER}: {DRAFT}"
    try:
        logging.getLogger("procrastinate.worker").error(put_together)
    finally:
        job.reset(token)
    (event,) = sent(receiver)
    assert (event["transaction"], event["tags"]) == (
        "claims.features.teamwork.mail",
        {"job": "7 claims.features.teamwork.mail"},
    )
    assert "logentry" not in event


def test_errors_that_visitors_can_cause_are_not_reported(receiver: RecordingServer) -> None:
    try:
        raise DisallowedHost("Invalid HTTP_HOST header: 'evil.example'")
    except DisallowedHost:
        logging.getLogger("django.security.DisallowedHost").exception("Invalid host")
    logger.warning("A warning is none either")
    assert sent(receiver) == []


@pytest.mark.parametrize(
    "wrong",
    ["https://errors.example.org/1", "key@errors.example.org/1", "https://key@errors.example.org/", "yes"],
)
def test_a_wrong_address_stops_with_a_sentence_that_does_not_repeat_it(
    monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    monkeypatch.setenv("SENTRY_DSN", wrong)
    with pytest.raises(ImproperlyConfigured) as caught:
        read_receivers()
    assert str(caught.value) == "SENTRY_DSN must look like https://key@errors.example.org/1."

"""The log: a line each, whatever messages quote, and on whose behalf it was written."""

import json
import logging
import sys
from collections.abc import Iterator

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils.log import log_response
from granian.log import log_request_builder
from hypothesis import given
from hypothesis import strategies as st

from factcheck.installation.log import JsonLines, LogLines
from factcheck.installation.log_context import job, request_id
from factcheck.web.access_log import LINE_FORMAT, JsonRequests, log_client_addresses
from tests.helpers.sweeps import sweep


def record(message: str, *arguments: object, failed: bool = False) -> logging.LogRecord:
    error = sys.exc_info() if failed else None
    return logging.LogRecord("claims.x", logging.WARNING, "x.py", 1, message, arguments, error)


@pytest.fixture
def behalf() -> Iterator[None]:
    tokens = request_id.set("abc-1"), job.set("7 send")
    yield
    request_id.reset(tokens[0])
    job.reset(tokens[1])


@given(st.text())
def test_every_message_is_one_line(quoted: str) -> None:
    for line in (
        LogLines().format(record("Fetched %s", quoted)),
        JsonLines().format(record("Fetched %s", quoted)),
    ):
        assert len(line.splitlines()) == 1
        assert "\x1b" not in line


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_json_says_the_message_as_it_was(quoted: str) -> None:
    assert json.loads(JsonLines().format(record("Fetched %s", quoted)))["message"] == f"Fetched {quoted}"


def test_letters_of_all_scripts_stay_readable() -> None:
    assert LogLines().format(record("Größe 사실 حقيقة")).endswith(" WARNING claims.x: Größe 사실 حقيقة")


def test_a_path_that_is_no_text_is_logged_all_the_same() -> None:
    assert json.loads(JsonLines().format(record("Read %s", "a\udcff")))["message"] == "Read a\\udcff"


def test_the_acting_person(behalf: None) -> None:
    assert LogLines().format(record("Sent.")).endswith(" WARNING claims.x: Sent. [abc-1 7 send]")
    said = json.loads(JsonLines().format(record("Sent.")))
    assert {name: said[name] for name in ("level", "logger", "message", "request_id", "job")} == {
        "level": "WARNING", "logger": "claims.x", "message": "Sent.", "request_id": "abc-1", "job": "7 send",
    }  # fmt: skip


def test_without_a_person_the_log_names_none() -> None:
    assert set(json.loads(JsonLines().format(record("Sent.")))) == {
        *("time", "level", "logger", "message", "process"),
    }


def test_tracebacks_are_lines_for_people_and_a_field_for_programs() -> None:
    try:
        raise ValueError("a\nb")
    except ValueError:
        line, said = (
            LogLines().format(record("Failed.", failed=True)),
            JsonLines().format(record("Failed.", failed=True)),
        )
    assert line.splitlines()[0].endswith("WARNING claims.x: Failed.")
    assert line.splitlines()[-2:] == ["ValueError: a", "b"]
    assert len(said.splitlines()) == 1
    assert json.loads(said)["exception"].endswith("ValueError: a\nb")


@sweep(("known", "told"), [("abc-1", "abc-1"), ("", "-")])
def test_requests_for_programs(known: str, told: str) -> None:
    request_id.set(known)
    log = logging.getLogger("granian.access")
    before, kept = log.filters[:], []

    def keep(line: logging.LogRecord) -> bool:
        kept.append(line)
        return False

    log_client_addresses(1)
    log.addFilter(keep)
    level, log.level = log.level, logging.INFO
    try:
        asked = {
            "addr_remote": "10.0.0.1", "path": "/claims/7/", "qs": "q=secret", "method": "GET", "scheme": "http",
            "protocol": "HTTP/1.1", "headers": {"x-forwarded-for": "192.0.2.1", "x-request-id": "sent"}.get,
        }  # fmt: skip
        log_request_builder(LINE_FORMAT)(0.0, 0.0, asked, 200)
    finally:
        log.filters[:], log.level = before, level
    said = json.loads(JsonRequests().format(kept[0]))
    named = ("method", "path", "status", "address", "request_id")
    assert {name: said[name] for name in named} == {
        "method": "GET", "path": "/claims/7/", "status": 200, "address": "192.0.2.1", "request_id": told,
    }  # fmt: skip
    assert "secret" not in json.dumps(said)


def test_secret_addresses_of_readers_are_left_out() -> None:
    path = f"/messages/{'x' * 43}/"
    for line in (
        LogLines().format(record("Failed: %s", path)),
        JsonLines().format(record("Failed: %s", path)),
    ):
        assert "/messages/…/" in line
        assert "xxx" not in line
    assert "/messages/sent/" in LogLines().format(record("Failed: %s", "/messages/sent/"))


@sweep(("error", "status", "is_traced"), [(PermissionDenied(), 403, False), (ValueError(), 500, True)])
def test_only_failures_have_a_traceback(
    caplog: pytest.LogCaptureFixture, error: Exception, status: int, is_traced: bool
) -> None:
    caplog.clear()
    request = RequestFactory().get("/admin/")
    log_response("%s", request.path, response=HttpResponse(status=status), request=request, exception=error)
    assert [(line.getMessage(), bool(line.exc_info)) for line in caplog.records] == [("/admin/", is_traced)]

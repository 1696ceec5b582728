"""The log of requests names who asked."""

import logging
from collections.abc import Iterator

import pytest
from django.test import Client
from granian.log import log_request_builder

from factcheck.installation.log_context import request_id
from factcheck.web.access_log import LINE_FORMAT, log_client_addresses


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[logging.Logger]:
    log = logging.getLogger("granian.access")
    before = log.filters[:], log.propagate
    log.propagate = True
    caplog.set_level(logging.INFO, "granian.access")
    yield log
    log.filters[:], log.propagate = before


@pytest.mark.parametrize(
    ("proxies", "forwarded", "named"),
    [
        (1, "192.0.2.10", "192.0.2.10"),
        (1, "6.6.6.6, 192.0.2.10", "192.0.2.10"),  # the visitor wrote the first
        (2, "6.6.6.6, 192.0.2.10, 10.0.0.2", "192.0.2.10"),
        (1, None, "10.0.0.1"),  # a client that bypassed the proxy
        (1, "-", "10.0.0.1"),
        (0, "6.6.6.6", "10.0.0.1"),  # without proxies of ours
    ],
)
def test_behind_proxies_it_names_the_visitor(
    lines: logging.Logger, caplog: pytest.LogCaptureFixture, proxies: int, forwarded: str | None, named: str
) -> None:
    log_client_addresses(proxies)
    asked = {
        "addr_remote": "10.0.0.1", "path": "/", "qs": "", "method": "GET", "scheme": "http", "protocol": "HTTP/1.1",
        "headers": {"x-forwarded-for": forwarded}.get,
    }  # fmt: skip
    log_request_builder(LINE_FORMAT)(0.0, 0.0, asked, 200)
    (line,) = caplog.messages
    assert line.partition("] ")[2].startswith(f'{named} - "GET / HTTP/1.1" 200 ')


@pytest.mark.parametrize("behind", [True, False])
def test_secret_addresses_of_readers_are_left_out(
    lines: logging.Logger, caplog: pytest.LogCaptureFixture, behind: bool
) -> None:
    log_client_addresses(int(behind))
    asked = {
        "addr_remote": "10.0.0.1", "path": f"/messages/{'x' * 43}/export/", "qs": "", "method": "GET", "scheme": "http",
        "protocol": "HTTP/1.1", "headers": {}.get,
    }  # fmt: skip
    log_request_builder(LINE_FORMAT)(0.0, 0.0, asked, 200)
    (line,) = caplog.messages
    assert "/messages/…/export/" in line
    assert "xxx" not in line


def test_it_has_the_request_id_that_the_log_of_the_program_has(
    lines: logging.Logger, caplog: pytest.LogCaptureFixture
) -> None:
    log_client_addresses(0)
    asked = {
        "addr_remote": "192.0.2.3", "path": "/api/v1/", "qs": "", "method": "GET", "scheme": "http",
        "protocol": "HTTP/1.1", "headers": {"x-request-id": 'forged" 200'}.get,
    }  # fmt: skip
    answer = Client().get("/api/v1/nowhere/", headers={"X-Request-ID": 'forged" 200'})
    log_request_builder(LINE_FORMAT)(0.0, 0.0, asked, 404)
    assert caplog.messages[-1].endswith(f" {answer.headers['X-Request-ID']}")
    assert answer.headers["X-Request-ID"] == request_id.get() != ""

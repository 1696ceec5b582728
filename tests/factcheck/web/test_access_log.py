"""The log of requests names who asked."""

import logging
from collections.abc import Iterator

import pytest
from granian.log import DEFAULT_ACCESSLOG_FMT, log_request_builder

from factcheck.web.access_log import BEHIND_PROXIES, name_visitors


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
        (1, None, "10.0.0.1"),  # somebody who came past the proxy
        (1, "-", "10.0.0.1"),
    ],
)
def test_behind_proxies_it_names_the_visitor(
    lines: logging.Logger, caplog: pytest.LogCaptureFixture, proxies: int, forwarded: str | None, named: str
) -> None:
    name_visitors(proxies)
    asked = {
        "addr_remote": "10.0.0.1", "path": "/", "qs": "", "method": "GET", "scheme": "http", "protocol": "HTTP/1.1",
        "headers": {"x-forwarded-for": forwarded}.get,
    }  # fmt: skip
    log_request_builder(BEHIND_PROXIES)(0.0, 0.0, asked, 200)
    (line,) = caplog.messages
    assert line.partition("] ")[2].startswith(f'{named} - "GET / HTTP/1.1" 200 ')


@pytest.mark.parametrize("behind", [True, False])
def test_what_opens_a_readers_page_is_left_out(
    lines: logging.Logger, caplog: pytest.LogCaptureFixture, behind: bool
) -> None:
    name_visitors(int(behind))
    asked = {
        "addr_remote": "10.0.0.1", "path": f"/messages/{'x' * 43}/export/", "qs": "", "method": "GET", "scheme": "http",
        "protocol": "HTTP/1.1", "headers": {}.get,
    }  # fmt: skip
    log_request_builder(BEHIND_PROXIES if behind else DEFAULT_ACCESSLOG_FMT)(0.0, 0.0, asked, 200)
    (line,) = caplog.messages
    assert "/messages/…/export/" in line
    assert "xxx" not in line

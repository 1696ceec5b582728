"""Settings of telemetry, from the environment."""

import re
from importlib.util import find_spec
from ipaddress import ip_address

from django.core.exceptions import ImproperlyConfigured

from factcheck.installation.environment import read_number, read_text, read_url

#: The role that metrics queries run as, and the queries.
METRIC_QUERIES = [
    "factcheck.telemetry.query_spans.METRIC_QUERIES",
    "factcheck.backups.gauges.METRIC_QUERIES",
    "claims.ledger.gauges.METRIC_QUERIES",
]


def read_metrics_settings() -> tuple[int, str, str]:
    """Read the port and host of the metrics, and the token, without which only this machine may read them.

    Raises:
        ImproperlyConfigured: others could read the metrics.
    """
    port = read_number("METRICS_PORT", 0, minimum=0, maximum=65535)
    host = read_text("METRICS_HOST", "127.0.0.1")
    token = read_text("METRICS_TOKEN", kind="secret")
    if port and not token and not _is_loopback(host):
        raise ImproperlyConfigured(
            f"METRICS_HOST is {host!r}, which other machines can reach. Metrics are not public: set METRICS_TOKEN too."
        )
    return port, host, token


def read_receivers() -> tuple[str, str]:
    """Return the URL to which error reports are sent and the URL to which traces are sent; "" by default.

    Raises:
        ImproperlyConfigured: a URL is invalid, or the library that sends to it is not installed.
    """
    reports = read_text("SENTRY_DSN", kind="secret")
    if reports and not re.fullmatch(r"https?://[^\s@/]+@[^\s@/]+(/\S*)?/[0-9]+", reports):
        raise ImproperlyConfigured("SENTRY_DSN must look like https://key@errors.example.org/1.")
    traces = read_url("OTEL_EXPORTER_OTLP_ENDPOINT")
    for name, value, package in (
        ("SENTRY_DSN", reports, "sentry_sdk"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", traces, "opentelemetry.exporter.otlp.proto.http"),
    ):
        if value and not _is_installed(package):
            raise ImproperlyConfigured(
                f"{name} is set, but the packages for it are not installed: requirements/install base scale."
            )
    return reports, traces


def _is_installed(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:  # the parent package is missing
        return False


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

"""The variables that say what this installation tells of itself, and to whom."""

from ipaddress import ip_address
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from factcheck.installation.environment import number, text

#: Who asks the database for metrics, and what.
QUESTIONS = ["factcheck.telemetry.questions.QUESTIONS", "claims.gauges.QUESTIONS"]


def telemetry() -> dict[str, Any]:
    """Django's settings of metrics."""
    port = number("METRICS_PORT", 0, least=0, most=65535)
    host = text("METRICS_HOST", "127.0.0.1")
    token = text("METRICS_TOKEN", kind="secret")
    if port and not token and not _is_loopback(host):
        raise ImproperlyConfigured(
            f"METRICS_HOST is {host!r}, which others can reach, and metrics are not public; set METRICS_TOKEN too."
        )
    return {
        "METRICS_PORT": port,
        "METRICS_HOST": host,
        "METRICS_TOKEN": token,
        "METRICS_QUESTIONS": QUESTIONS,
    }


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

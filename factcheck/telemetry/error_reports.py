"""Error reports to a Sentry-compatible server, if configured.

A report is rebuilt from the only data that may leave the newsroom: the kind of error, its place in the program, the
version, and the request or job. Everything else that the library collects is dropped: error messages and local
variables may contain drafts, URLs may contain keys, and requests identify readers.
"""

import logging
from collections.abc import Iterator
from typing import Any

import sentry_sdk
from django.conf import settings
from sentry_sdk.integrations.atexit import AtexitIntegration
from sentry_sdk.integrations.excepthook import ExcepthookIntegration
from sentry_sdk.integrations.logging import LoggingIntegration
from sentry_sdk.integrations.threading import ThreadingIntegration

from factcheck.installation.log_context import job, request_id
from factcheck.installation.version import read_version
from factcheck.telemetry.request_counts import METHODS, OTHER_LABEL, get_route_name

#: Values that reveal nothing about anyone.
_EVENT_KEYS = (
    "event_id",
    "timestamp",
    "platform",
    "level",
    "logger",
    "release",
    "environment",
    "server_name",
    "sdk",
)
_ERROR_KEYS = ("type", "module", "mechanism")
_FRAME_KEYS = (
    "filename",
    "module",
    "function",
    "lineno",
    "in_app",
    "pre_context",
    "context_line",
    "post_context",
)
_MECHANISM_KEYS = ("type", "handled", "exception_id", "parent_id", "is_exception_group")
#: Log messages are constant, with values as arguments; a rule of ruff enforces this for ours.
_OWN_PACKAGES = ("claims", "factcheck", "sources")
#: Errors that visitors can cause as often as they like, such as an unknown host name.
_VISITOR_LOGGER = "django.security"


def start() -> None:
    """Start reporting everything that is logged as an error."""
    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        release=f"factcheck@{read_version()}",
        default_integrations=False,
        integrations=[
            LoggingIntegration(level=None, event_level=logging.ERROR, sentry_logs_level=None),
            ExcepthookIntegration(),
            ThreadingIntegration(propagate_scope=False),
            AtexitIntegration(callback=lambda _pending, _timeout: None),
        ],
        before_send=filter_event,
        max_breadcrumbs=0,
        # All of this would be dropped below, but data that are never collected cannot be sent by mistake.
        data_collection={
            "user_info": False,
            "http_bodies": [],
            "database_query_data": False,
            "queues": False,
            "stack_frame_variables": False,
        },
        send_client_reports=False,
        auto_session_tracking=False,
    )


def filter_event(event: Any, hint: dict[str, Any]) -> Any:
    """Return the event to report, or None to drop it."""
    error = (hint.get("exc_info") or (None, None))[1]
    record = hint.get("log_record")
    if record is not None and record.name.startswith(_VISITOR_LOGGER):
        return None
    request = getattr(record, "request", None)
    report = _select_keys(event, _EVENT_KEYS)
    report["tags"] = dict(_iterate_tags(error)) | (
        {"method": METHODS.get(request.method, OTHER_LABEL)} if request else {}
    )
    if request is not None:
        report["transaction"] = get_route_name(request)
    elif current_job := job.get():
        report["transaction"] = current_job.partition(" ")[2]
    if record is not None and record.name.partition(".")[0] in _OWN_PACKAGES:
        report["logentry"] = {"message": str(record.msg)}
    if "exception" in event:
        report["exception"] = {"values": [_reduce_error(raw) for raw in event["exception"].get("values", ())]}
    return report


def _select_keys(values: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: values[name] for name in names if name in values}


def _reduce_error(raw_error: dict[str, Any]) -> dict[str, Any]:
    error = _select_keys(raw_error, _ERROR_KEYS)
    if "mechanism" in error:
        error["mechanism"] = _select_keys(error["mechanism"], _MECHANISM_KEYS)
    frames = (raw_error.get("stacktrace") or {}).get("frames", ())
    return error | {
        "value": "",
        "stacktrace": {"frames": [_select_keys(frame, _FRAME_KEYS) for frame in frames]},
    }


def _iterate_tags(error: BaseException | None) -> Iterator[tuple[str, str]]:
    if current_request := request_id.get():
        yield "request_id", current_request
    if current_request := job.get():
        yield "job", current_request
    # If the database refused a change, only the name of our rule; the message would quote the row.
    cause: Any = error.__cause__ if error is not None else None
    if code := getattr(cause, "sqlstate", None):
        yield "sqlstate", code
    if rule := getattr(getattr(cause, "diag", None), "constraint_name", None):
        yield "constraint", rule

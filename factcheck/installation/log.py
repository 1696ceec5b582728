"""Logging to the terminal."""

import logging
import re
from datetime import UTC, datetime
from typing import Any

import orjson

from factcheck.installation.environment import read_choice
from factcheck.installation.log_context import job, request_id

#: Characters that would end a line or control a terminal.
_CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")

#: URLs that end in a secret: pages of readers who sent something. The secret is masked in the log.
_SECRET_PATH = re.compile(r"(/(?:messages|subscriptions)/)[\w-]{43}(?![\w-])", re.ASCII)


def mask_secrets(text: str) -> str:
    """Return the text, with secrets of private pages masked."""
    return _SECRET_PATH.sub(r"\1…", text) if "/messages/" in text or "/subscriptions/" in text else text


def build_log_settings() -> dict[str, Any]:
    """Return the value of Django's setting LOGGING."""
    level = read_choice("LOG_LEVEL", "INFO", lambda: {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"})
    formatter = read_choice("LOG_FORMAT", "line", lambda: {"line", "json"})
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"refusals": {"()": RefusalsWithoutTraceback}},
        "formatters": {"line": {"()": LogLines}, "json": {"()": JsonLines}},
        "handlers": {"terminal": {"class": "logging.StreamHandler", "formatter": formatter}},
        "root": {"handlers": ["terminal"], "level": level},
        "loggers": {
            # Django's own handlers would write each line a second time or mail it to ADMINS, which is empty.
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.request": {"filters": ["refusals"]},
            # The fetching code reports refused addresses itself.
            "requests_hardened": {"level": "ERROR"},
            "procrastinate": {"level": "WARNING" if level == "INFO" else level},  # it logs every poll
        },
    }


class RefusalsWithoutTraceback(logging.Filter):
    """A log filter that drops the traceback of refused requests, because status and URL are enough."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", 500) < 500:
            record.exc_info = None
        return True


class LogLines(logging.Formatter):
    """A formatter of log lines for people. Each message stays on one line; tracebacks follow."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name}: {message}", style="{")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  the library's name
        message = mask_secrets(super().formatMessage(record))
        line = _CONTROL_CHARACTERS.sub(lambda match: repr(match[0])[1:-1], message)
        origin = " ".join(filter(None, [request_id.get(), job.get()]))
        return f"{line} [{origin}]" if origin else line


class JsonLines(logging.Formatter):
    """A formatter of log lines as JSON objects, with the request and job that caused them."""

    def format(self, record: logging.LogRecord) -> str:
        # JSON has no lone surrogates, which stand for bytes of a path that is not UTF-8.
        entry = {
            name: mask_secrets(value.encode(errors="backslashreplace").decode())
            if isinstance(value, str)
            else value
            for name, value in self.build_fields(record).items()
        }
        return _CONTROL_CHARACTERS.sub(
            lambda match: f"\\u{ord(match[0]):04x}", orjson.dumps(entry, default=repr).decode()
        )

    def build_fields(self, record: logging.LogRecord) -> dict[str, Any]:
        """Return the fields of the log line."""
        fields: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "process": record.process,
        }
        origin = {"request_id": request_id.get(), "job": job.get()}
        fields |= {name: value for name, value in origin.items() if value}
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        if record.stack_info:
            fields["stack"] = record.stack_info
        return fields

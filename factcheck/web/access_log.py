"""The access log (`serve --access-log`): one line per request, with the client behind proxies."""

import logging
from functools import partial
from typing import Any

from factcheck.installation.log import JsonLines, mask_secrets
from factcheck.installation.log_context import request_id
from factcheck.web.throttling.callers import get_address

#: granian's own format, with the client address reported by proxies in place of the connected one, and the request
#: id. `_rewrite_client` adds the last two.
LINE_FORMAT = (
    '[%(time)s] %(header{x-forwarded-for})s - "%(method)s %(path)s %(protocol)s" %(status)d %(dt_ms).3f'
    " %(header{x-request-id})s"
)
#: The names under which granian passes these fields to its log.
_FORWARDED, _REQUEST_ID = "_h0", "_h1"


class JsonRequests(JsonLines):
    """A formatter of access log lines as JSON objects, with the request, the client and the outcome."""

    def build_fields(self, record: logging.LogRecord) -> dict[str, Any]:
        if not isinstance(record.args, dict):
            return super().build_fields(record)
        arguments = record.args
        fields = {name: arguments.get(name) for name in ("method", "path", "protocol", "status")}
        return (
            super().build_fields(record)
            | fields
            | {
                "duration_ms": round(float(str(arguments.get("dt_ms") or 0)), 3),
                "address": arguments.get(_FORWARDED) or arguments.get("addr"),
                "request_id": arguments.get(_REQUEST_ID) or "",
            }
        )


def build_granian_log(form: str) -> dict[str, Any]:
    """Return the configuration that gives granian's log our format."""
    if form != "json":
        return {}
    handler = {"class": "logging.StreamHandler", "stream": "ext://sys.stdout"}
    return {
        "formatters": {"generic": {"()": JsonLines}, "access": {"()": JsonRequests}},
        "handlers": {
            "console": {**handler, "formatter": "generic"},
            "access": {**handler, "formatter": "access"},
        },
    }


def log_client_addresses(proxies: int) -> None:
    """Log the client's IP address as determined for rate limits, not as the client claims it.

    Secret parts of paths are omitted.
    """
    logging.getLogger("granian.access").addFilter(partial(_rewrite_client, proxies=proxies))


def _rewrite_client(line: logging.LogRecord, proxies: int) -> bool:
    if isinstance(line.args, dict) and "path" in line.args:
        line.args["path"] = mask_secrets(str(line.args["path"]))
    if isinstance(line.args, dict) and _FORWARDED in line.args:
        client = {
            "HTTP_X_FORWARDED_FOR": line.args[_FORWARDED].removeprefix("-"),
            "REMOTE_ADDR": line.args["addr"],
        }
        line.args[_FORWARDED] = get_address(client, proxies)
        # The request id that the rest of the log has: the proxy's, or our own.
        line.args[_REQUEST_ID] = request_id.get() or "-"
    return True

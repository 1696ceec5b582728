"""Errors as Google's HTTP APIs write them: `google.rpc.Status` in JSON (AIP-193, https://google.aip.dev/193)."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, NamedTuple

import orjson
from django.http import HttpResponse

#: The paths at which errors have this format.
STATUS_PATH = "/v1alpha1/"

NO_METHOD_MESSAGE = "There is no method at this address."

#: The canonical code (`google.rpc.Code`) for each HTTP status. Only some have one; others use the nearest.
_STATUS_NAMES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    405: "UNIMPLEMENTED",
    409: "ABORTED",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
    507: "RESOURCE_EXHAUSTED",
}


class Violation(NamedTuple):
    """A problem with a field (`google.rpc.BadRequest.FieldViolation`); `field` is "" if it concerns none."""

    field: str
    description: str


class StatusResponse(HttpResponse):
    """An error response, with the violation of each field if known."""

    def __init__(self, code: int, message: str, *, violations: Iterable[Violation] = ()) -> None:
        error: dict[str, Any] = {"code": int(code), "message": message, "status": _get_status_name(code)}
        if violation_list := [_remove_empty(violation) for violation in violations]:
            error["details"] = [
                {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": violation_list}
            ]
        super().__init__(
            orjson.dumps({"error": error}, option=orjson.OPT_INDENT_2) + b"\n",
            content_type="application/json; charset=UTF-8",
            status=code,
        )
        self["Cache-Control"] = "no-store"


def _get_status_name(code: int) -> str:
    if code in _STATUS_NAMES:
        return _STATUS_NAMES[code]
    return "INVALID_ARGUMENT" if code < HTTPStatus.INTERNAL_SERVER_ERROR else "INTERNAL"


def _remove_empty(violation: Violation) -> dict[str, str]:
    return {name: value for name, value in violation._asdict().items() if value}

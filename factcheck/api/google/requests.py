"""Requests and responses in the style of Google's HTTP APIs.

Query parameters set the fields of a request message, named in lowerCamelCase or as in the message, and the system
parameters of every API (https://cloud.google.com/apis/docs/system-parameters). Errors are a `google.rpc.Status` in JSON
(AIP-193, https://google.aip.dev/193).
"""

import re
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from math import ceil
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse, QueryDict
from rest_framework import exceptions

from factcheck.api.google.field_masks import UnknownField, read_mask
from factcheck.api.google.statuses import NO_METHOD_MESSAGE, StatusResponse, Violation
from factcheck.api.problems import convert_exception
from factcheck.api.query_values import InvalidValue, add_suggestion
from factcheck.api.resources import CACHE_CURRENT, build_conditional_response
from factcheck.django_internals import mark_as_logged

Document = dict[str, Any]
ValueReader = Callable[[str], Any]

MEDIA_TYPE = "application/json; charset=UTF-8"

_INT32_PATTERN = re.compile(r"[+-]?[0-9]{1,10}", re.ASCII)
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


class InvalidArgument(exceptions.APIException):
    """The request is invalid; each violation names a field and the reason."""

    status_code = HTTPStatus.BAD_REQUEST

    def __init__(self, violations: Iterable[Violation]) -> None:
        self.violations = list(violations)
        super().__init__(" ".join(violation.description for violation in self.violations))


class Unimplemented(exceptions.APIException):
    """A method of Google's API that this server does not implement."""

    status_code = HTTPStatus.NOT_IMPLEMENTED


# Requests -------------------------------------------------------------------------------------------------------------


def make_text_reader(max_length: int) -> ValueReader:
    """Return a reader of strings of at most this many characters, without NUL."""

    def read(value: str) -> str:
        if "\0" in value:
            raise InvalidValue("the value must not contain a NUL character.")
        if len(value) > max_length:
            raise InvalidValue(f"it has {len(value)} characters; the limit is {max_length}.")
        return value

    return read


def parse_natural(value: str) -> int:
    """Parse a non-negative 32-bit integer. An unset field has the value 0."""
    if not _INT32_PATTERN.fullmatch(value) or not -(2**31) <= int(value) < 2**31:
        raise InvalidValue("give a whole number (TYPE_INT32).")
    if int(value) < 0:
        raise InvalidValue("the value must not be negative.")
    return int(value)


def _parse_boolean(value: str) -> bool:
    try:
        return _BOOLEANS[value.lower()]
    except KeyError:
        raise InvalidValue("give true or false (TYPE_BOOL).") from None


def _parse_format(value: str) -> str:
    # Clients generated from gRPC services send "json;enum-encoding=int"; there are no enums here.
    if value.partition(";")[0] != "json":
        raise InvalidValue("only json is available.")
    return value


_read_ignored_value = make_text_reader(5000)

#: Parameters of every method. Keys, tokens and quotas are accepted and ignored, because reading is free for everyone.
#: So is the version of errors, which have only one form here. Google's `callback`, for scripts before CORS, is unknown.
_SYSTEM_PARAMETERS: dict[str, ValueReader] = {
    "alt": _parse_format,
    "fields": make_text_reader(1000),
    "prettyPrint": _parse_boolean,
    **dict.fromkeys(
        [
            "key",
            "access_token",
            "oauth_token",
            "quotaUser",
            "userIp",
            "uploadType",
            "upload_protocol",
            "$.xgafv",
        ],
        _read_ignored_value,
    ),
}
#: Each can also be written with a dollar sign, because some methods have a field of the same name.
_SYSTEM_SPELLINGS = {
    **{name: (name, read) for name, read in _SYSTEM_PARAMETERS.items()},
    **{f"${name}": (name, read) for name, read in _SYSTEM_PARAMETERS.items() if not name.startswith("$")},
    "$userProject": ("$userProject", _read_ignored_value),
}


def bind_values(query: QueryDict, fields: Mapping[str, ValueReader]) -> dict[str, Any]:
    """Return the values of the fields and system parameters in a query string. Empty values count as missing.

    Raises:
        InvalidArgument: the query string is invalid; each fault is listed.
    """
    readers = {**_SYSTEM_SPELLINGS}
    for name, read_value in fields.items():
        readers[name] = readers[_to_camel_case(name)] = (name, read_value)
    values: dict[str, Any] = {}
    violations = []
    for given_name, texts in query.lists():
        if given_name not in readers:
            violations.append(Violation("", _describe_unknown(given_name, fields)))
            continue
        name, read_value = readers[given_name]
        if len(texts) > 1 or name in values:
            violations.append(Violation(name, f"{_quote_value(given_name)} is given more than once."))
        elif texts[0].strip():
            try:
                values[name] = read_value(texts[0])
            except InvalidValue as refusal:
                violations.append(
                    Violation(name, f"Invalid value at '{name}', {_quote_value(texts[0])}: {refusal}")
                )
    if violations:
        raise InvalidArgument(violations)
    return values


def _to_camel_case(name: str) -> str:
    first_word, *other_words = name.split("_")
    return first_word + "".join(word.capitalize() for word in other_words)


def _describe_unknown(name: str, fields: Mapping[str, ValueReader]) -> str:
    names = sorted(map(_to_camel_case, fields))
    problem = add_suggestion(
        f"Unknown name {_quote_value(name)}: there is no such query parameter.", name, names
    )
    return f"{problem} Known here: {', '.join(names)}."


def _quote_value(value: str) -> str:
    return f'"{value if len(value) <= 100 else value[:100] + "…"}"'


# Answers --------------------------------------------------------------------------------------------------------------


def build_response(
    request: HttpRequest, message: Document, values: Mapping[str, Any], *, shape: Document
) -> HttpResponse:
    """Return the message as JSON, in the form requested by the system parameters among `values`.

    Args:
        shape: every field that the message can have, for partial responses.

    Raises:
        InvalidArgument: `fields` is invalid or names an unknown field.
    """
    if "fields" in values:
        try:
            message = read_mask(values["fields"], shape).apply_to(message)
        except UnknownField as failure:
            raise InvalidArgument([Violation("fields", f"Invalid value at 'fields': {failure}")]) from None
    indented = values.get("prettyPrint", True)
    content = orjson.dumps(message, option=orjson.OPT_INDENT_2 if indented else None) + b"\n"
    return build_conditional_response(request, content, cache=CACHE_CURRENT, content_type=MEDIA_TYPE)


def handle_exception(error: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """Return Google's error response for an exception, for REST framework; raise unknown exceptions again."""
    exception = convert_exception(error)
    if exception is None:
        return None
    if isinstance(exception, exceptions.NotFound):
        return StatusResponse(HTTPStatus.NOT_FOUND, NO_METHOD_MESSAGE)
    response = StatusResponse(
        exception.status_code, str(exception.detail), violations=getattr(exception, "violations", ())
    )
    if isinstance(exception, Unimplemented):
        # Django logs every 5xx as an error of the server, which this is not.
        mark_as_logged(response)
    if isinstance(exception, exceptions.MethodNotAllowed):
        response["Allow"] = ", ".join(context["view"].allowed_methods)
    if (wait_seconds := getattr(exception, "wait", None)) is not None:
        response["Retry-After"] = str(ceil(wait_seconds))
    return response

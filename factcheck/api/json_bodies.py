"""Request bodies: JSON, limited in size, parsed strictly."""

import json
from http import HTTPStatus
from typing import Any, ClassVar

from django.core.exceptions import RequestDataTooBig
from django.utils.translation import gettext
from rest_framework.exceptions import APIException, ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser

from factcheck.django_internals import get_plain_request


class ContentTooLarge(APIException):
    """The body is larger than allowed."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class StrictJSON(BaseParser):
    """A strict parser of `application/json` (RFC 8259): UTF-8, no NaN, no duplicate keys.

    REST framework's own parser reads bodies of any size, and causes a server error for JSON that is nested too deeply
    or contains half a surrogate pair.
    """

    media_type = "application/json"
    #: The largest body accepted, in bytes; at most DATA_UPLOAD_MAX_MEMORY_SIZE.
    max_bytes: ClassVar[int]

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        if (media_type or "").partition(";")[0].strip().lower() != self.media_type:  # such as */*
            raise UnsupportedMediaType(media_type)
        try:
            body = get_plain_request(parser_context["request"]).body
        except RequestDataTooBig:
            body = None
        if body is None or len(body) > self.max_bytes:
            raise ContentTooLarge(
                gettext("The body is too large. The limit is %(most)s bytes.") % {"most": self.max_bytes}
            )
        return read_strictly(body)


def read_strictly(body: bytes) -> Any:
    """Parse a JSON text strictly.

    Raises:
        ParseError: the text is not JSON as defined by RFC 8259.
    """
    try:
        value = json.loads(
            body.decode("utf-8"), parse_constant=_refuse_constant, object_pairs_hook=_refuse_repeated_keys
        )
        # Halves of surrogate pairs are not characters, and would cause an error only later.
        if b"\\ud" in body.lower():
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeError:
        raise ParseError(
            gettext("The body is not JSON in UTF-8, or contains half of a surrogate pair.")
        ) from None
    except RecursionError:
        raise ParseError(gettext("The body is nested too deeply.")) from None
    except ValueError as problem:
        raise ParseError(gettext("The body is not JSON: %(problem)s.") % {"problem": problem}) from None
    return value


def _refuse_constant(name: str) -> Any:
    raise ValueError(gettext("%(name)s is not a JSON number") % {"name": name})


def _refuse_repeated_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, value in pairs:
        if key in values:
            raise ValueError(gettext("the key “%(key)s” occurs twice in one object") % {"key": key[:50]})
        values[key] = value
    return values

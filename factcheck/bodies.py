"""Request bodies: JSON, of a bounded size, read strictly."""

from http import HTTPStatus
from typing import Any, ClassVar

import orjson
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser


class ContentTooLarge(APIException):
    """The body has more bytes than are read."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class BoundedJSON(BaseParser):
    """Reads JSON (RFC 8259) that is not larger than `most` bytes. No more of it than that is ever in memory.

    REST framework's own parser reads whatever comes, and ends in an error of ours on JSON that is nested too deep or
    holds half a surrogate pair.
    """

    media_type = "application/json"
    most: ClassVar[int] = 1024 * 1024

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        content = stream.read(self.most + 1)
        if len(content) > self.most:
            raise ContentTooLarge(f"The body is too large; at most {self.most} bytes are read.")
        try:
            return orjson.loads(content)
        except orjson.JSONDecodeError as failure:
            raise ParseError(f"The body is not JSON in UTF-8: {failure}.") from None

"""JSON objects as the API answers them."""

import json
from typing import Any


class Record(dict[str, Any]):
    """A JSON object whose members are attributes too: `claim.statement` is `claim["statement"]`.

    It holds whatever was answered, so members and values that a newer site adds are there as well. Where a member is
    called as a method of dictionaries is, such as `values` of a facet, only the key in brackets reads it.
    """

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"there is no “{name}” in this answer") from None


def read_record(content: bytes) -> Record:
    """Return the JSON object that an answer holds."""
    found = json.loads(content, object_hook=Record)
    return found if isinstance(found, Record) else Record(results=found)

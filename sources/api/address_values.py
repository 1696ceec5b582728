"""Query values that are URLs, identifiers or domains."""

import re
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext

from factcheck.api.query_values import InvalidValue
from sources.addresses import build_url_key, get_domain
from sources.identifiers import normalise_identifier

# Anything that looks like a URL or a domain is accepted, even if it cannot exist; it then matches nothing.
_ADDRESS = r"^https?://[^\u0000-\u0020]+$"
_DOMAIN = r"^[^\u0000-\u0020,/:@?#\\.]+(\.[^\u0000-\u0020,/:@?#\\.]+)+$"


@dataclass(frozen=True)
class AddressValue:
    """A reader of page URLs, which may be in any spelling and are compared by their normalised keys."""

    sql_type: ClassVar[str] = "text"
    max_length: int = 2000

    @property
    def schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": self.max_length, "pattern": _ADDRESS}

    def __call__(self, text: str) -> str:
        if len(text) > self.max_length or not re.fullmatch(_ADDRESS, text):
            raise InvalidValue(gettext("give a complete http(s) address, percent-encoded."))
        return self.key(text)

    def key(self, address: str) -> str:
        """Return the form in which URLs are compared."""
        return build_url_key(address) or address


@dataclass(frozen=True)
class SameAsValue(AddressValue):
    """A reader of `sameAs` URLs; identifiers of Wikidata and ROR may be in any spelling."""

    max_length: int = 500

    def key(self, address: str) -> str:
        return normalise_identifier(address)


@dataclass(frozen=True)
class DomainValue:
    """A reader of domains, which may be in any spelling and are reduced to the registrable domain."""

    sql_type: ClassVar[str] = "text"

    @property
    def schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": 253, "pattern": _DOMAIN, "example": "example.org"}

    def __call__(self, text: str) -> str:
        if text == "localhost":
            return text
        if len(text) > 253 or not re.fullmatch(_DOMAIN, text):
            raise InvalidValue(gettext("give a domain such as example.org."))
        return get_domain(f"https://{text}/") or text

"""What can be asked of a site, the same for the blocking and the asynchronous client."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Generic, TypeVar

import httpx

One = TypeVar("One")
Many = TypeVar("Many")

#: What a parameter may be given as. Several values are a list; None leaves the parameter out.
Value = str | int | float | bool | date | Iterable[str | int | date] | None

V1 = "/api/v1/"


class Operations(ABC, Generic[One, Many]):
    """The operations of the API. Parameters are those of docs/api.md#reference; new ones need no new client."""

    @abstractmethod
    def get(self, path: str, **parameters: Value) -> One:
        """Return one answer. The path is that of the site, or stands below `/api/v1/`."""

    @abstractmethod
    def send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any],
        *,
        parameters: Mapping[str, Value] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> One:
        """Send a JSON body and return the answer."""

    @abstractmethod
    def list(self, path: str, **parameters: Value) -> Many:
        """Return all results of a list, page after page."""

    @abstractmethod
    def changes(
        self, since: int | str = 0, *, follow: bool = False, pause: float = 10.0, **parameters: Value
    ) -> Many:
        """Return the changes after a `sequence` (or since a day or moment), in their order.

        Args:
            follow: wait for more at the end, instead of stopping there.
            pause: for how many seconds to wait before asking for more.
        """

    def claims(self, **filters: Value) -> Many:
        """Return the claims that match; `view="full"` or `fields=[…]` for more than a summary of each."""
        return self.list("claims/", **filters)

    def claim(self, id: int, **parameters: Value) -> One:  # noqa: A002  the API's name for it
        """Return one claim with everything that is published about it."""
        return self.get(f"claims/{id}/", **parameters)

    def versions(self, claim: int) -> Many:
        """Return the versions of a claim, the newest first."""
        return self.list(f"claims/{claim}/versions/")

    def facets(self, **filters: Value) -> One:
        """Count the claims that match, by rating, publisher and so on."""
        return self.get("claims/facets/", **filters)

    def verdicts(self, **filters: Value) -> Many:
        """Return the verdicts that match."""
        return self.list("verdicts/", **filters)

    def sources(self, **filters: Value) -> Many:
        """Return the sources that match."""
        return self.list("sources/", **filters)

    def corrections(self, **filters: Value) -> Many:
        """Return what was corrected, clarified, updated or retracted, the newest first."""
        return self.list("corrections/", **filters)

    def match(self, *texts: str, **parameters: Value) -> One:
        """Find the published claims that texts state. `results` has one entry for each text."""
        return self.send("POST", "match/", {"texts": list(texts)}, parameters=parameters)

    def lookup(self, *urls: str, **parameters: Value) -> One:
        """Find the published claims that appear at addresses. `results` has one entry for each address."""
        return self.send("POST", "lookup/", {"urls": list(urls)}, parameters=parameters)


def path_of(path: str) -> str:
    """Return the path on the site, or the whole address that an answer named."""
    return path if path.startswith(("/", "http://", "https://")) else V1 + path


def query_of(parameters: Mapping[str, Value]) -> httpx.QueryParams | None:
    """Return the parameters as they stand in an address; None leaves an address that has some as it is."""
    pairs: list[tuple[str, str | int | float | bool | None]] = []
    for name, value in parameters.items():
        values = [value] if value is None or isinstance(value, str | int | float | date) else value
        pairs += [(name, _written(one)) for one in values if one is not None]
    return httpx.QueryParams(pairs) if pairs else None


def _written(value: str | float | date) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, date) else str(value)

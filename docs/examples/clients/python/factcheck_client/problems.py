"""What an answer holds, or the problem that it tells (RFC 9457)."""

import json
from collections.abc import Mapping
from typing import Any, Protocol, TypeVar, cast

from .generated.models import Problem, RefusedBody, RefusedQuery, RefusedWriting

#: What answers are when something is wrong. `ProblemError` tells of it.
AnyProblem = Problem | RefusedBody | RefusedQuery | RefusedWriting

Holds = TypeVar("Holds")
Holds_co = TypeVar("Holds_co", covariant=True)


class Answer(Protocol[Holds_co]):
    """What the generated `sync_detailed` and `asyncio_detailed` return."""

    @property
    def status_code(self) -> int: ...
    @property
    def content(self) -> bytes: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def parsed(self) -> Holds_co | None: ...


class ProblemError(Exception):
    """The server did not do what it was asked for, and says why."""

    def __init__(self, status: int, problem: dict[str, Any], headers: Mapping[str, str]) -> None:
        self.status = status
        self.type = str(problem.get("type", "about:blank"))
        self.title = str(problem.get("title", ""))
        self.detail = str(problem.get("detail", ""))
        self.instance = str(problem.get("instance", ""))
        #: What is wrong with which parameter or key of the body.
        self.errors: list[dict[str, Any]] = problem.get("errors") or []
        self.headers = headers
        super().__init__(f"{status} {self.title}: {self.detail}".rstrip(": "))

    @property
    def retry_after(self) -> int | None:
        """In how many seconds to come back, where that is said."""
        value = self.headers.get("Retry-After", "")
        return int(value) if value.isdigit() else None


def checked(answer: Answer[Holds | AnyProblem]) -> Holds:
    """What the answer holds.

    Raises:
        ProblemError: the request was refused, or failed.
    """
    if not 200 <= answer.status_code < 300:
        raise ProblemError(int(answer.status_code), _told(answer.content), answer.headers)
    return cast(Holds, answer.parsed)


def etag_of(answer: Answer[Any]) -> str:
    """What to send as `if_match` with a change to what was answered."""
    return answer.headers["ETag"]


def _told(content: bytes) -> dict[str, Any]:
    try:
        told = json.loads(content)
    except ValueError:
        return {"detail": content[:500].decode("utf-8", "replace")}
    return told if isinstance(told, dict) else {}

"""Problem details (RFC 9457)."""

import httpx

from .records import Record, read_record


class ProblemError(Exception):
    """The site refused a request, or could not answer it.

    Attributes:
        code: what went wrong, for programs; `type` leads to its explanation.
        errors: the parameters and the places of the body that are wrong, each with a `code` of its own.
    """

    def __init__(self, response: httpx.Response) -> None:
        problem = _problem(response)
        self.status = response.status_code
        self.code = str(problem.get("code", ""))
        self.type = str(problem.get("type", "about:blank"))
        self.title = str(problem.get("title", ""))
        self.detail = str(problem.get("detail", ""))
        self.errors: list[Record] = problem.get("errors") or []
        self.headers = response.headers
        super().__init__(f"{self.status} {self.title}: {self.detail}".rstrip(": "))

    @property
    def retry_after(self) -> int | None:
        """The number of seconds after which the site asks to come back."""
        value = self.headers.get("Retry-After", "")
        return int(value) if value.isdigit() else None


def require_success(response: httpx.Response) -> None:
    """Raise a ProblemError unless the request succeeded."""
    if not response.is_success:
        raise ProblemError(response)


def _problem(response: httpx.Response) -> Record:
    try:
        return read_record(response.content)
    except ValueError:
        return Record(detail=response.text[:500])

"""The context of a request that changes data, for the database: the user, the page and the IP address."""

from typing import Any

from django.http import HttpRequest
from pghistory.middleware import HistoryMiddleware

from factcheck.web.throttling import get_caller

#: The maximum length of the stored User-Agent.
AGENT_LENGTH = 200


def get_agent(request: HttpRequest) -> str:
    """Return the User-Agent, shortened."""
    return "".join(filter(str.isprintable, request.META.get("HTTP_USER_AGENT", "")))[:AGENT_LENGTH]


def build_context(request: HttpRequest) -> dict[str, str]:
    """Return what the database records about a request, except for the person."""
    return {"url": request.path, "address": get_caller(request), "agent": get_agent(request)}


class ChangeContext(HistoryMiddleware):
    """pghistory's middleware, extended to record the client, which only the audit log stores."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request)
        return context | build_context(request)

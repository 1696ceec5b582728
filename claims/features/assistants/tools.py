"""Tools, their callers and their results."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from claims.features.assistants.tool_arguments import Argument, Arguments, build_schema
from claims.models import ApiToken, Scope

Document = dict[str, Any]


@dataclass(frozen=True)
class Caller:
    """The client that calls a tool, with its permissions.

    Attributes:
        token: the call's valid token, or None for an anonymous caller.
        secret: the token as sent.
        environment: the WSGI variables with the caller's IP address and user agent.
    """

    token: ApiToken | None = None
    secret: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)

    def has_scope(self, scope: Scope | None) -> bool:
        """Return whether the token has this scope. Tools without a scope are open to everyone."""
        return scope is None or (self.token is not None and scope in self.token.scopes)


@dataclass(frozen=True)
class ToolResult:
    """The result of a tool, as a document and as text."""

    document: Document
    text: str


@dataclass(frozen=True)
class EquivalentRequest:
    """The API request that returns the same content as a tool call. The request determines the cost of the call."""

    path: str
    query: str = ""
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Tool:
    """A tool that assistants can call. Its description never contains text entered by users.

    Attributes:
        scope: the scope that the caller's token needs; None if anyone may call the tool.
        build_equivalent_request: returns the API request that costs as much as a call.
    """

    name: str
    title: str
    description: str
    arguments: Sequence[Argument]
    result_schema: Document
    run: Callable[[Arguments, Caller], ToolResult]
    build_equivalent_request: Callable[[Arguments], EquivalentRequest]
    scope: Scope | None = None

    @property
    def is_read_only(self) -> bool:
        return self.scope is None

    @property
    def definition(self) -> Document:
        """Return the tool's entry in `tools/list`."""
        return {
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "inputSchema": build_schema(self.arguments),
            "outputSchema": self.result_schema,
            "annotations": {
                "title": self.title,
                "readOnlyHint": self.is_read_only,
                "destructiveHint": False,
                # Repeating a call is safe only with the same `idempotency_key`; otherwise it makes a second proposal.
                "idempotentHint": self.is_read_only,
                "openWorldHint": not self.is_read_only,
            },
        }

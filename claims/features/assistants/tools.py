"""The tool type, its caller and its result."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from claims.features.assistants.tool_arguments import Argument, Arguments, build_schema
from claims.models import ApiToken, Scope

Document = dict[str, Any]


@dataclass(frozen=True)
class Caller:
    """The caller of a tool.

    Attributes:
        token: the valid token of the call, or None for an anonymous caller.
        secret: that token as it was sent.
        environment: the request's address and program, as in WSGI.
    """

    token: ApiToken | None = None
    secret: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)

    def may(self, scope: Scope | None) -> bool:
        """Return whether the token has this scope; tools without a scope are open to everyone."""
        return scope is None or (self.token is not None and scope in self.token.scopes)


@dataclass(frozen=True)
class ToolAnswer:
    """The answer of a tool: structured, and as text."""

    document: Document
    text: str


@dataclass(frozen=True)
class EquivalentRequest:
    """The URL of the API that answers the same question, from which the cost is computed."""

    path: str
    query: str = ""
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Tool:
    """A tool. Its description never contains text entered by users.

    Attributes:
        scope: what the caller's token must be made for; None where anybody may call it.
        likened: which question to the API a call is as dear as.
    """

    name: str
    title: str
    description: str
    arguments: Sequence[Argument]
    answers: Document
    answer: Callable[[Arguments, Caller], ToolAnswer]
    likened: Callable[[Arguments], EquivalentRequest]
    scope: Scope | None = None

    @property
    def reads(self) -> bool:
        return self.scope is None

    @property
    def definition(self) -> Document:
        """Return the entry of the tool in `tools/list`."""
        return {
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "inputSchema": build_schema(self.arguments),
            "outputSchema": self.answers,
            "annotations": {
                "title": self.title,
                "readOnlyHint": self.reads,
                "destructiveHint": False,
                # With the same `idempotency_key` only; without one, a second call proposes a second time.
                "idempotentHint": self.reads,
                "openWorldHint": not self.reads,
            },
        }

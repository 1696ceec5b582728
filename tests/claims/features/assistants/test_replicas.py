"""What a replica does not know may have been published a moment ago: then the primary is asked."""

from collections.abc import Callable
from typing import Any

import pytest

from claims.features.assistants import mcp_server
from claims.features.assistants.ledger_tools import ClaimNotPublished
from claims.features.assistants.tool_arguments import ToolRefused
from claims.features.assistants.tools import ToolResult

ANSWER = ToolResult({}, "told")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which database was asked, in order; the replica is behind."""
    places: list[str] = []

    def at(place: str) -> Callable[[Callable[[], Any]], Any]:
        def read(answering: Callable[[], Any]) -> Any:
            places.append(place)
            return answering()

        return read

    monkeypatch.setattr(mcp_server, "has_replicas", lambda: True)
    monkeypatch.setattr(mcp_server, "read_publicly", at("replica"))
    monkeypatch.setattr(mcp_server, "read_freshly", at("primary"))
    monkeypatch.setattr(mcp_server, "is_reading_replica", lambda: places[-1] == "replica")
    return places


def test_a_replica_answers_clients_without_a_token(asked: list[str]) -> None:
    assert mcp_server._read_public_data(lambda: ANSWER, is_fresh=False) is ANSWER
    assert asked == ["replica"]


def test_the_primary_answers_clients_that_may_have_written(asked: list[str]) -> None:
    assert mcp_server._read_public_data(lambda: ANSWER, is_fresh=True) is ANSWER
    assert asked == ["primary"]


def test_the_primary_is_queried_if_the_replica_finds_nothing(asked: list[str]) -> None:
    def answering() -> ToolResult:
        if asked[-1] == "replica":
            raise ClaimNotPublished("nothing")
        return ANSWER

    assert mcp_server._read_public_data(answering, is_fresh=False) is ANSWER
    assert asked == ["replica", "primary"]


def test_claims_unknown_to_replica_and_primary_are_not_found(asked: list[str]) -> None:
    def answering() -> ToolResult:
        raise ClaimNotPublished("nothing")

    with pytest.raises(ClaimNotPublished):
        mcp_server._read_public_data(answering, is_fresh=False)
    assert asked == ["replica", "primary"]


def test_invalid_requests_are_refused_at_once(asked: list[str]) -> None:
    def answering() -> ToolResult:
        raise ToolRefused("wrong")

    with pytest.raises(ToolRefused):
        mcp_server._read_public_data(answering, is_fresh=False)
    assert asked == ["replica"]

"""What a claim tells of itself, for whoever compares a text with it."""

from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Told:
    """What is told of a claim, besides how near it is; `Candidate` says what each of it means."""

    statement: str
    language: str
    claimant: str
    claimed_on: date | None
    headline: str

    @classmethod
    def in_public(cls, body: dict[str, Any]) -> "Told":
        """What its current publication tells."""
        return cls(
            body["statement"],
            body["language"].partition("-")[0].lower(),
            body["claimant"]["name"] if body["claimant"] else "",
            date.fromisoformat(body["claimed_on"]) if body["claimed_on"] else None,
            # Entries that were recorded elsewhere before verdicts had headlines have none.
            "\n".join(filter(None, (verdict.get("title", "") for verdict in body["verdicts"]))),
        )

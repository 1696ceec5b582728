"""All channels that publish a claim, and how each shows its new state."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, urlencode

from django.conf import settings


class Action(StrEnum):
    """An action on a published claim."""

    CORRECT = "correct"
    RETRACT = "retract"
    MERGE = "merge"


class Part(StrEnum):
    """The part of a claim that a channel shows."""

    CLAIM = "claim"  # the claim with its public notes, or the claim that it was merged into
    LIST = "list"  # published claims with their ratings
    LOG = "log"  # what happened, with the public note
    DIFFERENCE = "difference"  # something that changes with every version, such as a picture


@dataclass(frozen=True)
class Case:
    """A claim and the action on it.

    Attributes:
        word: a word that occurs only in the statement of this claim.
        verdict: a word that occurs only in the summary of the withdrawn verdict.
        note: a word that occurs only in the public note.
        sequence: the newest entry of the ledger before the action.
    """

    action: Action
    claim: int
    target: int
    statement: str
    word: str
    verdict: str
    note: str
    source_url: str
    sequence: int


@dataclass(frozen=True)
class PageResponse:
    """A response: its URL after redirects, and the content."""

    address: str
    status: int
    content: bytes

    def has(self, text: str) -> bool:
        return text.encode() in self.content


@dataclass(frozen=True)
class Channel:
    """A channel: its URL, an optional request body, and the part of the claim that it shows."""

    name: str
    shown_part: Part
    path: Callable[[Case], str]
    body: Callable[[Case], object] | None = None

    def request(self, case: Case) -> tuple[str, bytes | None]:
        return self.path(case), json.dumps(self.body(case)).encode() if self.body else None

    def shows_action(self, action: Action) -> bool:
        """Return whether the channel shows the action; merging, for example, has no public note."""
        return action != Action.MERGE or self.shown_part != Part.LOG

    def is_current(self, case: Case, response_before: PageResponse, response: PageResponse) -> bool:
        """Return whether the channel shows the state after the action. Rate limit responses do not count."""
        if response.status in (429, 503):
            return False
        if self.shown_part == Part.DIFFERENCE:
            return (response.address, response.status, response.content) != (
                response_before.address,
                response_before.status,
                response_before.content,
            )
        if self.shown_part == Part.LOG:
            return response.has(case.note)
        if self.shown_part == Part.LIST:
            if case.action == Action.CORRECT:
                return response.has("Mostly false")
            # A list of what was withdrawn says so; the words of a merged claim lead to the other.
            is_listed = response.has(f"/claims/{case.claim}/")
            return (
                not is_listed
                or response.has(case.note)
                or self._leads_to_target(case, response_before, response)
            )
        return self._leads_to_target(case, response_before, response) or response.has(case.note)

    def _leads_to_target(self, case: Case, response_before: PageResponse, response: PageResponse) -> bool:
        """Return whether the channel now leads to the claim that this one was merged into."""
        target_path = f"/claims/{case.target}/"
        is_new = target_path in response.address or (
            response.has(target_path) and not response_before.has(target_path)
        )
        return case.action == Action.MERGE and is_new


def _make_query_path(path: str, **parameters: str) -> Callable[[Case], str]:
    """Return the URL of a list that is filtered to the claim by its word."""
    return lambda case: f"{path}?{urlencode({'q': case.word, **parameters})}"


def _make_claim_path(path: str) -> Callable[[Case], str]:
    return lambda case: path.format(claim=case.claim)


def _make_tool_call(tool: str, **arguments: str) -> Callable[[Case], object]:
    """Return a call of a tool of `/mcp`, with attributes of the case as arguments."""
    return lambda case: {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {
            "name": tool,
            "arguments": {name: getattr(case, attribute) for name, attribute in arguments.items()},
        },
    }


def list_channels() -> list[Channel]:
    """Return all channels of the site. Webhooks and followers are measured separately."""
    files = [
        Channel(f"download .{ending}", Part.LIST, _make_query_path(f"/api/v1/claims.{ending}"))
        for ending in ("csv", "jsonl", "json", "jsonld")
    ]
    feeds = [
        Channel(f"feed .{ending}", Part.LIST, _make_query_path(f"/feeds/claims.{ending}"))
        for ending in ("atom", "rss", "json")
    ]
    pages = [
        Channel(
            f"claim page, {language}",
            Part.CLAIM,
            _make_claim_path(f"{_get_prefix(language)}/claims/{{claim}}/"),
        )
        for language, _name in settings.LANGUAGES
    ]
    return [
        Channel("API: claim", Part.CLAIM, _make_claim_path("/api/v1/claims/{claim}/")),
        Channel("API: claims", Part.LIST, _make_query_path("/api/v1/claims/", spelling="exact")),
        Channel(
            "API: claims, whole",
            Part.LIST,
            _make_query_path("/api/v1/claims/", view="full", spelling="exact"),
        ),
        Channel("API: verdicts", Part.LIST, _make_query_path("/api/v1/verdicts/")),
        Channel("API: versions", Part.DIFFERENCE, _make_claim_path("/api/v1/claims/{claim}/versions/")),
        Channel("API: corrections", Part.LOG, _make_claim_path("/api/v1/corrections/?claim={claim}")),
        Channel("JSON-LD", Part.CLAIM, _make_claim_path("/api/v1/claims/{claim}.jsonld")),
        Channel("Google's API", Part.LIST, lambda case: f"/v1alpha1/claims:search?query={case.word}"),
        Channel("look-up", Part.LIST, lambda case: f"/api/v1/lookup/?url={quote(case.source_url, safe='')}"),
        Channel(
            "match",
            Part.LIST,
            lambda case: f"/api/v1/match/?{urlencode({'text': case.statement + ' It is so.'})}",
        ),
        Channel("feed of changes", Part.DIFFERENCE, lambda case: f"/api/v1/changes/?since={case.sequence}"),
        *files,
        *feeds,
        Channel("feed of corrections", Part.LOG, lambda case: "/feeds/corrections.atom?by=all"),
        *pages,
        Channel("claim page, Markdown", Part.CLAIM, _make_claim_path("/claims/{claim}/x/index.md")),
        Channel("list page", Part.LIST, _make_query_path("/claims/", by="all")),
        Channel("dumps: page", Part.LOG, lambda case: "/dumps/"),
        Channel("dumps: list", Part.LOG, lambda case: "/dumps/index.json"),
        Channel("corrections page", Part.LOG, lambda case: "/corrections/?by=all"),
        Channel("sitemap", Part.DIFFERENCE, lambda case: "/sitemap-claims-1.xml"),
        Channel("widget: card", Part.CLAIM, _make_claim_path("/claims/{claim}/card/")),
        Channel("widget: list", Part.LIST, _make_query_path("/widgets/list/")),
        Channel("share picture", Part.DIFFERENCE, _make_claim_path("/claims/{claim}/image.png")),
        Channel(
            "MCP: get_claim", Part.LOG, lambda case: "/mcp", _make_tool_call("get_claim", claim_id="claim")
        ),
        Channel(
            "MCP: search_claims",
            Part.LIST,
            lambda case: "/mcp",
            _make_tool_call("search_claims", query="word"),
        ),
        Channel(
            "MCP: match_text", Part.LIST, lambda case: "/mcp", _make_tool_call("match_text", text="statement")
        ),
    ]


def _get_prefix(language: str) -> str:
    return "" if language == settings.LANGUAGE_CODE else f"/{language}"

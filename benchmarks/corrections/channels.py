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


class Shows(StrEnum):
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
class Answer:
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
    shows: Shows
    path: Callable[[Case], str]
    body: Callable[[Case], object] | None = None

    def request(self, case: Case) -> tuple[str, bytes | None]:
        return self.path(case), json.dumps(self.body(case)).encode() if self.body else None

    def carries(self, action: Action) -> bool:
        """Return whether the channel shows the action; merging, for example, has no public note."""
        return action != Action.MERGE or self.shows != Shows.LOG

    def is_current(self, case: Case, before: Answer, now: Answer) -> bool:
        """Return whether the channel shows the state after the action. Rate limit responses do not count."""
        if now.status in (429, 503):
            return False
        if self.shows == Shows.DIFFERENCE:
            return (now.address, now.status, now.content) != (before.address, before.status, before.content)
        if self.shows == Shows.LOG:
            return now.has(case.note)
        if self.shows == Shows.LIST:
            if case.action == Action.CORRECT:
                return now.has("Mostly false")
            # A list of what was withdrawn says so; the words of a merged claim lead to the other.
            listed = now.has(f"/claims/{case.claim}/")
            return not listed or now.has(case.note) or self._leads_on(case, before, now)
        return self._leads_on(case, before, now) or now.has(case.note)

    def _leads_on(self, case: Case, before: Answer, now: Answer) -> bool:
        """Return whether the channel now leads to the claim that this one was merged into."""
        place = f"/claims/{case.target}/"
        is_new = place in now.address or (now.has(place) and not before.has(place))
        return case.action == Action.MERGE and is_new


def _make_query_path(path: str, **parameters: str) -> Callable[[Case], str]:
    """Return the URL of a list that is filtered to the claim by its word."""
    return lambda case: f"{path}?{urlencode({'q': case.word, **parameters})}"


def _make_own_path(path: str) -> Callable[[Case], str]:
    return lambda case: path.format(claim=case.claim)


def _call(tool: str, **arguments: str) -> Callable[[Case], object]:
    """Return a call of a tool of `/mcp`, with attributes of the case as arguments."""
    return lambda case: {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": tool, "arguments": {name: getattr(case, of) for name, of in arguments.items()}},
    }


def list_channels() -> list[Channel]:
    """Return all channels of the site. Webhooks and followers are measured separately."""
    files = [
        Channel(f"download .{ending}", Shows.LIST, _make_query_path(f"/api/v1/claims.{ending}"))
        for ending in ("csv", "jsonl", "json", "jsonld")
    ]
    feeds = [
        Channel(f"feed .{ending}", Shows.LIST, _make_query_path(f"/feeds/claims.{ending}"))
        for ending in ("atom", "rss", "json")
    ]
    pages = [
        Channel(
            f"claim page, {language}",
            Shows.CLAIM,
            _make_own_path(f"{_get_prefix(language)}/claims/{{claim}}/"),
        )
        for language, _name in settings.LANGUAGES
    ]
    return [
        Channel("API: claim", Shows.CLAIM, _make_own_path("/api/v1/claims/{claim}/")),
        Channel("API: claims", Shows.LIST, _make_query_path("/api/v1/claims/", spelling="exact")),
        Channel(
            "API: claims, whole",
            Shows.LIST,
            _make_query_path("/api/v1/claims/", view="full", spelling="exact"),
        ),
        Channel("API: verdicts", Shows.LIST, _make_query_path("/api/v1/verdicts/")),
        Channel("API: versions", Shows.DIFFERENCE, _make_own_path("/api/v1/claims/{claim}/versions/")),
        Channel("API: corrections", Shows.LOG, _make_own_path("/api/v1/corrections/?claim={claim}")),
        Channel("JSON-LD", Shows.CLAIM, _make_own_path("/api/v1/claims/{claim}.jsonld")),
        Channel("Google's API", Shows.LIST, lambda case: f"/v1alpha1/claims:search?query={case.word}"),
        Channel("look-up", Shows.LIST, lambda case: f"/api/v1/lookup/?url={quote(case.source_url, safe='')}"),
        Channel(
            "match",
            Shows.LIST,
            lambda case: f"/api/v1/match/?{urlencode({'text': case.statement + ' It is so.'})}",
        ),
        Channel(
            "feed of changes",
            Shows.DIFFERENCE,
            lambda case: f"/api/v1/changes/?since={case.sequence}",
        ),
        *files,
        *feeds,
        Channel("feed of corrections", Shows.LOG, lambda case: "/feeds/corrections.atom?by=all"),
        *pages,
        Channel("claim page, Markdown", Shows.CLAIM, _make_own_path("/claims/{claim}/x/index.md")),
        Channel("list page", Shows.LIST, _make_query_path("/claims/", by="all")),
        Channel("dumps: page", Shows.LOG, lambda case: "/dumps/"),
        Channel("dumps: list", Shows.LOG, lambda case: "/dumps/index.json"),
        Channel("corrections page", Shows.LOG, lambda case: "/corrections/?by=all"),
        Channel("sitemap", Shows.DIFFERENCE, lambda case: "/sitemap-claims-1.xml"),
        Channel("widget: card", Shows.CLAIM, _make_own_path("/claims/{claim}/card/")),
        Channel("widget: list", Shows.LIST, _make_query_path("/widgets/list/")),
        Channel("share picture", Shows.DIFFERENCE, _make_own_path("/claims/{claim}/image.png")),
        Channel("MCP: get_claim", Shows.LOG, lambda case: "/mcp", _call("get_claim", claim_id="claim")),
        Channel("MCP: search_claims", Shows.LIST, lambda case: "/mcp", _call("search_claims", query="word")),
        Channel("MCP: match_text", Shows.LIST, lambda case: "/mcp", _call("match_text", text="statement")),
    ]


def _get_prefix(language: str) -> str:
    return "" if language == settings.LANGUAGE_CODE else f"/{language}"

"""The sources of generated clients, and the rows that they find."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django.live_server_helper import LiveServer

from claims.matching.answers import answer_cache
from claims.models import Claim, Claimant
from tests.helpers.newsroom import make_appearance, make_claim, make_source

ARTICLE = "https://news.example.net/harbour"


@dataclass(frozen=True)
class Site:
    """A running site and its published claims."""

    url: str
    bridge: Claim
    ferry: Claim


@pytest.fixture
def document(tmp_path: Path) -> Path:
    """The OpenAPI document as it is served now."""
    path = tmp_path / "openapi.json"
    call_command("spectacular", format="openapi-json", file=str(path))
    return path


@pytest.fixture
def site(live_server: LiveServer, publish: Callable[..., Claim], claimant: Claimant) -> Site:
    """A claim about a bridge that appears in an article, and one about a ferry that is rated otherwise."""
    # The ledger of the test before had as many entries, of other claims.
    answer_cache.clear()
    bridge = make_claim("The bridge cost 40 million euros.", claimant=claimant)
    article = make_source("The bridge cost 40 million, she said.", url=ARTICLE, title="At the harbour")
    make_appearance(bridge, article, "The bridge cost 40 million")
    return Site(
        live_server.url, publish(bridge, code="false"), publish(make_claim("The ferry sank."), code="true")
    )

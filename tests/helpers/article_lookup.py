"""An article, a claim that was made in it, and how look-ups are asked about its address."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from claims.models import Claim, Evidence
from claims.review import workflow
from sources.models import Source
from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_source

Publish = Callable[..., Claim]
URL = "/api/v1/lookup/"
ARTICLE = "https://news.example.net/story/1"
TEXT = "The ferry sank, he said. Later he said: the bridge was dear. Nobody laughed."


def post(client: Client, body: Any, **more: Any) -> Any:
    content = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post(URL, content, **({"content_type": "application/json"} | more))


def look_up(client: Client, *urls: str) -> Any:
    response = post(client, {"urls": urls})
    assert response.status_code == 200, response.content
    assert response["Content-Type"] == "application/json"
    return response.json()["results"]


@pytest.fixture
def article(db: None) -> Source:
    return make_source(TEXT, url=ARTICLE, title="A speech at the harbour")


@pytest.fixture
def bridge(publish: Publish, article: Source) -> Claim:
    """A claim that appears in the article, and whose verdict does not cite it."""
    claim = make_claim("The bridge was dear.")
    make_appearance(claim, article, "the bridge was dear")
    return publish(claim, summary="It was cheap.")


def publish_citing(claim: Claim, source: Source, checker: User, editor: User) -> Claim:
    """Publish a claim whose verdict cites the source."""
    verdict = make_draft(claim, checker)
    snapshot = source.snapshots.get()
    Evidence.objects.create(
        verdict=verdict,
        source=source,
        snapshot=snapshot,
        stance="supports",
        note="He said so.",
        exact="Nobody laughed",
        prefix="dear. ",
        suffix=".",
        start=TEXT.index("Nobody"),
        end=TEXT.index("Nobody") + 14,
    )
    for action, by in (("submit", checker), ("sign_off", editor), ("publish", editor)):
        verdict = workflow.move(verdict, action, by=by)
    return claim

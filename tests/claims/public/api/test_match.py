"""`/api/v1/match/`: whether what a text says was checked."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from claims.matching import answers, embedding, shared_words
from claims.matching.judgement import Judgement
from claims.matching.query import Candidate, TextQuery
from claims.models import Claim
from claims.public.api import match
from claims.review import workflow
from tests.helpers.newsroom import make_claim, make_draft
from tests.helpers.sweeps import sweep

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]
URL = "/api/v1/match/"
STATEMENT = "The ferry sank in the harbour last night."
NO_VERDICT = "No checked claim was found. That is no verdict: it says nothing about whether this is true."


@pytest.fixture(autouse=True)
def judged_by_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """No embedder and a simple judge: these tests are about the answers built from theirs."""

    def judge(asked: TextQuery, candidate: Candidate, unknown: object) -> Judgement:
        if candidate.words > 0.8:
            return Judgement("same", 0.95, ("the same words",))
        return Judgement("related", candidate.words, ("some words",))

    monkeypatch.setattr(answers, "judge", judge)
    monkeypatch.setattr(answers, "clean_post", lambda text: text)
    monkeypatch.setattr(embedding, "get_embedder", lambda: None)
    monkeypatch.setattr(
        embedding, "compute_query_vectors", lambda texts, languages, **_: [None for _ in texts]
    )
    shared_words.load_common_words.cache_clear()
    answers.answer_cache.clear()


@pytest.fixture
def ferry(publish: Publish) -> Claim:
    return publish(make_claim(STATEMENT), title="No ferry sank", summary="It is at the quay.")


def post(client: Client, body: Any, query: str = "", **more: Any) -> Any:
    content = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post(URL + query, content, **({"content_type": "application/json"} | more))


def matched(client: Client, text: str, query: str = "") -> list[int]:
    response = post(client, {"text": text}, query)
    assert response.status_code == 200, response.content
    [result] = response.json()["results"]
    return [found["claim"]["id"] for passage in result["passages"] for found in passage["matches"]]


# Answers


def test_a_claim_is_reported_as_it_is_published(client: Client, ferry: Claim) -> None:
    whole = client.get(f"/api/v1/claims/{ferry.pk}/").json()
    response = post(client, {"text": STATEMENT})
    assert (response["Content-Type"], response["Cache-Control"]) == ("application/json", "no-store")
    [verdict] = whole["verdicts"]
    parts = ("id", "publisher", "title", "rating", "summary", "language", "reviewed_on", "url")
    [passage] = response.json()["results"][0].pop("passages")
    [found] = passage.pop("matches")
    assert passage == {
        "start": 0,
        "end": len(STATEMENT),
        "text": STATEMENT,
        "answer": "same",
        "explanation": "This was checked.",
    }
    assert found == {
        "kind": "same",
        "confidence": 0.95,
        "reasons": ["the same words"],
        "differs": {"text": [], "claim": []},
        "claim": {
            "id": ferry.pk,
            "url": whole["url"],
            "statement": STATEMENT,
            "language": "en",
            "claimant": None,
            "claimed_on": None,
            "verdicts": [{part: verdict[part] for part in sorted(parts, key=list(verdict).index)}],
        },
    }


def test_no_match_is_said_not_to_be_a_verdict(client: Client, ferry: Claim) -> None:
    assert post(client, {"text": "Zeppelins landed."}).json() == {
        "embedder": None,
        "results": [
            {
                "language": "en",
                "passages": [
                    {
                        "start": 0,
                        "end": 17,
                        "text": "Zeppelins landed.",
                        "answer": "nothing",
                        "explanation": NO_VERDICT,
                        "matches": [],
                    }
                ],
            }
        ],
    }


def test_texts_are_answered_in_their_order(client: Client, ferry: Claim) -> None:
    response = post(client, {"texts": [STATEMENT, "Zeppelins landed."]})
    kinds = [[passage["answer"] for passage in result["passages"]] for result in response.json()["results"]]
    assert kinds == [["same"], ["nothing"]]


@pytest.mark.parametrize(
    "body, pointer", [({"text": ""}, "#/text"), ({"texts": ["", STATEMENT]}, "#/texts/0")]
)
def test_an_empty_text_is_refused(client: Client, body: Any, pointer: str) -> None:
    response = post(client, body)
    assert (response.status_code, response.json()["code"]) == (400, "invalid_body")
    assert [(error["pointer"], error["code"]) for error in response.json()["errors"]] == [(pointer, "empty")]


def test_sentences_of_a_long_text_have_their_places(client: Client, ferry: Claim) -> None:
    text = f"Nobody \U0001f600 knows. {STATEMENT} " + "Nothing else was said here. " * 20
    [result] = post(client, {"text": text}).json()["results"]
    [found] = [passage for passage in result["passages"] if passage["answer"] == "same"]
    assert text[found["start"] : found["end"]] == found["text"] == STATEMENT


def test_parts_of_claims_can_be_requested(client: Client, ferry: Claim) -> None:
    response = post(client, {"text": STATEMENT}, "?fields=statement,verdicts.rating.label,slug")
    assert response.json()["results"][0]["passages"][0]["matches"][0]["claim"] == {
        "slug": "the-ferry-sank-in-the-harbour-last-night",
        "statement": STATEMENT,
        "verdicts": [{"rating": {"label": "False"}}],
    }


def test_short_texts_can_be_asked_about_in_the_address(client: Client, ferry: Claim) -> None:
    response = client.get(URL, {"text": STATEMENT})
    assert response["Cache-Control"] == "public, max-age=60, stale-while-revalidate=30, stale-if-error=3600"
    assert response.json() == post(client, {"text": STATEMENT}).json()
    again = client.get(URL, {"text": STATEMENT}, headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


# Which claims count


@sweep(
    "query, counts",
    [
        ("?language=en", True),
        ("?language=de", False),
        ("?rating_class=false", True),
        ("?rating_class=true", False),
        ("?reviewed_after=2026-03-01", True),
        ("?reviewed_before=2026-02-28", False),
        ("?publisher=1000000", False),
        ("?minimum_confidence=0.991", False),
        ("?minimum_confidence=0", True),
        ("?text_language=fr", True),
    ],
    undone=True,
)
def test_claims_can_be_narrowed_down(client: Client, ferry: Claim, query: str, counts: bool) -> None:
    assert matched(client, STATEMENT, query) == ([ferry.pk] if counts else [])


def test_publishers_are_those_of_verdicts(client: Client, ferry: Claim) -> None:
    publisher = ferry.verdicts.get().publisher_id
    assert matched(client, STATEMENT, f"?publisher={publisher}") == [ferry.pk]


def test_the_number_of_matches_is_limited(client: Client, publish: Publish) -> None:
    for number in range(3):
        publish(make_claim(f"Zeppelin {number} landed."))
    assert len(matched(client, "The zeppelin landed.", "?matches=2&minimum_confidence=0")) == 2


def test_drafts_and_withdrawn_claims_are_never_returned(
    client: Client, ferry: Claim, checker: User, editor: User
) -> None:
    make_draft(make_claim(STATEMENT.replace("ferry", "zeppelin")), checker)
    make_claim(f"{STATEMENT} Again.")
    assert matched(client, STATEMENT, "?minimum_confidence=0") == [ferry.pk]
    workflow.move(ferry.verdicts.get(), "retract", by=editor, note="It was wrong.")
    assert matched(client, STATEMENT, "?minimum_confidence=0") == []


def test_claims_withdrawn_while_matching_are_not_returned(
    client: Client, ferry: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(match, "_load_claims", lambda *_: {})
    [passage] = post(client, {"text": STATEMENT}).json()["results"][0]["passages"]
    assert (passage["answer"], passage["explanation"], passage["matches"]) == ("nothing", NO_VERDICT, [])


@pytest.mark.parametrize("texts", [1, 3])
def test_it_costs_the_same_number_of_queries_for_any_text(
    client: Client, ferry: Claim, texts: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    # The position of the ledger, common words, the claims that share words, their statements, and the claims returned.
    with django_assert_num_queries(5):
        post(client, {"texts": [STATEMENT] * texts})
    with django_assert_num_queries(2):  # kept
        post(client, {"texts": [STATEMENT] * texts})


# Refusals


@sweep(
    "body, places",
    [
        ([], ["#"]),
        ({}, ["#/text"]),
        ({"text": "a", "texts": ["b"]}, ["#/text"]),
        ({"text": None}, ["#/text"]),
        ({"text": ["a"]}, ["#/text"]),
        ({"text": "a", "langauge": "en"}, ["#/langauge"]),
        ({"text": "x" * 50_001}, ["#/text"]),
        ({"texts": []}, ["#/texts"]),
        ({"texts": "a"}, ["#/texts"]),
        ({"texts": ["a"] * 101}, ["#/texts"]),
        ({"texts": ["a", 5, "b", None]}, ["#/texts/1", "#/texts/3"]),
        ({"texts": ["a", "x" * 50_001]}, ["#/texts/1"]),
        ({"texts": ["x" * 40_000] * 3}, ["#/texts"]),
        ({"text": "Yes. No. " * 300}, ["#"]),
    ],
    undone=True,
)
def test_refusals_name_the_place(client: Client, body: Any, places: list[str]) -> None:
    response = post(client, body)
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
    assert [error["pointer"] for error in response.json()["errors"]] == places


@sweep(
    "query, parameter",
    [
        ("?q=ferry", "q"),
        ("?as_of=2020-01-01", "as_of"),
        ("?status=retracted", "status"),
        ("?minimum_confidence=2", "minimum_confidence"),
        ("?minimum_confidence=high", "minimum_confidence"),
        ("?matches=21", "matches"),
        ("?cut=words", "cut"),
        ("?text=ferry", "text"),
        ("?fields=body", "fields"),
    ],
    undone=True,
)
def test_unknown_terms_are_refused(client: Client, query: str, parameter: str) -> None:
    response = post(client, {"text": "a"}, query)
    assert response.status_code == 400
    assert [error["parameter"] for error in response.json()["errors"]] == [parameter]


@sweep("query", ["", "?text=", "?text=" + "x" * 501, "?text=a&text=b", "?text=%00"], undone=True)
def test_addresses_without_a_short_text_are_refused(client: Client, query: str) -> None:
    response = client.get(URL + query)
    assert response.status_code == 400
    assert [error["parameter"] for error in response.json()["errors"]] == ["text"]


@sweep(
    "text",
    [
        "😀" * 200,
        "\u202e\u200f\u2067" * 50,
        "x" * 50_000,
        "'" * 400,
        "\\ : | & ! ( ) <-> '",
        "ﷺ" * 400,
        "a " * 200,
        "\u0301" * 500,
    ],
    undone=True,
)
def test_hostile_texts_are_answered(client: Client, ferry: Claim, text: str) -> None:
    response = post(client, {"text": text})
    assert response.status_code == 200, response.content
    assert all(passage["answer"] == "nothing" for passage in response.json()["results"][0]["passages"])


@sweep(
    "body, status",
    [
        (b'{"text": "\\ud800"}', 400),
        (b'{"text": "a", "text": "b"}', 400),
        (b'{"text": NaN}', 400),
        (b"\xff", 400),
        (b"[" * 100_000, 400),
        (b'{"texts": [' + b",".join([b'"' + b"x" * 100_000 + b'"'] * 20) + b"]}", 413),
    ],
    undone=True,
)
def test_bodies_that_are_none_are_refused(client: Client, body: bytes, status: int) -> None:
    assert post(client, body).status_code == status


def test_bodies_have_to_be_declared(client: Client) -> None:
    assert post(client, "{}", content_type="text/plain").status_code == 415


def test_texts_that_take_too_long_are_refused(
    client: Client, ferry: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("claims.public.api.match.CPU_SECONDS", 0.0)
    client.raise_request_exception = False
    response = post(client, {"text": "The ferry sank in the harbour."})
    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert "This request takes too long" in response.json()["detail"]

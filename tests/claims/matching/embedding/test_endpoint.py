"""Vectors from an endpoint: the requests, and the handling of any answer."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import pytest

from claims.matching.embedding import choice, compute_query_vectors, endpoint, maintenance, neighbours
from claims.matching.embedding.embedder import EmbedderError, TextRefused
from claims.matching.embedding.endpoint import Endpoint
from claims.models import EmbeddingModel, StatementVector
from tests.helpers.embedders import TinyEmbedder
from tests.helpers.newsroom import make_claim
from tests.helpers.vector_server import Answer, VectorServer, no_direction, saying, vector_server, vectors


@pytest.fixture
def server() -> Iterator[VectorServer]:
    with vector_server() as running:
        yield running


@pytest.fixture
def there(server: VectorServer) -> Endpoint:
    return Endpoint(server.url, "some-model", "key", query_prefix="query:", passage_prefix="passage:")


def test_it_is_queried_like_openai(server: VectorServer, there: Endpoint) -> None:
    made = there.embed_statements(["One.", "Two."])
    assert made == pytest.approx(
        TinyEmbedder().embed_statements(["passage: One.", "passage: Two."]), abs=1e-6
    )
    assert there.embed_queries(["One?"]).shape == (1, 48)
    assert server.paths == ["/v1/embeddings"] * 2
    assert server.asked == [
        {"model": "some-model", "input": ["passage: One.", "passage: Two."], "encoding_format": "float"},
        {"model": "some-model", "input": ["query: One?"], "encoding_format": "float"},
    ]
    assert server.headers[0]["authorization"] == "Bearer key"
    assert there.name == f"some-model at {server.url.split('/')[2]}"
    assert there.dimensions == 48


def test_without_a_key_no_authorization_is_sent(server: VectorServer) -> None:
    Endpoint(server.url, "some-model").embed_statements(["One."])
    assert "authorization" not in server.headers[0]


def test_no_texts_no_request(server: VectorServer, there: Endpoint) -> None:
    assert there.dimensions == 48
    assert there.embed_statements([]).shape == (0, 48)
    assert len(server.asked) == 1


def test_many_texts_go_in_portions(
    server: VectorServer, there: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoint, "BATCH_SIZE", 2)
    texts = [f"Text {number}." for number in range(5)]
    assert there.embed_statements(texts) == pytest.approx(
        TinyEmbedder().embed_statements([f"passage: {t}" for t in texts]), abs=1e-6
    )
    assert [len(some) for some in server.texts] == [2, 2, 1]


@pytest.mark.parametrize("way", [partial(vectors, reverse=True), partial(vectors, as_base64=True)])
def test_other_ways_to_say_the_same(server: VectorServer, there: Endpoint, way: Answer) -> None:
    server.answer = way
    assert there.embed_queries(["One.", "Two."]) == pytest.approx(
        TinyEmbedder().embed_statements(["query: One.", "query: Two."]), abs=1e-6
    )


def test_vectors_are_made_as_long_as_they_should_be(server: VectorServer, there: Endpoint) -> None:
    server.answer = saying([3, 4], [0, 1e-30])
    assert there.embed_statements(["One.", "Two."]).tolist() == [
        pytest.approx([0.6, 0.8]),
        pytest.approx([0, 1]),
    ]


def test_long_and_odd_texts_are_sent_as_it_takes_them(server: VectorServer, there: Endpoint) -> None:
    there.embed_statements(["x" * 10_000, "a\0b\ud800"])
    assert server.texts == [["passage: " + "x" * 2000, "passage: a b?"]]


# Faults ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer, said",
    [
        (lambda asked: (200, b"<html>"), "sent something other than vectors"),
        (lambda asked: (200, b"[]"), "sent something other than vectors"),
        (lambda asked: (200, b'{"data": 1}'), "sent something other than vectors"),
        (lambda asked: (200, b'{"data": ["x"]}'), "sent something other than vectors"),
        (saying("not base64"), "sent something other than vectors"),
        (saying([1, "x"]), "sent something other than vectors"),
        (saying([1, 2], [1, 2, 3]), "sent something other than vectors"),
        (saying(), "sent 0 vectors for 1 texts"),
        (saying([1], [2]), "sent 2 vectors for 1 texts"),
        (saying([0.5] * 4001), "returns vectors with 4,001 dimensions; the limit is 4,000"),
        (saying(no_direction()), "sent zero vectors, which have no direction"),
        (saying([float("nan")]), "sent something other than vectors"),
        (lambda asked: (500, b"Oh."), "answered with status 500: Oh."),
        (lambda asked: (401, b"Who?"), "answered with status 401: Who?"),
        (lambda asked: (302, b""), "answered with status 302"),
        (lambda asked: (0, b""), "cannot be reached, or the connection was cut"),
    ],
)
def test_invalid_answers_are_errors(server: VectorServer, there: Endpoint, answer: Any, said: str) -> None:
    server.answer = answer
    with pytest.raises(EmbedderError, match=said) as fault:
        there.embed_statements(["One."])
    assert not isinstance(fault.value, TextRefused)
    assert "key" not in str(fault.value)
    assert len(server.asked) == 1


def test_a_text_that_is_refused_is_distinguished_from_a_server_that_fails(
    server: VectorServer, there: Endpoint
) -> None:
    server.answer = lambda asked: (413, b"Too long.")
    with pytest.raises(TextRefused, match="answered with status 413: Too long."):
        there.embed_queries(["One."])
    server.answer = vectors
    assert there.embed_queries(["One."]).shape == (1, 48)


def test_an_unreachable_endpoint_is_not_queried_again_at_once(server: VectorServer, there: Endpoint) -> None:
    server.answer = lambda asked: (503, b"")
    with pytest.raises(EmbedderError, match="status 503"):
        there.embed_queries(["One."])
    server.answer = vectors
    with pytest.raises(EmbedderError, match="did not answer a moment ago"):
        there.embed_queries(["One."])
    # The worker has time.
    assert there.embed_statements(["One."]).shape == (1, 48)
    there._silent_until = 0
    assert there.embed_queries(["One."]).shape == (1, 48)
    assert len(server.asked) == 3


def test_an_endless_answer_ends(
    server: VectorServer, there: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoint, "_MAX_BYTES", 100)
    server.answer = lambda asked: (200, b" " * 1000)
    with pytest.raises(EmbedderError, match="sent more than 100 bytes"):
        there.embed_statements(["One."])


def test_no_server_listens() -> None:
    with pytest.raises(EmbedderError, match=r"127\.0\.0\.1:9 cannot be reached"):
        Endpoint("http://127.0.0.1:9/v1", "some-model").embed_statements(["One."])


# With claims ----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_claims_are_found_by_it(db: None, server: VectorServer, settings: Any) -> None:
    settings.EMBEDDER, settings.EMBEDDER_URL, settings.EMBEDDER_MODEL = "endpoint", server.url, "some-model"
    claim = make_claim("The harbour was closed.")
    embedder = choice.get_embedder()
    assert embedder is not None
    assert maintenance.bring_up_to_date(embedder)
    vector = compute_query_vectors(["harbour closed"], ["en"])[0]
    assert vector is not None
    [(found, _near, _vector)] = neighbours.find_nearest(vector, is_public=False, limit=5)
    assert found == claim.pk
    assert EmbeddingModel.objects.get().name == embedder.name


@pytest.mark.slow
def test_the_old_model_is_used_until_the_new_one_is_complete(
    db: None, server: VectorServer, settings: Any
) -> None:
    settings.EMBEDDER, settings.EMBEDDER_URL, settings.EMBEDDER_MODEL = "endpoint", server.url, "old-model"
    make_claim()
    embedder = choice.get_embedder()
    assert embedder is not None
    maintenance.bring_up_to_date(embedder)
    settings.EMBEDDER_MODEL = "new-model"
    choice.forget_query_model()
    assert compute_query_vectors(["bridge"], ["en"])[0] is not None
    assert server.asked[-1]["model"] == "old-model"


@pytest.mark.slow
def test_vectors_computed_before_a_failure_are_kept(
    db: None, server: VectorServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maintenance, "BATCH_SIZE", 2)
    for _ in range(5):
        make_claim()
    there = Endpoint(server.url, "some-model")
    calls = iter(range(100))

    def tired(asked: dict[str, Any]) -> tuple[int, bytes]:
        enough = len(asked["input"]) == 2 and next(calls) >= 1
        return (503, b"") if enough else vectors(asked)

    server.answer = tired
    with pytest.raises(EmbedderError, match="status 503"):
        maintenance.bring_up_to_date(there)
    assert StatementVector.objects.count() == 2
    server.answer = vectors
    assert maintenance.bring_up_to_date(there)
    assert StatementVector.objects.count() == 5
    assert np.isfinite(StatementVector.objects.first().vector).all()  # type: ignore[union-attr]

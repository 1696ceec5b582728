"""What tests of matching share: no embedder, and nothing kept from the test before."""

from collections.abc import Iterator

import pytest

from claims.matching import answers, embedding, shared_words


@pytest.fixture(autouse=True)
def words_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No embedder, whatever the settings say: tests that want one bring it."""
    monkeypatch.setattr(embedding, "get_embedder", lambda: None)
    monkeypatch.setattr(
        embedding, "compute_query_vectors", lambda texts, languages, **_: [None for _ in texts]
    )


@pytest.fixture(autouse=True)
def nothing_is_kept() -> Iterator[None]:
    shared_words.load_common_words.cache_clear()
    answers.answer_cache.clear()
    yield
    shared_words.load_common_words.cache_clear()
    answers.answer_cache.clear()

"""How much of a question goes into a model."""

from claims.matching.embedding.embedder import MOST_TOKENS_OF_QUESTION, clipped_question


def test_only_so_many_tokens_count() -> None:
    expected = {
        "桥" * 1_000: "桥" * MOST_TOKENS_OF_QUESTION,
        "1," * 1_000: "1," * (MOST_TOKENS_OF_QUESTION // 2),
        "bridge " * 1_000: "bridge " * MOST_TOKENS_OF_QUESTION,
        "The bridge is closed.": "The bridge is closed.",
        "": "",
    }
    assert {text: clipped_question(text) for text in expected} == expected

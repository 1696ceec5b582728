"""How much of a question goes into a model."""

from claims.matching.embedding.embedder import MAX_QUERY_TOKENS, clip_query


def test_only_so_many_tokens_count() -> None:
    expected = {
        "桥" * 1_000: "桥" * MAX_QUERY_TOKENS,
        "1," * 1_000: "1," * (MAX_QUERY_TOKENS // 2),
        "bridge " * 1_000: "bridge " * MAX_QUERY_TOKENS,
        "The bridge is closed.": "The bridge is closed.",
        "": "",
    }
    assert {text: clip_query(text) for text in expected} == expected

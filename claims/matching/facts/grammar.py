"""Words that say nothing by themselves: articles, prepositions, what joins."""

import tomllib
from functools import cache

from claims.matching.facts.lexicon import DATA
from claims.search.words import folded


@cache
def words_of_grammar(kind: str) -> frozenset[str]:
    """`articles`, `prepositions`, or what stands `between` nouns; folded."""
    content = tomllib.loads((DATA / "grammar.toml").read_text(encoding="utf-8"))
    return frozenset(folded(content[kind]).split())

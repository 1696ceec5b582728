"""What the judgement weighs: two texts' words, vectors and compared facts, as numbers."""

from claims.matching.facts import Comparison

#: Facts that are told by an exact word or number.
HARD = ("number", "unit", "year", "date", "place", "name")
#: What turns a statement round.
TURNS = ("negation", "opposite", "quantifier", "roles")
AGREEMENTS = ("number", "year", "place", "name", "direction", "date")
_MOST_AGREEMENTS = 2
#: So much of the words in common makes a fact that differs the point.
_MUCH = 0.4
#: Less in common, in words and in meaning, is not enough to say the same.
_ENOUGH_WORDS = 0.35
_ENOUGH_SIMILARITY = 0.1


def is_ruled_out(found: Comparison, similarity: float | None) -> bool:
    """Whether the texts cannot be called the same claim, whatever a model thinks.

    Many words in common, but a fact that differs; or too little in common. Without vectors (`similarity` is None), only
    words can be.
    """
    share = found.overlap.share if found.same_language else 0.0
    if found.differences and share >= _MUCH:
        return True
    if similarity is None:
        return share < _ENOUGH_WORDS
    return share < _ENOUGH_WORDS and similarity < _ENOUGH_SIMILARITY


def figures_of_words(found: Comparison) -> dict[str, float]:
    """Of what the texts say, without vectors."""
    same_language = float(found.same_language)
    share = found.overlap.share
    left = min(_share_left(found.overlap.ours, found), _share_left(found.overlap.theirs, found))
    figures = {
        "same language": same_language,
        "words": share,
        "words of the shorter": found.overlap.of_shorter,
        "replaced words": left * share,
        "turned twice": float(found.is_turned_twice),
    }
    for kind in (*HARD, *TURNS):
        figures[kind] = float(found.has(kind))
        figures[f"{kind}, same words"] = float(found.has(kind)) * share
    for kind in AGREEMENTS:
        figures[f"{kind} agrees"] = float(min(found.agreements.get(kind, 0), _MOST_AGREEMENTS))
    figures["differences"] = float(len(found.differences))
    figures["exact facts"] = float(any(found.has(kind) for kind in HARD))
    figures["exact facts, same words"] = figures["exact facts"] * share
    return figures


def _share_left(left: tuple[str, ...], found: Comparison) -> float:
    return len(left) / max(1, len(left) + len(found.overlap.common))


def figures_of_vectors(found: Comparison, similarity: float, head: dict[str, float]) -> dict[str, float]:
    """Of how near the meanings are; beside the words, as near vectors of other words tell more."""
    share = found.overlap.share
    near = max(0.0, similarity)
    figures = {
        "similarity": similarity,
        "similarity squared": near * near,
        "similarity beyond words": similarity - share,
        "similarity times words": near * share,
        "similarity, other language": similarity * (not found.same_language),
    }
    for kind in (*HARD, *TURNS):
        figures[f"{kind}, near"] = float(found.has(kind)) * near
    figures["exact facts, near"] = near * any(found.has(kind) for kind in HARD)
    return figures | {f"head: {name}": value for name, value in head.items()}

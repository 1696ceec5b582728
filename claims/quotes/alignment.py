"""Align the parts of a new version of a text with the parts of the old version.

First, find a chain of equal or similar pairs that keep their order. A sentence that was edited in place is thus
preferred to an exact copy elsewhere: the original keeps its neighbours, whereas new words introduce a copy. Then find
whole paragraphs that moved.

Pure. Time grows with the length of the texts, not with their product, because a frequent part is paired with only a few
other parts.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from claims.quotes.aligned_parts import MIN_SIMILARITY, Alignment, PartPair
from claims.quotes.introductions import (
    is_complete_introduction,
    is_heading,
    is_quote_announcement,
    mentions_text,
)
from claims.quotes.moved_paragraphs import follow_inside, follow_moved
from claims.quotes.text_parts import TextPart

#: The cost of a pair in the chain if parts were inserted between it and the previous pair, and if deleted there.
_INSERTION_PENALTY, _DELETION_PENALTY = 0.3, 0.3
#: The cost of parts inserted at the beginning of the new text. Parts inserted at its end cost nothing.
_LEADING_PENALTY = 0.15
#: The additional cost if entirely new words come directly before the pair's new part.
_INTRODUCED_PENALTY = 0.4
#: The additional cost if these words introduce what follows: a label, a colon, a note on an earlier version.
_PRESENTED_PENALTY = 0.7
#: The additional cost if other paragraphs now divide a paragraph.
_DIVIDED_PENALTY = 0.5
#: The maximum value of a similar part; an equal part has the value 1.
_EDITED_VALUE = 0.9
#: The number of other parts that a repeated part is paired with.
_MAX_COPIES = 8
#: The number of other parts that a part is paired with if it is repeated very often.
_FEW_COPIES = 3
#: A word in more parts than this does not identify any of them.
_MAX_PARTS_PER_SHINGLE = 40
#: The maximum number of steps for comparing similar parts.
_MAX_EFFORT = 2_000_000
#: The number of equal parts at the end of both texts that cannot be a copied passage.
_MIN_LONG_END = 40


def align(old_parts: Sequence[TextPart], new_parts: Sequence[TextPart]) -> Alignment:
    """Return the alignment of two versions of a text: which new part each old part became."""
    alignment = Alignment(old_parts, new_parts)
    start, old_end, new_end = _measure_equal_ends(old_parts, new_parts)
    for number in range(start):
        alignment.add_pair(number, number)
    for number in range(len(old_parts) - old_end):
        alignment.add_pair(old_end + number, new_end + number)
    alignment.similar_parts.update(_find_similar(old_parts, new_parts, start, old_end, new_end))
    # The chain includes a pair of each common end, so that the parts next to it stay its neighbours.
    pair_before = [PartPair(start - 1, start - 1, 1.0)] if start else []
    pair_after = [PartPair(old_end, new_end, 1.0)] if old_end < len(old_parts) else []
    for pair in _choose_chain(
        alignment, [*pair_before, *_iterate_pairs(alignment, start, old_end, new_end), *pair_after]
    ):
        alignment.add_pair(pair.old_index, pair.new_index)
    _prefer_first(alignment, start)
    follow_moved(alignment)
    follow_inside(alignment)
    return alignment


def _prefer_first(alignment: Alignment, start: int) -> None:
    """If an old part is paired with the last of several equal new parts in a row, pair it with the first of them."""
    for number in range(start, len(alignment.old_parts)):
        new_index = alignment.new_by_old.get(number, 0)
        first_index = alignment.new_by_old.get(number - 1, len(alignment.new_parts)) + 1
        if (
            first_index < new_index
            and first_index not in alignment.old_by_new
            and alignment.new_parts[first_index].key == alignment.new_parts[new_index].key
        ):
            del alignment.old_by_new[new_index]
            alignment.add_pair(number, first_index)


def _measure_equal_ends(old_parts: Sequence[TextPart], new_parts: Sequence[TextPart]) -> tuple[int, int, int]:
    """Return the number of equal parts at the beginning, and the indexes at which the equal ends of both texts begin.

    A correction at the end may repeat the last passage, so a short common end does not count.
    """
    shorter_length = min(len(old_parts), len(new_parts))
    start = 0
    while start < shorter_length and old_parts[start].key == new_parts[start].key:
        start += 1
    if len(old_parts) == len(new_parts) == start:
        return start, start, start
    # The texts may also end with a copy of the passage that follows the common beginning.
    end = 0
    while end < shorter_length - start and old_parts[-1 - end].key == new_parts[-1 - end].key:
        end += 1
    end = end if end >= _MIN_LONG_END else 0
    return start, len(old_parts) - end, len(new_parts) - end


def _find_similar(
    old_parts: Sequence[TextPart], new_parts: Sequence[TextPart], start: int, old_end: int, new_end: int
) -> dict[int, list[tuple[float, int]]]:
    old_keys = {part.key for part in old_parts}
    parts_by_shingle: dict[str, list[int]] = defaultdict(list)
    for number in range(start, old_end):
        for shingle in old_parts[number].shingles:
            parts_by_shingle[shingle].append(number)
    candidates: dict[int, list[tuple[float, int]]] = defaultdict(list)
    comparison_count = 0
    for number in range(start, new_end):
        if new_parts[number].key in old_keys:
            continue
        comparison_count += sum(
            min(len(parts_by_shingle[shingle]), _MAX_PARTS_PER_SHINGLE) + 1
            for shingle in new_parts[number].shingles
        )
        if comparison_count > _MAX_EFFORT:
            break
        for similarity, old_index in _iterate_similar(new_parts[number], old_parts, parts_by_shingle):
            candidates[old_index].append((similarity, number))
    for choices in candidates.values():
        choices.sort(reverse=True)
    return candidates


def _iterate_similar(
    part: TextPart, old_parts: Sequence[TextPart], parts_by_shingle: Mapping[str, list[int]]
) -> Iterator[tuple[float, int]]:
    """Yield (similarity, index) for each old part that a new part may come from, most similar first."""
    shared_counts: dict[int, int] = defaultdict(int)
    for shingle, count in part.shingles.items():
        if len(parts_by_shingle[shingle]) <= _MAX_PARTS_PER_SHINGLE:
            for old_index in parts_by_shingle[shingle]:
                shared_counts[old_index] += min(count, old_parts[old_index].shingles[shingle])
    size = part.shingles.total()
    best_matches = sorted(
        (
            (2 * shared_count / (size + old_parts[index].shingles.total()), index)
            for index, shared_count in shared_counts.items()
        ),
        reverse=True,
    )
    for similarity, old_index in best_matches[:_MAX_COPIES]:
        if similarity >= MIN_SIMILARITY and not _is_quotation(part, old_parts[old_index]):
            yield similarity, old_index


def _is_quotation(new_part: TextPart, old_part: TextPart) -> bool:
    """Return whether a new part quotes an old one, or introduces it with words like "Read also: …"."""
    position = new_part.key.find(old_part.key)
    added_words = new_part.key[:position] if position > 0 else ""
    return new_part.is_quoted_at_start != old_part.is_quoted_at_start or bool(
        added_words and (is_quote_announcement(added_words) or mentions_text(added_words))
    )


def _iterate_pairs(alignment: Alignment, start: int, old_end: int, new_end: int) -> Iterator[PartPair]:
    """Yield all pairs of equal or similar parts between the common ends, in the order of the old text."""
    new_indexes: dict[str, list[int]] = defaultdict(list)
    for number in range(start, new_end):
        new_indexes[alignment.new_parts[number].key].append(number)
    ranks: dict[str, int] = defaultdict(int)
    for number in range(start, old_end):
        key = alignment.old_parts[number].key
        equal_indexes, rank = new_indexes[key], ranks[key]
        ranks[key] += 1
        copy_limit = _MAX_COPIES if len(equal_indexes) <= _MAX_PARTS_PER_SHINGLE else _FEW_COPIES
        if len(equal_indexes) > copy_limit:
            # Of many equal parts, pair those at about the same position.
            first_copy = max(0, min(rank - copy_limit // 2, len(equal_indexes) - copy_limit))
            equal_indexes = equal_indexes[first_copy : first_copy + copy_limit]
        exact_pairs = [PartPair(number, new_index, 1.0) for new_index in equal_indexes]
        edited_pairs = [
            PartPair(number, new_index, similarity)
            for similarity, new_index in alignment.similar_parts.get(number, ())[:_MAX_COPIES]
        ]
        yield from sorted(exact_pairs + edited_pairs, key=lambda pair: pair.new_index)


class _PrefixMaximum:
    """A Fenwick tree that finds the greatest value stored below a position."""

    def __init__(self, size: int) -> None:
        self._tree: list[tuple[float, int]] = [(float("-inf"), -1)] * (size + 1)

    def record(self, position: int, value: tuple[float, int]) -> None:
        position += 1
        while position < len(self._tree):
            self._tree[position] = max(self._tree[position], value)
            position += position & -position

    def find_below(self, position: int) -> tuple[float, int]:
        best_value = (float("-inf"), -1)
        while position > 0:
            best_value = max(best_value, self._tree[position])
            position -= position & -position
        return best_value


def _choose_chain(alignment: Alignment, pairs: list[PartPair]) -> list[PartPair]:
    """Return the most valuable set of pairs that keeps their order."""
    if not pairs:
        return []
    new_parts, old_keys = alignment.new_parts, {part.key for part in alignment.old_parts}
    similar_numbers = {number for choices in alignment.similar_parts.values() for _, number in choices}
    columns = sorted({pair.new_index for pair in pairs})
    best_chains = _PrefixMaximum(len(columns))
    #: The best chain that ends with each new part, whatever the old part.
    chains_by_end: dict[int, tuple[float, int]] = {}
    row_before: tuple[int, dict[int, tuple[float, int]]] = (-1, {})
    previous_pairs: list[int] = []
    pair_index = 0
    while pair_index < len(pairs):
        row = pairs[pair_index].old_index
        adjacent_chains = row_before[1] if row_before[0] == row - 1 else {}
        values: dict[int, tuple[float, int]] = {}
        while pair_index < len(pairs) and pairs[pair_index].old_index == row:
            pair = pairs[pair_index]
            weight, paragraph = _compute_weight(alignment.old_parts[row]), new_parts[pair.new_index].paragraph
            pair_value = weight * (
                1.0 if pair.similarity == 1.0 else 0.5 + (_EDITED_VALUE - 0.5) * pair.similarity
            )
            if (
                pair.new_index
                and new_parts[pair.new_index - 1].key not in old_keys
                and pair.new_index - 1 not in similar_numbers
            ):
                pair_value -= weight * _compute_introduction_penalty(new_parts[pair.new_index - 1].text)
            penalty = _DIVIDED_PENALTY if _is_one_paragraph(alignment.old_parts, row) else 0.0
            best_before = best_chains.find_below(bisect_left(columns, pair.new_index))
            best_adjacent = chains_by_end.get(pair.new_index - 1, _NO_CHAIN)
            value, previous_chain = max(
                (
                    -weight
                    * ((_DELETION_PENALTY if row else 0.0) + (_LEADING_PENALTY if pair.new_index else 0.0)),
                    -1,
                ),
                adjacent_chains.get(pair.new_index - 1, _NO_CHAIN),
                (best_adjacent[0] - weight * _DELETION_PENALTY, best_adjacent[1]),
                *(
                    (
                        value
                        - weight
                        * (
                            _INSERTION_PENALTY
                            + (penalty if new_parts[position].paragraph != paragraph else 0.0)
                        ),
                        last_pair,
                    )
                    for position, (value, last_pair) in adjacent_chains.items()
                    if position < pair.new_index
                ),
                (
                    best_before[0] - weight * (_DELETION_PENALTY + _INSERTION_PENALTY + penalty),
                    best_before[1],
                ),
            )
            values[pair.new_index] = value + pair_value, pair_index
            previous_pairs.append(previous_chain)
            pair_index += 1
        for position, chain_value in values.items():
            best_chains.record(bisect_left(columns, position), chain_value)
            chains_by_end[position] = max(chains_by_end.get(position, _NO_CHAIN), chain_value)
        row_before = row, values
    chain, last_pair = [], max((best_chains.find_below(len(columns)), _NO_CHAIN))[1]
    while last_pair >= 0:
        chain.append(pairs[last_pair])
        last_pair = previous_pairs[last_pair]
    return chain[::-1]


_NO_CHAIN = (float("-inf"), -1)


def _compute_introduction_penalty(words: str) -> float:
    """Return the penalty for new words directly before a part."""
    if is_quote_announcement(words) or is_heading(words):
        return _PRESENTED_PENALTY
    if mentions_text(words):
        return _INTRODUCED_PENALTY if is_complete_introduction(words) else _PRESENTED_PENALTY
    return _INTRODUCED_PENALTY


def _is_one_paragraph(parts: Sequence[TextPart], number: int) -> bool:
    """Return whether the part is in the same paragraph as the previous one."""
    return number > 0 and parts[number - 1].paragraph == parts[number].paragraph


def _compute_weight(part: TextPart) -> float:
    return min(1.0, 0.25 + len(part.key) / 60)

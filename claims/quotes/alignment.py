"""Align the parts of a new version of a text with those of the old one.

First, find a chain of equal or similar pairs that keep their order. A sentence that was edited in place is thus
preferred to an exact copy elsewhere: the original keeps its neighbours, whereas new words introduce a copy. Then find
whole paragraphs that moved.

Pure. Time grows with the length of the texts, not with their product, because frequent parts are paired with a few
others only.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from claims.quotes.aligned_parts import MIN_LIKENESS, Alignment, PartPair
from claims.quotes.introductions import (
    is_complete_introduction,
    is_heading,
    is_quote_announcement,
    mentions_text,
)
from claims.quotes.moved_paragraphs import follow_inside, follow_moved
from claims.quotes.text_parts import TextPart

#: The cost of a pair in the chain if the new text has additional parts between it and the previous pair, or the old
#: text had.
_INSERTION_PENALTY, _DELETION_PENALTY = 0.3, 0.3
#: The same for additional parts at the beginning of the new text. Additional parts at its end cost nothing.
_LEADING_PENALTY = 0.15
#: The additional cost if entirely new words come directly before.
_INTRODUCED_PENALTY = 0.4
#: The additional cost if these words introduce what follows: a label, a colon, a note on an earlier version.
_PRESENTED_PENALTY = 0.7
#: The additional cost if other paragraphs now divide a paragraph.
_TORN_PENALTY = 0.5
#: The maximum value of a similar part; an equal part has the value 1.
_EDITED_WORTH = 0.9
#: The number of other parts that a repeated part is paired with.
_MAX_COPIES = 8
#: The same for a part that is repeated very often.
_FEW_COPIES = 3
#: A word in more parts than this does not identify any of them.
_MAX_PARTS_PER_SHINGLE = 40
#: The maximum number of steps for comparing similar parts.
_MAX_EFFORT = 2_000_000
#: The number of equal parts at the end of both texts that cannot be a copied passage.
_MIN_LONG_END = 40


def align(old: Sequence[TextPart], new: Sequence[TextPart]) -> Alignment:
    """Pair the parts of two texts."""
    aligned = Alignment(old, new)
    begin, old_end, new_end = _measure_equal_ends(old, new)
    for number in range(begin):
        aligned.pair(number, number)
    for number in range(len(old) - old_end):
        aligned.pair(old_end + number, new_end + number)
    aligned.similar.update(_find_similar(old, new, begin, old_end, new_end))
    # Includes one pair at each equal end, so that the parts next to it stay beside it.
    before = [PartPair(begin - 1, begin - 1, 1.0)] if begin else []
    behind = [PartPair(old_end, new_end, 1.0)] if old_end < len(old) else []
    for pair in _choose_chain(aligned, [*before, *_iterate_pairs(aligned, begin, old_end, new_end), *behind]):
        aligned.pair(pair.old, pair.new)
    _prefer_first(aligned, begin)
    follow_moved(aligned)
    follow_inside(aligned)
    return aligned


def _prefer_first(aligned: Alignment, begin: int) -> None:
    """Pair the old part with the first of several equal neighbouring parts."""
    for number in range(begin, len(aligned.old)):
        place = aligned.mates.get(number, 0)
        first = aligned.mates.get(number - 1, len(aligned.new)) + 1
        if (
            first < place
            and first not in aligned.origins
            and aligned.new[first].key == aligned.new[place].key
        ):
            del aligned.origins[place]
            aligned.pair(number, first)


def _measure_equal_ends(old: Sequence[TextPart], new: Sequence[TextPart]) -> tuple[int, int, int]:
    """Return the lengths of the common beginning and the common end.

    A correction at the end may repeat the last passage, so a short common end proves nothing.
    """
    shorter = min(len(old), len(new))
    begin = 0
    while begin < shorter and old[begin].key == new[begin].key:
        begin += 1
    if len(old) == len(new) == begin:
        return begin, begin, begin
    # It may also contain a copy of the passage that follows the beginning.
    end = 0
    while end < shorter - begin and old[-1 - end].key == new[-1 - end].key:
        end += 1
    end = end if end >= _MIN_LONG_END else 0
    return begin, len(old) - end, len(new) - end


def _find_similar(
    old: Sequence[TextPart], new: Sequence[TextPart], begin: int, old_end: int, new_end: int
) -> dict[int, list[tuple[float, int]]]:
    old_keys = {part.key for part in old}
    parts_by_shingle: dict[str, list[int]] = defaultdict(list)
    for number in range(begin, old_end):
        for shingle in old[number].shingles:
            parts_by_shingle[shingle].append(number)
    candidates: dict[int, list[tuple[float, int]]] = defaultdict(list)
    effort = 0
    for number in range(begin, new_end):
        if new[number].key in old_keys:
            continue
        effort += sum(
            min(len(parts_by_shingle[shingle]), _MAX_PARTS_PER_SHINGLE) + 1
            for shingle in new[number].shingles
        )
        if effort > _MAX_EFFORT:
            break
        for likeness, other in _iterate_similar(new[number], old, parts_by_shingle):
            candidates[other].append((likeness, number))
    for choices in candidates.values():
        choices.sort(reverse=True)
    return candidates


def _iterate_similar(
    part: TextPart, old: Sequence[TextPart], parts_by_shingle: Mapping[str, list[int]]
) -> Iterator[tuple[float, int]]:
    """Yield the old parts that a new part may come from, each with its likeness."""
    shared_counts: dict[int, int] = defaultdict(int)
    for shingle, times in part.shingles.items():
        if len(parts_by_shingle[shingle]) <= _MAX_PARTS_PER_SHINGLE:
            for other in parts_by_shingle[shingle]:
                shared_counts[other] += min(times, old[other].shingles[shingle])
    size = part.shingles.total()
    best = sorted(
        ((2 * n / (size + old[o].shingles.total()), o) for o, n in shared_counts.items()), reverse=True
    )
    for likeness, other in best[:_MAX_COPIES]:
        if likeness >= MIN_LIKENESS and not _is_quotation(part, old[other]):
            yield likeness, other


def _is_quotation(new: TextPart, old: TextPart) -> bool:
    """Return whether a new part quotes an old one, or introduces it with words like "Read also: …"."""
    at = new.key.find(old.key)
    added = new.key[:at] if at > 0 else ""
    return new.opens_quoted != old.opens_quoted or bool(
        added and (is_quote_announcement(added) or mentions_text(added))
    )


def _iterate_pairs(aligned: Alignment, begin: int, old_end: int, new_end: int) -> Iterator[PartPair]:
    """Yield all possible pairs in the order of the old text."""
    places: dict[str, list[int]] = defaultdict(list)
    for number in range(begin, new_end):
        places[aligned.new[number].key].append(number)
    ranks: dict[str, int] = defaultdict(int)
    for number in range(begin, old_end):
        key = aligned.old[number].key
        equal, rank = places[key], ranks[key]
        ranks[key] += 1
        copies = _MAX_COPIES if len(equal) <= _MAX_PARTS_PER_SHINGLE else _FEW_COPIES
        if len(equal) > copies:
            # Of equal parts, those at about the same position.
            first = max(0, min(rank - copies // 2, len(equal) - copies))
            equal = equal[first : first + copies]
        exact = [PartPair(number, other, 1.0) for other in equal]
        edited_pairs = [
            PartPair(number, other, likeness)
            for likeness, other in aligned.similar.get(number, ())[:_MAX_COPIES]
        ]
        yield from sorted(exact + edited_pairs, key=lambda pair: pair.new)


class _Best:
    """The greatest value below a position, in a Fenwick tree."""

    def __init__(self, size: int) -> None:
        self._tree: list[tuple[float, int]] = [(float("-inf"), -1)] * (size + 1)

    def note(self, place: int, value: tuple[float, int]) -> None:
        place += 1
        while place < len(self._tree):
            self._tree[place] = max(self._tree[place], value)
            place += place & -place

    def below(self, place: int) -> tuple[float, int]:
        best = (float("-inf"), -1)
        while place > 0:
            best = max(best, self._tree[place])
            place -= place & -place
        return best


def _choose_chain(aligned: Alignment, pairs: list[PartPair]) -> list[PartPair]:
    """Return the most valuable set of pairs that keeps their order."""
    if not pairs:
        return []
    new, old_keys = aligned.new, {part.key for part in aligned.old}
    similar_numbers = {number for choices in aligned.similar.values() for _, number in choices}
    columns = sorted({pair.new for pair in pairs})
    best = _Best(len(columns))
    #: The best chain for each new part that ends it, whatever the old part.
    ending: dict[int, tuple[float, int]] = {}
    row_before: tuple[int, dict[int, tuple[float, int]]] = (-1, {})
    before: list[int] = []
    at = 0
    while at < len(pairs):
        row = pairs[at].old
        follows = row_before[1] if row_before[0] == row - 1 else {}
        values: dict[int, tuple[float, int]] = {}
        while at < len(pairs) and pairs[at].old == row:
            pair = pairs[at]
            weight, paragraph = _compute_weight(aligned.old[row]), new[pair.new].paragraph
            worth = weight * (1.0 if pair.likeness == 1.0 else 0.5 + (_EDITED_WORTH - 0.5) * pair.likeness)
            if pair.new and new[pair.new - 1].key not in old_keys and pair.new - 1 not in similar_numbers:
                worth -= weight * _compute_introduction_penalty(new[pair.new - 1].text)
            penalty = _TORN_PENALTY if _is_one_paragraph(aligned.old, row) else 0.0
            far = best.below(bisect_left(columns, pair.new))
            close = ending.get(pair.new - 1, _NO_CHAIN)
            value, previous = max(
                (
                    -weight * ((_DELETION_PENALTY if row else 0.0) + (_LEADING_PENALTY if pair.new else 0.0)),
                    -1,
                ),
                follows.get(pair.new - 1, _NO_CHAIN),
                (close[0] - weight * _DELETION_PENALTY, close[1]),
                *(
                    (
                        value
                        - weight
                        * (_INSERTION_PENALTY + (penalty if new[place].paragraph != paragraph else 0.0)),
                        last,
                    )
                    for place, (value, last) in follows.items()
                    if place < pair.new
                ),
                (far[0] - weight * (_DELETION_PENALTY + _INSERTION_PENALTY + penalty), far[1]),
            )
            values[pair.new] = value + worth, at
            before.append(previous)
            at += 1
        for place, chain_value in values.items():
            best.note(bisect_left(columns, place), chain_value)
            ending[place] = max(ending.get(place, _NO_CHAIN), chain_value)
        row_before = row, values
    chain, last = [], max((best.below(len(columns)), _NO_CHAIN))[1]
    while last >= 0:
        chain.append(pairs[last])
        last = before[last]
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

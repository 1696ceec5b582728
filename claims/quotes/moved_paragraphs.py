"""Find paragraphs and sentences that moved, once those that kept their order are paired."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from claims.quotes.aligned_parts import RIVAL_LIKENESS, Alignment, PartPair
from claims.quotes.text_parts import TextPart, find_paragraph

#: The minimum share of a moved paragraph that is unchanged.
_MIN_SHARE = 0.6
#: A paragraph that may begin at more places is not followed.
_MAX_PLACES = 9


def follow_moved(aligned: Alignment) -> None:
    """Pair whole paragraphs that moved to another place."""
    free_numbers: dict[str, list[int]] = defaultdict(list)
    for number, part in enumerate(aligned.new):
        if number not in aligned.origins:
            free_numbers[part.key].append(number)
    paragraphs = [span for span in _iterate_paragraphs(aligned.old) if _is_lost(aligned, *span)]
    while paragraphs:
        lost_paragraphs = [span for span in paragraphs if not _follow_paragraph(aligned, *span, free_numbers)]
        # A located part may be the neighbour of another.
        paragraphs = lost_paragraphs if len(lost_paragraphs) < len(paragraphs) else []


def _follow_paragraph(aligned: Alignment, first: int, last: int, free_numbers: dict[str, list[int]]) -> bool:
    starts = _find_beginnings(aligned, first, last, free_numbers)
    blocks = [block for at in starts if (block := _match_block(aligned, first, last, at))]
    if len(blocks) != 1 or _has_rival(aligned, blocks[0]):
        return False
    for pair in blocks[0]:
        aligned.origins.pop(aligned.mates.get(pair.old, -1), None)
        aligned.pair(pair.old, pair.new)
        aligned.moved.add(pair.old)
    return True


def _is_lost(aligned: Alignment, first: int, last: int) -> bool:
    """Return whether most of a paragraph has not been paired yet."""
    sizes = {number: len(aligned.old[number].key) for number in range(first, last)}
    lost_length = sum(size for number, size in sizes.items() if number not in aligned.mates)
    return lost_length > 0 and lost_length >= _MIN_SHARE * sum(sizes.values())


def follow_inside(aligned: Alignment) -> None:
    """Pair sentences that swapped places inside their paragraph."""
    for first, last in _iterate_paragraphs(aligned.old):
        paired = [aligned.mates[number] for number in range(first, last) if number in aligned.mates]
        if not paired or len(paired) == last - first:
            continue
        paragraph_numbers = {
            number for place in {paired[0], paired[-1]} for number in find_paragraph(aligned.new, place)
        }
        free_numbers: dict[str, list[int]] = defaultdict(list)
        for place in sorted(paragraph_numbers - aligned.origins.keys()):
            free_numbers[aligned.new[place].key].append(place)
        for number in range(first, last):
            places = free_numbers.get(aligned.old[number].key, [])
            if number not in aligned.mates and len(places) == 1:
                aligned.pair(number, places.pop())
                aligned.moved.add(number)


def _iterate_paragraphs(parts: Sequence[TextPart]) -> Iterator[tuple[int, int]]:
    first = 0
    for number in range(1, len(parts) + 1):
        if number == len(parts) or parts[number].paragraph != parts[first].paragraph:
            yield first, number
            first = number


def _find_beginnings(
    aligned: Alignment, first: int, last: int, free_numbers: dict[str, list[int]]
) -> list[int]:
    """Return possible starts of the paragraph in the new text."""
    for number in range(first, last):
        if places := free_numbers.get(aligned.old[number].key):
            return sorted({_find_run(aligned, place)[0] for place in places[:_MAX_PLACES]})
    return []


def _find_run(aligned: Alignment, place: int) -> tuple[int, int]:
    """Return the unpaired new parts around a part, within its paragraph."""
    new, first, last = aligned.new, place, place + 1
    while first and first - 1 not in aligned.origins and new[first - 1].paragraph == new[place].paragraph:
        first -= 1
    while last < len(new) and last not in aligned.origins and new[last].paragraph == new[place].paragraph:
        last += 1
    return first, last


def _match_block(aligned: Alignment, first: int, last: int, at: int) -> list[PartPair]:
    """Return the paragraph's pairs if the paragraph is almost complete and has no additions."""
    if at in aligned.origins or (at and at - 1 not in aligned.origins):
        return []
    pairs: list[PartPair] = []
    equal, number = 0, first
    for new in range(*_find_run(aligned, at)):
        while number < last and not (likeness := _get_likeness(aligned, number, new)):
            number += 1
        if number == last:
            return []
        equal += len(aligned.old[number].key) if likeness == 1.0 else 0
        pairs.append(PartPair(number, new, likeness))
        number += 1
    length = sum(len(aligned.old[number].key) for number in range(first, last))
    return pairs if equal >= _MIN_SHARE * length else []


def _get_likeness(aligned: Alignment, old: int, new: int) -> float:
    old_key, now = aligned.old[old].key, aligned.new[new].key
    if old_key in now:
        return 1.0 if old_key == now else 0.0
    return next((likeness for likeness, number in aligned.similar.get(old, ()) if number == new), 0.0)


def _has_rival(aligned: Alignment, block: list[PartPair]) -> bool:
    """Return whether the paragraph may have been edited elsewhere in the text, so that this exact one would be a
    copy.
    """
    own = {pair.new for pair in block}
    return any(
        number not in own and number not in aligned.origins
        for pair in block
        for likeness, number in aligned.similar.get(pair.old, ())
        if likeness >= RIVAL_LIKENESS
    )

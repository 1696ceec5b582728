"""Find paragraphs and sentences that moved, after the parts that kept their order have been paired."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from claims.quotes.aligned_parts import RIVAL_SIMILARITY, Alignment, PartPair
from claims.quotes.text_parts import TextPart, find_paragraph

#: The minimum share of a moved paragraph that is unchanged.
_MIN_SHARE = 0.6
#: A paragraph with more possible beginnings in the new text is not followed.
_MAX_PLACES = 9


def follow_moved(alignment: Alignment) -> None:
    """Pair whole paragraphs that moved to another place."""
    free_numbers: dict[str, list[int]] = defaultdict(list)
    for number, part in enumerate(alignment.new_parts):
        if number not in alignment.old_by_new:
            free_numbers[part.key].append(number)
    paragraphs = [span for span in _iterate_paragraphs(alignment.old_parts) if _is_lost(alignment, *span)]
    while paragraphs:
        lost_paragraphs = [
            span for span in paragraphs if not _follow_paragraph(alignment, *span, free_numbers)
        ]
        # Try again, because a paragraph that was found may help to find its neighbour.
        paragraphs = lost_paragraphs if len(lost_paragraphs) < len(paragraphs) else []


def _follow_paragraph(
    alignment: Alignment, first_index: int, end_index: int, free_numbers: dict[str, list[int]]
) -> bool:
    starts = _find_beginnings(alignment, first_index, end_index, free_numbers)
    blocks = [block for start in starts if (block := _match_block(alignment, first_index, end_index, start))]
    if len(blocks) != 1 or _has_rival(alignment, blocks[0]):
        return False
    for pair in blocks[0]:
        alignment.old_by_new.pop(alignment.new_by_old.get(pair.old_index, -1), None)
        alignment.add_pair(pair.old_index, pair.new_index)
        alignment.moved_parts.add(pair.old_index)
    return True


def _is_lost(alignment: Alignment, first_index: int, end_index: int) -> bool:
    """Return whether most of a paragraph has not been paired yet."""
    sizes = {number: len(alignment.old_parts[number].key) for number in range(first_index, end_index)}
    lost_length = sum(size for number, size in sizes.items() if number not in alignment.new_by_old)
    return lost_length > 0 and lost_length >= _MIN_SHARE * sum(sizes.values())


def follow_inside(alignment: Alignment) -> None:
    """Pair sentences that swapped places inside their paragraph."""
    for first_index, end_index in _iterate_paragraphs(alignment.old_parts):
        paired_indexes = [
            alignment.new_by_old[number]
            for number in range(first_index, end_index)
            if number in alignment.new_by_old
        ]
        if not paired_indexes or len(paired_indexes) == end_index - first_index:
            continue
        paragraph_numbers = {
            number
            for new_index in {paired_indexes[0], paired_indexes[-1]}
            for number in find_paragraph(alignment.new_parts, new_index)
        }
        free_numbers: dict[str, list[int]] = defaultdict(list)
        for new_index in sorted(paragraph_numbers - alignment.old_by_new.keys()):
            free_numbers[alignment.new_parts[new_index].key].append(new_index)
        for number in range(first_index, end_index):
            free_indexes = free_numbers.get(alignment.old_parts[number].key, [])
            if number not in alignment.new_by_old and len(free_indexes) == 1:
                alignment.add_pair(number, free_indexes.pop())
                alignment.moved_parts.add(number)


def _iterate_paragraphs(parts: Sequence[TextPart]) -> Iterator[tuple[int, int]]:
    first_index = 0
    for number in range(1, len(parts) + 1):
        if number == len(parts) or parts[number].paragraph != parts[first_index].paragraph:
            yield first_index, number
            first_index = number


def _find_beginnings(
    alignment: Alignment, first_index: int, end_index: int, free_numbers: dict[str, list[int]]
) -> list[int]:
    """Return the indexes in the new text at which the paragraph may begin."""
    for number in range(first_index, end_index):
        if free_indexes := free_numbers.get(alignment.old_parts[number].key):
            return sorted({_find_run(alignment, new_index)[0] for new_index in free_indexes[:_MAX_PLACES]})
    return []


def _find_run(alignment: Alignment, new_index: int) -> tuple[int, int]:
    """Return the bounds (end excluded) of the run of unpaired new parts around this part, within its paragraph."""
    new_parts, first_index, end_index = alignment.new_parts, new_index, new_index + 1
    while (
        first_index
        and first_index - 1 not in alignment.old_by_new
        and new_parts[first_index - 1].paragraph == new_parts[new_index].paragraph
    ):
        first_index -= 1
    while (
        end_index < len(new_parts)
        and end_index not in alignment.old_by_new
        and new_parts[end_index].paragraph == new_parts[new_index].paragraph
    ):
        end_index += 1
    return first_index, end_index


def _match_block(alignment: Alignment, first_index: int, end_index: int, start: int) -> list[PartPair]:
    """Return the paragraph's pairs if the paragraph is almost complete and has no additions."""
    if start in alignment.old_by_new or (start and start - 1 not in alignment.old_by_new):
        return []
    pairs: list[PartPair] = []
    equal_length, number = 0, first_index
    for new_index in range(*_find_run(alignment, start)):
        while number < end_index and not (similarity := _get_similarity(alignment, number, new_index)):
            number += 1
        if number == end_index:
            return []
        equal_length += len(alignment.old_parts[number].key) if similarity == 1.0 else 0
        pairs.append(PartPair(number, new_index, similarity))
        number += 1
    length = sum(len(alignment.old_parts[number].key) for number in range(first_index, end_index))
    return pairs if equal_length >= _MIN_SHARE * length else []


def _get_similarity(alignment: Alignment, old_index: int, new_index: int) -> float:
    old_key, new_key = alignment.old_parts[old_index].key, alignment.new_parts[new_index].key
    if old_key in new_key:
        return 1.0 if old_key == new_key else 0.0
    return next(
        (
            similarity
            for similarity, number in alignment.similar_parts.get(old_index, ())
            if number == new_index
        ),
        0.0,
    )


def _has_rival(alignment: Alignment, block: list[PartPair]) -> bool:
    """Return whether an edited form of the paragraph is elsewhere, so that the exact one may be a copy."""
    own_indexes = {pair.new_index for pair in block}
    return any(
        number not in own_indexes and number not in alignment.old_by_new
        for pair in block
        for similarity, number in alignment.similar_parts.get(pair.old_index, ())
        if similarity >= RIVAL_SIMILARITY
    )

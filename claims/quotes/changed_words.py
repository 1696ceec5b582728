"""Compare the words of two aligned parts. Pure."""

from difflib import SequenceMatcher

from claims.quotes.text_parts import TextPart, split_words

#: Longer sentences are not compared by words or letters.
_MAX_WORDS = 600
_MAX_LETTERS = 5_000
#: The minimum number of letters in a row that two words do not share by chance.
_MIN_COMMON_LETTERS = 6
#: The minimum similarity of two spellings of a word.
_MIN_SPELLING_RATIO = 0.65


def _find_changes(old: list[str], new: list[str]) -> list[tuple[list[str], list[str]]] | None:
    """Return the runs of differing words; None if there are too many words to compare."""
    if len(old) > _MAX_WORDS or len(new) > _MAX_WORDS:
        return None
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return [(old[a:b], new[c:d]) for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal"]


def are_spellings(old: list[str], new: list[str]) -> bool:
    """Return whether two groups of words are equal except for misprints."""
    changes = _find_changes(old, new)
    return changes is not None and all(
        len(old_words) == len(now) and all(map(_is_spelling, old_words, now)) for old_words, now in changes
    )


def _is_spelling(one: str, other: str) -> bool:
    are_plain = all(word.islower() and len(word) > 2 for word in (one, other))
    return are_plain and SequenceMatcher(None, one, other).ratio() >= _MIN_SPELLING_RATIO


def is_edited_around(old: TextPart, new: TextPart) -> bool:
    """Return whether a sentence has the same words except for misprints; False if it is too long to compare."""
    if len(old.key) + len(new.key) > 20 * _MAX_WORDS:
        return False
    return are_spellings(split_words(old.key), split_words(new.key))


def describe_rewording(old: TextPart, new: TextPart, start: int, end: int) -> tuple[int, int]:
    """Return the span in the new part that replaces a span of the old part."""
    if (start, end) == (0, len(old.text)) or len(old.text) + len(new.text) > _MAX_LETTERS:
        return new.start, new.end
    matcher = SequenceMatcher(None, old.text, new.text, autojunk=False)
    begins, ends = 0, len(new.text)
    for tag, a, b, c, _d in matcher.get_opcodes():
        if a <= start <= b and (start < b or tag != "equal"):
            begins = c + (start - a if tag == "equal" else 0)
            break
    for tag, a, b, c, d in reversed(matcher.get_opcodes()):
        if a <= end <= b and (end > a or tag != "equal"):
            ends = c + (end - a) if tag == "equal" else d
            break
    while begins and new.text[begins - 1].isalnum():
        begins -= 1
    while ends < len(new.text) and new.text[ends].isalnum():
        ends += 1
    words = new.text[begins:ends]
    if not words.strip():
        return new.start, new.end
    begins += len(words) - len(words.lstrip())
    return new.start + begins, new.start + begins + len(words.strip())


def find_beginning(old: str, new: str) -> int:
    """Return where the old wording begins in an edited sentence; 0 if unknown."""
    if len(old) + len(new) > _MAX_LETTERS:
        return max(new.find(old[:20]), 0)
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    return next((block.b for block in blocks if block.size >= _MIN_COMMON_LETTERS), 0)

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


def _find_changes(old_words: list[str], new_words: list[str]) -> list[tuple[list[str], list[str]]] | None:
    """Return the runs of differing words; None if there are too many words to compare."""
    if len(old_words) > _MAX_WORDS or len(new_words) > _MAX_WORDS:
        return None
    matcher = SequenceMatcher(None, old_words, new_words, autojunk=False)
    return [
        (old_words[old_start:old_end], new_words[new_start:new_end])
        for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes()
        if tag != "equal"
    ]


def are_spellings(old_words_all: list[str], new_words_all: list[str]) -> bool:
    """Return whether two groups of words are equal except for misprints."""
    changes = _find_changes(old_words_all, new_words_all)
    return changes is not None and all(
        len(old_run) == len(new_run) and all(map(_is_spelling, old_run, new_run))
        for old_run, new_run in changes
    )


def _is_spelling(left_word: str, other_word: str) -> bool:
    are_plain = all(plain_word.islower() and len(plain_word) > 2 for plain_word in (left_word, other_word))
    return are_plain and SequenceMatcher(None, left_word, other_word).ratio() >= _MIN_SPELLING_RATIO


def has_only_misprints(old_part: TextPart, new_part: TextPart) -> bool:
    """Return whether a sentence has the same words except for misprints; False if it is too long to compare."""
    if len(old_part.key) + len(new_part.key) > 20 * _MAX_WORDS:
        return False
    return are_spellings(split_words(old_part.key), split_words(new_part.key))


def find_rewording(old_part: TextPart, new_part: TextPart, start: int, end: int) -> tuple[int, int]:
    """Return the span in the new part that replaces a span of the old part."""
    if (start, end) == (0, len(old_part.text)) or len(old_part.text) + len(new_part.text) > _MAX_LETTERS:
        return new_part.start, new_part.end
    matcher = SequenceMatcher(None, old_part.text, new_part.text, autojunk=False)
    rewording_start, rewording_end = 0, len(new_part.text)
    for tag, old_start, old_end, new_start, _new_end in matcher.get_opcodes():
        if old_start <= start <= old_end and (start < old_end or tag != "equal"):
            rewording_start = new_start + (start - old_start if tag == "equal" else 0)
            break
    for tag, old_start, old_end, new_start, new_end in reversed(matcher.get_opcodes()):
        if old_start <= end <= old_end and (end > old_start or tag != "equal"):
            rewording_end = new_start + (end - old_start) if tag == "equal" else new_end
            break
    while rewording_start and new_part.text[rewording_start - 1].isalnum():
        rewording_start -= 1
    while rewording_end < len(new_part.text) and new_part.text[rewording_end].isalnum():
        rewording_end += 1
    words = new_part.text[rewording_start:rewording_end]
    if not words.strip():
        return new_part.start, new_part.end
    rewording_start += len(words) - len(words.lstrip())
    return new_part.start + rewording_start, new_part.start + rewording_start + len(words.strip())


def find_beginning(old_text: str, new_text: str) -> int:
    """Return the position at which the old wording begins in an edited sentence; 0 if unknown."""
    if len(old_text) + len(new_text) > _MAX_LETTERS:
        return max(new_text.find(old_text[:20]), 0)
    blocks = SequenceMatcher(None, old_text, new_text, autojunk=False).get_matching_blocks()
    return next((block.b for block in blocks if block.size >= _MIN_COMMON_LETTERS), 0)

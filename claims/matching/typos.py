"""Typing errors: check whether one word may be a misspelling of another."""

from collections.abc import Iterator


def is_typo(word: str, other_word: str) -> bool:
    """Return whether two folded words differ by one letter, or by two swapped neighbouring letters."""
    if word == other_word or abs(len(word) - len(other_word)) > 1:
        return False
    if is_swap(word, other_word):
        return True
    shorter_word, longer_word = sorted((word, other_word), key=len)
    index = next(
        (position for position, letter in enumerate(shorter_word) if letter != longer_word[position]),
        len(shorter_word),
    )
    rest_start = index + 1 if len(shorter_word) == len(longer_word) else index
    return shorter_word[rest_start:] == longer_word[index + 1 :]


def is_swap(word: str, other_word: str) -> bool:
    """Return whether the words differ by two swapped neighbouring letters."""
    return (
        word != other_word
        and len(word) == len(other_word)
        and any(variant == other_word for variant in _swap_letters(word))
    )


def _swap_letters(word: str) -> Iterator[str]:
    return (
        word[:index] + word[index + 1] + word[index] + word[index + 2 :] for index in range(len(word) - 1)
    )

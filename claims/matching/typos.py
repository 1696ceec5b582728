"""Typing errors: check whether one word may be a misspelling of another."""

from collections.abc import Iterator


def is_typo(word: str, other: str) -> bool:
    """Return whether two folded words differ by one letter, or by two swapped neighbouring letters."""
    if word == other or abs(len(word) - len(other)) > 1:
        return False
    if is_swap(word, other):
        return True
    shorter, longer = sorted((word, other), key=len)
    at = next((place for place, letter in enumerate(shorter) if letter != longer[place]), len(shorter))
    rest = at + 1 if len(shorter) == len(longer) else at
    return shorter[rest:] == longer[at + 1 :]


def is_swap(word: str, other: str) -> bool:
    """Return whether the words differ by two swapped neighbouring letters."""
    return (
        word != other and len(word) == len(other) and any(variant == other for variant in _swap_letters(word))
    )


def _swap_letters(word: str) -> Iterator[str]:
    return (word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1))

"""Web-search syntax: `words "an exact phrase" either or other -without`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from claims.search.texts import UNSPACED, pairs, searchable
from claims.search.words import folded, without_grouping, word_pattern

# Keyboards and word processors write other quotation marks than the straight one.
_QUOTATION_MARKS = str.maketrans(dict.fromkeys("“”„‟«»＂", '"') | {"\0": " ", "\u3000": " "})
# In Hebrew one of them stands inside abbreviations: צה"ל.
_GERSHAYIM = re.compile(r'(?<=[\u05d0-\u05ea])"(?=[\u05d0-\u05ea])')
# A minus adheres to what it excludes, and to nothing before it: who pastes a text has dashes in it.
_PIECE = re.compile(r'(?P<minus>(?<!\S)-(?![\s-]))?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')

# Elisions before a word and suffixes of a name (l’eau, Putin’s), which are not searched.
_ELIDED = re.compile(r"(?<![^\W_])[cdjlmnst]['’](?=[^\W_])|['’]s(?![^\W_])", re.IGNORECASE)

# A word of so many letters says something without the number beside it.
_TELLING_LETTERS = 3


@dataclass(frozen=True)
class QueryPiece:
    """A phrase, or a word with what adheres to it; `start` and `end` enclose it in the search, without its marks."""

    start: int
    end: int
    is_phrase: bool
    is_excluded: bool


def plain(text: str) -> str:
    """Return the search with straight quotation marks around phrases. No character moves."""
    return _GERSHAYIM.sub("״", text.translate(_QUOTATION_MARKS))


def pieces(text: str) -> Iterator[QueryPiece]:
    """The words and phrases of a `plain` search."""
    for found in _PIECE.finditer(text):
        name = "word" if found["phrase"] is None else "phrase"
        yield QueryPiece(found.start(name), found.end(name), name == "phrase", bool(found["minus"]))


def websearch(text: str) -> str:
    """A search for PostgreSQL: of signs, only those that its own web-search syntax reads as they are meant.

    Compounds that are not one word are searched as a phrase (`long-term`), and so is text without spaces, in the
    indexed pairs.
    """
    text = without_grouping(plain(text))
    return " ".join(_asked_for(text[piece.start : piece.end], piece) for piece in pieces(text)).strip()


def _asked_for(inside: str, piece: QueryPiece) -> str:
    if _is_or(inside, piece):
        return "or"
    phrases = [_phrase(inside)] if piece.is_phrase or piece.is_excluded else list(_phrases(inside))
    minus = "-" if piece.is_excluded else ""
    return " ".join(f'{minus}"{words}"' for words in phrases if words)


def _is_or(inside: str, piece: QueryPiece) -> bool:
    return inside.lower() == "or" and not piece.is_phrase and not piece.is_excluded


def _phrase(text: str) -> str:
    """The words as they are indexed one after the other, but for what only the end of a run has."""
    words = searchable(text).split()
    return " ".join(words[:-1] if len(words) > 1 and UNSPACED.fullmatch(words[-1]) else words)


def _phrases(text: str) -> Iterator[str]:
    """The same for each separately searched part of a text."""
    text = folded(_ELIDED.sub(" ", text))
    end = 0
    for run in UNSPACED.finditer(text):
        yield from _numbers_apart(text[end : run.start()].split())
        yield pairs(run.group())
        end = run.end()
    yield from _numbers_apart(text[end:].split())


def _numbers_apart(words: list[str]) -> Iterator[str]:
    """Allow `covid 19` to be apart, which is faster; `g 20` means nothing unless together."""
    phrase: list[str] = []
    for word in words:
        beside = [*phrase[-1:], word]
        numbers = [part[0].isdecimal() for part in beside]
        if all(numbers) or (any(numbers) and min(map(len, _letters(beside))) >= _TELLING_LETTERS):
            yield " ".join(phrase)
            phrase = []
        phrase.append(word)
    yield " ".join(phrase)


def _letters(words: list[str]) -> list[str]:
    return [word for word in words if not word[0].isdecimal()]


def excludes(text: str) -> bool:
    """Whether a search says what it does not want."""
    return any(piece.is_excluded for piece in pieces(plain(text)))


def as_phrase(text: str) -> str | None:
    """Return the search as one phrase; None if it contains no excluding operator."""
    text = plain(text)
    if not excludes(text):
        return None
    return f'"{" ".join(text.replace(chr(34), " ").split())}"'


def wanted_words(text: str) -> Iterator[tuple[int, int]]:
    """Return the positions of wanted words in a `plain` search."""
    for piece in pieces(text):
        if piece.is_excluded or _is_or(text[piece.start : piece.end], piece):
            continue
        for word in word_pattern().finditer(text, piece.start, piece.end):
            yield word.span()


def wanted_runs(text: str) -> list[str]:
    """Return the wanted text of a `plain` search in scripts without spaces."""
    return [run for start, end in wanted_words(text) for run in UNSPACED.findall(text[start:end])]

"""Web-search syntax: `words "an exact phrase" either or other -without`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from claims.search.texts import (
    UNSPACED_PATTERN,
    compile_word_pattern,
    fold_text,
    make_searchable,
    pair_letters,
    remove_grouping,
)

# Keyboards and word processors write quotation marks other than the straight one.
_QUOTATION_MARKS = str.maketrans(dict.fromkeys("“”„‟«»＂", '"') | {"\0": " ", "\u3000": " "})
# In Hebrew, quotation marks also occur inside abbreviations: צה"ל.
_GERSHAYIM_PATTERN = re.compile(r'(?<=[\u05d0-\u05ea])"(?=[\u05d0-\u05ea])')
# A minus is attached to the word it excludes and to nothing before it, because pasted texts contain dashes.
_PIECE_PATTERN = re.compile(r'(?P<minus>(?<!\S)-(?![\s-]))?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')

# Elisions before a word and suffixes of a name (l’eau, Putin’s), which are not searched.
_ELIDED_PATTERN = re.compile(r"(?<![^\W_])[cdjlmnst]['’](?=[^\W_])|['’]s(?![^\W_])", re.IGNORECASE)

# A word of this many letters is meaningful without the number next to it.
_MEANINGFUL_LENGTH = 3


@dataclass(frozen=True)
class QueryPiece:
    """A phrase, or a word with attached signs, and the span of its words in the search."""

    start: int
    end: int
    is_phrase: bool
    is_excluded: bool


def straighten_quotes(text: str) -> str:
    """Return the search with straight quotation marks around phrases. Every character keeps its position."""
    return _GERSHAYIM_PATTERN.sub("״", text.translate(_QUOTATION_MARKS))


def split_pieces(text: str) -> Iterator[QueryPiece]:
    """Yield the words and phrases of a search whose quotation marks are straight (`straighten_quotes`)."""
    for match in _PIECE_PATTERN.finditer(text):
        name = "word" if match["phrase"] is None else "phrase"
        yield QueryPiece(match.start(name), match.end(name), name == "phrase", bool(match["minus"]))


def build_websearch(text: str) -> str:
    """Return a PostgreSQL web search that keeps only the signs that PostgreSQL interprets as intended.

    Compounds (`long-term`) are searched as phrases. Text without spaces is searched as a phrase of letter pairs.
    """
    text = remove_grouping(straighten_quotes(text))
    return " ".join(
        _render_piece(text[piece.start : piece.end], piece) for piece in split_pieces(text)
    ).strip()


def _render_piece(piece_text: str, piece: QueryPiece) -> str:
    if _is_or(piece_text, piece):
        return "or"
    phrases = (
        [_build_phrase(piece_text)]
        if piece.is_phrase or piece.is_excluded
        else list(_split_phrases(piece_text))
    )
    minus = "-" if piece.is_excluded else ""
    return " ".join(f'{minus}"{words}"' for words in phrases if words)


def _is_or(piece_text: str, piece: QueryPiece) -> bool:
    return piece_text.lower() == "or" and not piece.is_phrase and not piece.is_excluded


def _build_phrase(text: str) -> str:
    """Return a phrase's words as the index stores them. In unspaced scripts, a single last letter is left out."""
    words = make_searchable(text).split()
    return " ".join(words[:-1] if len(words) > 1 and UNSPACED_PATTERN.fullmatch(words[-1]) else words)


def _split_phrases(text: str) -> Iterator[str]:
    """Yield the parts of a text that are searched separately, each as a phrase."""
    text = fold_text(_ELIDED_PATTERN.sub(" ", text))
    end = 0
    for run in UNSPACED_PATTERN.finditer(text):
        yield from _split_numbers(text[end : run.start()].split())
        yield pair_letters(run.group())
        end = run.end()
    yield from _split_numbers(text[end:].split())


def _split_numbers(words: list[str]) -> Iterator[str]:
    """Yield the words as phrases, separating a number from its neighbour: `covid`, `19`. This makes the search
    faster. Short words stay with the number, because they mean little without it: `g 20`.
    """
    phrase_words: list[str] = []
    for word in words:
        adjacent_words = [*phrase_words[-1:], word]
        are_numbers = [adjacent_word[0].isdecimal() for adjacent_word in adjacent_words]
        if all(are_numbers) or (
            any(are_numbers) and min(map(len, _remove_numbers(adjacent_words))) >= _MEANINGFUL_LENGTH
        ):
            yield " ".join(phrase_words)
            phrase_words = []
        phrase_words.append(word)
    yield " ".join(phrase_words)


def _remove_numbers(words: list[str]) -> list[str]:
    return [word for word in words if not word[0].isdecimal()]


def has_exclusion(text: str) -> bool:
    """Return whether a search excludes words."""
    return any(piece.is_excluded for piece in split_pieces(straighten_quotes(text)))


def quote_as_phrase(text: str) -> str | None:
    """Return the whole search as one phrase if it contains a minus that excludes a word; otherwise None."""
    text = straighten_quotes(text)
    if not has_exclusion(text):
        return None
    return f'"{" ".join(text.replace(chr(34), " ").split())}"'


def find_wanted_words(text: str) -> Iterator[tuple[int, int]]:
    """Yield the start and end of each word or phrase that is not excluded. The text comes from `straighten_quotes`."""
    for piece in split_pieces(text):
        if piece.is_excluded or _is_or(text[piece.start : piece.end], piece):
            continue
        for word in compile_word_pattern().finditer(text, piece.start, piece.end):
            yield word.span()


def find_wanted_runs(text: str) -> list[str]:
    """Return the runs of letters of unspaced scripts that are not excluded. The text comes from `straighten_quotes`."""
    return [
        run for start, end in find_wanted_words(text) for run in UNSPACED_PATTERN.findall(text[start:end])
    ]

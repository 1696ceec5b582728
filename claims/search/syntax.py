"""Web-search syntax: `words "an exact phrase" either or other -without`, as PostgreSQL reads it."""

import re
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from claims.search.texts import UNSPACED, pairs, without_minus

# Only the straight quotation mark is one to PostgreSQL; keyboards and word processors write others.
_QUOTATION_MARKS = str.maketrans(dict.fromkeys("“”„‟«»＂", '"') | {"\0": " ", "\u3000": " "})
_PIECE = re.compile(r'(?P<minus>(?<![^\s"])-[\s-]*)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')


@dataclass(frozen=True)
class Piece:
    """A phrase, or a word with what adheres to it; `start` and `end` enclose it in the search, without its marks."""

    start: int
    end: int
    is_phrase: bool
    is_excluded: bool


def plain(text: str) -> str:
    """The search with the quotation marks that PostgreSQL knows. No character moves."""
    return text.translate(_QUOTATION_MARKS)


def pieces(text: str) -> Iterator[Piece]:
    """The words and phrases of a `plain` search."""
    for found in _PIECE.finditer(text):
        name = "word" if found["phrase"] is None else "phrase"
        yield Piece(found.start(name), found.end(name), name == "phrase", bool(found["minus"]))


def websearch(text: str) -> str:
    """A search for PostgreSQL, in which what is written without spaces is asked for in the pairs that are indexed."""
    text = without_minus(plain(text))
    if not UNSPACED.search(text):
        return text
    written, end = [], 0
    for piece in pieces(text):
        inside = text[piece.start : piece.end]
        if piece.is_phrase:
            inside = UNSPACED.sub(lambda run: f" {pairs(run.group())} ", inside)
        elif piece.is_excluded:  # all of it at once: a minus reaches as far as one phrase
            inside = '"' + UNSPACED.sub(lambda run: f" {pairs(run.group())} ", inside) + '"'
        else:
            inside = UNSPACED.sub(lambda run: f' "{pairs(run.group())}" ', inside)
        written += [text[end : piece.start], inside]
        end = piece.end
    return "".join([*written, text[end:]])


@cache
def word_pattern() -> re.Pattern[str]:
    r"""One word: what `\w` matches less the underscore, with the marks that many scripts write inside words."""
    marks = "".join(
        chr(code) for code in range(0x300, sys.maxunicode + 1) if unicodedata.category(chr(code))[0] == "M"
    )
    return re.compile(rf"[^\W_](?:[^\W_]|[{re.escape(marks)}])*")


def wanted_words(text: str) -> Iterator[tuple[int, int]]:
    """Where in a `plain` search the words stand that it wants found."""
    for piece in pieces(text):
        if piece.is_excluded:
            continue
        for word in word_pattern().finditer(text, piece.start, piece.end):
            if word.group().lower() != "or" or piece.is_phrase:
                yield word.span()


def wanted_runs(text: str) -> list[str]:
    """What a `plain` search wants found in scripts without spaces."""
    return [
        run
        for piece in pieces(text)
        if not piece.is_excluded
        for run in UNSPACED.findall(text[piece.start : piece.end])
    ]

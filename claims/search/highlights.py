"""Search highlights: fragments of a publication, with the positions of matching words.

The fragments contain no markup. Positions are numbers, so clients need not trust our HTML, and no text can imitate a
highlight.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from claims.search.queries import SearchReading
from claims.search.syntax import find_wanted_runs, straighten_quotes
from claims.search.texts import choose_stemmers, compile_word_pattern, fold_text
from factcheck.database.read_connections import fetch_rows

Document = dict[str, Any]
Span = tuple[int, int]

#: The maximum number of fragments per claim, and of characters per fragment.
FRAGMENT_LIMIT = 5
FRAGMENT_CHARACTERS = 240
#: The maximum number of characters before the first match.
_CHARACTERS_BEFORE = 60

# The number of initial letters that a word must share with the stem of a searched word to be checked as a match.
_SHARED_LETTERS = 3
_LEXEME_PATTERN = re.compile(r"'((?:[^']|'')*)'")
# Latin letters that only the database decomposes: æ, ø, ł …
_COMPOSED_PATTERN = re.compile(r"[\u00c0-\u024f\u1e00-\u1eff]")


def find_highlights(bodies: Iterable[bytes], reading: SearchReading) -> dict[str, list[Document]]:
    """Return the matching fragments of each claim by id, with fragments of the statement first.

    `pointer` locates the source text in the claim (JSON Pointer, RFC 6901), `start` is the fragment's offset there,
    `text` is the fragment itself, and `marks` has the start and end of each match in it. Offsets count Unicode code
    points.
    """
    claims = [(document, _join_languages(document)) for document in map(json.loads, bodies)]
    runs = find_wanted_runs(straighten_quotes(reading.searched_text))
    matching_words = _find_matching_words(claims, reading)
    highlights: dict[str, list[Document]] = {}
    for document, languages in claims:
        fragments = []
        for pointer, text in _iterate_texts(document):
            spans = [
                word.span()
                for word in compile_word_pattern().finditer(text)
                if (languages, word.group()) in matching_words
            ]
            spans += [match.span() for run in runs for match in re.finditer(re.escape(run), text)]
            if spans:
                fragments.append({"pointer": pointer, **_cut_fragment(text, _merge_spans(spans))})
        highlights[str(document["id"])] = fragments[:FRAGMENT_LIMIT]
    return highlights


def _join_languages(document: Document) -> str:
    """Return the names of the stemmers that apply to a claim, separated by spaces."""
    return " ".join(
        choose_stemmers([document["language"], *(verdict["language"] for verdict in document["verdicts"])])
    )


def _iterate_texts(document: Document) -> Iterator[tuple[str, str]]:
    """Yield the searched texts of a document, each with its JSON Pointer."""
    yield "/statement", document["statement"]
    if document["claimant"]:
        yield "/claimant/name", document["claimant"]["name"]
    for number, topic in enumerate(document["topics"]):
        yield f"/topics/{number}/name", topic["name"]
    yield "/context", document["context"]
    for number, verdict in enumerate(document["verdicts"]):
        yield f"/verdicts/{number}/title", verdict.get("title", "")
        yield f"/verdicts/{number}/summary", verdict["summary"]
        yield f"/verdicts/{number}/explanation", verdict["explanation"]
        yield f"/verdicts/{number}/publisher/name", verdict["publisher"]["name"]
    for number, appearance in enumerate(document["appearances"]):
        yield f"/appearances/{number}/exact", appearance["exact"]
    for number, media in enumerate(document.get("media", ())):
        yield f"/media/{number}/caption", media["caption"]
        yield f"/media/{number}/alternative_text", media["alternative_text"]


def _find_matching_words(claims: list[tuple[Document, str]], reading: SearchReading) -> set[tuple[str, str]]:
    """Return the words of claims that match a searched word, with their claim's stemmers: ("english", "taxes")."""
    stems = {lexeme.partition(":")[2] or lexeme for lexeme in _LEXEME_PATTERN.findall(reading.ranking)}
    beginnings = {fold_text(stem)[:_SHARED_LETTERS] for stem in stems}
    lexemes = {
        (languages, word)
        for document, languages in claims
        for _, text in _iterate_texts(document)
        for word in compile_word_pattern().findall(text)
    }
    candidates = [
        (languages, word, words)
        for languages, word in lexemes
        if (words := fold_text(word)) and _may_match(words, beginnings)
    ]
    if not candidates:
        return set()
    rows = fetch_rows(
        "SELECT languages, word FROM unnest(%s::text[], %s::text[], %s::text[]) AS asked (languages, word, words)"
        " WHERE claims_search_vector(string_to_array(languages, ' '), words) @@ %s::tsquery",
        [*map(list, zip(*candidates, strict=True)), reading.ranking],
    )
    return {(languages.decode(), word.decode()) for languages, word in rows}


def _may_match(words: str, beginnings: set[str]) -> bool:
    return bool(_COMPOSED_PATTERN.search(words)) or any(beginning in words for beginning in beginnings)


def _merge_spans(spans: list[Span]) -> list[Span]:
    """Return the spans in order, with overlapping spans merged."""
    merged_spans: list[Span] = []
    for start, end in sorted(spans):
        if merged_spans and start < merged_spans[-1][1]:
            merged_spans[-1] = (merged_spans[-1][0], max(end, merged_spans[-1][1]))
        else:
            merged_spans.append((start, end))
    return merged_spans


def _cut_fragment(text: str, spans: list[Span]) -> Document:
    """Return the part of the text with the most matches, as a fragment with its matches marked."""
    if len(text) <= FRAGMENT_CHARACTERS:
        start_position, end = 0, len(text)
    else:
        width = FRAGMENT_CHARACTERS - _CHARACTERS_BEFORE
        first_start = max(
            (start for start, _ in spans),
            key=lambda start: (sum(start <= other_start < start + width for other_start, _ in spans), -start),
        )
        start_position = max(0, min(first_start - _CHARACTERS_BEFORE, len(text) - FRAGMENT_CHARACTERS))
        end = start_position + FRAGMENT_CHARACTERS
        # Only whole words, in scripts with spaces.
        if start_position and (space := text.find(" ", start_position, first_start)) >= 0:
            start_position = space + 1
        if end < len(text) and (space := text.rfind(" ", first_start, end)) > first_start:
            end = space
    marks = [
        [start - start_position, mark_end - start_position]
        for start, mark_end in spans
        if start_position <= start and mark_end <= end
    ]
    return {"start": start_position, "text": text[start_position:end], "marks": marks}

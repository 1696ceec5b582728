"""Turn transcripts (WebVTT, SubRip, or plain text with times) into running text, with the time of each part."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from sources.extraction.broken_lines import choose_separator
from sources.extraction.clean_text import clean_line, clean_text

from .document import Cue, Document, ExtractionError
from .language import choose_language

VTT, SUBRIP, PLAIN = "text/vtt", "application/x-subrip", "text/plain"

#: A sentence ends its paragraph if this many seconds of silence follow, or the paragraph has this many characters.
SILENCE_SECONDS, LONG_PARAGRAPH_LENGTH = 2.5, 500
#: The length of a paragraph in a machine transcript without full stops.
UNPUNCTUATED_PARAGRAPH_LENGTH = 300

_CLOCK = r"(?:(\d{1,3}):)?(\d{1,3}):(\d{2})(?:[.,](\d{1,3}))?"
_TIMING_PATTERN = re.compile(rf"\s*{_CLOCK}\s*-->\s*{_CLOCK}(?:\s.*)?")
# A line may begin with 0:05, with [00:01:05] or (1:05), or with 12:30.5 and a dash.
_TIME_MARK = re.compile(rf"\s*[\[(]?{_CLOCK}[\])]?(?:\s*[-–—:]?\s+(.*)|\s*)")
# YouTube's additions for screen readers: "1 minute, 5 seconds".
_SPOKEN_MARK = re.compile(r"\d+ (?:hour|minute|second)s?(?:, \d+ (?:minute|second)s?)*")
_VOICE_TAG = re.compile(r"<v(?:\.[^\s<>]*)?\s+([^<>]{1,100})>")
_WORD_TIME = re.compile(r"<\d{1,3}:\d{2}(?::\d{2})?[.,]\d{1,3}>")
_TAG_PATTERN = re.compile(r"</?[A-Za-z0-9.:][^<>]{0,200}>|</?[A-Za-z]>|\{\\[^{}]{0,100}\}")
_SOUND_NOTE = re.compile(r"(?:[\[(（【♪♫][^\])）】]*[\])）】♪♫]?\s*|♪|♫)+")
_SPEAKER_CHANGE = re.compile(r"(?:>>+|[-–—])\s*(?=\S)")
_NAMED_SPEAKER = re.compile(r"[^\W\d_][^:.!?]{1,40}:\s")
_SENTENCE_END = re.compile(r"[.!?…。！？।؟][\"'”’“‘»«」』)\]]*$")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A cue as read from the file: lines shown together, and their times."""

    begins: float
    ends: float
    lines: tuple[str, ...]
    is_rolling: bool = False
    """Whether its words have their own times. Lines then stay on screen while the next ones are spoken."""


def extract_transcript(text: str, *, is_known_transcript: bool = False) -> Document | None:
    """Extract the document from a transcript; None if the text is not one.

    Args:
        is_known_transcript: the caller states that the text is a transcript, so fewer times are enough.

    Raises:
        ExtractionError: the text is a transcript without words.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    header = lines[0].lstrip("\ufeff").strip()
    if header.startswith("WEBVTT"):
        media_type, pieces = VTT, _read_timed(lines[1:])
    elif any(map(_TIMING_PATTERN.fullmatch, lines[:50])):
        media_type, pieces = SUBRIP, _read_timed(lines)
    else:
        media_type, pieces = PLAIN, _read_marked(lines)
        if not _are_times(pieces, lines, is_known_transcript):
            return None
    spoken_text, cues = _write_text(_iterate_utterances(pieces))
    if not any(map(str.isalpha, spoken_text)):
        raise ExtractionError("no_text", "This transcript has no words. Check that the file is complete.")
    overrides = (
        next((line for line in lines[1:20] if line.startswith("Language:")), "") if media_type == VTT else ""
    )
    return Document(
        title=clean_line(header.removeprefix("WEBVTT").lstrip(" -–—")) if media_type == VTT else "",
        byline="",
        published_on=None,
        language=choose_language(overrides.partition(":")[2], spoken_text),
        publisher="",
        canonical_url="",
        text=spoken_text,
        media_type=media_type,
        extractor="transcript 1",
        cues=tuple(cues),
    )


# The cues of the file


def _read_timed(lines: list[str]) -> list[_Piece]:
    """Return the cues of WebVTT or SRT: a line with two times, and the lines below it."""
    pieces: list[_Piece] = []
    lines_shown: list[str] = []
    is_note = False
    for number, line in enumerate(lines):
        if timing := _TIMING_PATTERN.fullmatch(line):
            if (
                lines_shown
                and number
                and lines[number - 1].strip() == lines_shown[-1]
                and _is_name(lines, number, bool(pieces))
            ):
                lines_shown.pop()
            pieces = _close_piece(pieces, lines_shown)
            pieces.append(
                _Piece(_parse_seconds(timing.groups()[:4]), _parse_seconds(timing.groups()[4:]), ())
            )
            lines_shown, is_note = [], False
        elif not line.strip():
            is_note = False
        elif re.match(r"(?:NOTE|STYLE|REGION)\b", line) and (not number or not lines[number - 1].strip()):
            is_note = True
        elif not is_note:
            lines_shown.append(line.strip())
    return _close_piece(pieces, lines_shown)


def _is_name(lines: list[str], number: int, has_earlier: bool) -> bool:
    """Return whether the line above a timing is the cue's number or name: a single line below a blank one."""
    return not has_earlier or number < 2 or not lines[number - 2].strip()


def _close_piece(pieces: list[_Piece], lines_shown: list[str]) -> list[_Piece]:
    if pieces:
        pieces[-1] = replace(
            pieces[-1], lines=tuple(lines_shown), is_rolling=any(map(_WORD_TIME.search, lines_shown))
        )
    return pieces


def _read_marked(lines: list[str]) -> list[_Piece]:
    """Return pieces of plain text: a time at the beginning of a line, and the text up to the next time."""
    pieces: list[_Piece] = []
    for line in lines:
        if mark := _TIME_MARK.fullmatch(line):
            begins = _parse_seconds(mark.groups()[:4])
            pieces.append(_Piece(begins, begins, (mark[5],) if mark[5] else ()))
        elif pieces and line.strip() and not (not pieces[-1].lines and _SPOKEN_MARK.fullmatch(line.strip())):
            pieces[-1] = replace(pieces[-1], lines=(*pieces[-1].lines, line.strip()))
    ends = [next_piece.begins for _, next_piece in pairwise(pieces)]
    return [
        replace(piece, ends=end)
        for piece, end in zip(pieces, [*ends, *(p.begins for p in pieces[-1:])], strict=True)
    ]


def _are_times(pieces: list[_Piece], lines: list[str], is_known_transcript: bool) -> bool:
    """Return whether these are times in a recording, not clock times or match results."""
    if not pieces or any(successor.begins < piece.begins for piece, successor in pairwise(pieces)):
        return False
    if is_known_transcript:
        return True
    non_blank_line_count = sum(1 for line in lines if line.strip())
    return len(pieces) >= 5 and pieces[0].begins <= 60 and len(pieces) * 5 >= non_blank_line_count


def _parse_seconds(clock: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, fraction = clock
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0) + float(f"0.{fraction or 0}")


# The spoken text


@dataclass(frozen=True, slots=True)
class _Utterance:
    begins: float
    ends: float
    words: str
    is_turn: bool
    """Whether another person begins to speak."""


def _iterate_utterances(pieces: list[_Piece]) -> Iterator[_Utterance]:
    """Yield the new words of each cue, without lines that are still on screen from the previous cue."""
    is_rolling = any(piece.is_rolling for piece in pieces)
    screen: list[str] = []
    speaker = ""
    for piece in pieces:
        lines = [(line, _clean_words(line)) for line in piece.lines]
        lines = [(line, words) for line, words in lines if words]
        texts = [words for _, words in lines]
        if is_rolling and screen:
            repeated_count = max(
                k for k in range(min(len(screen), len(texts)) + 1) if screen[-k:] == texts[:k] or not k
            )
            lines = lines[repeated_count:]
        screen = texts or screen
        gathered_words: list[str] = []
        is_turn = False
        for line, words in lines:
            voice = _VOICE_TAG.search(line)
            name = clean_line(html.unescape(voice[1])) if voice else ""
            turn_mark = _SPEAKER_CHANGE.match(words)
            begins_turn = bool((name and name != speaker) or turn_mark or _NAMED_SPEAKER.match(words))
            if begins_turn and gathered_words:
                yield _Utterance(piece.begins, piece.ends, _join_lines(gathered_words), is_turn)
                gathered_words, is_turn = [], False
            is_turn |= begins_turn
            speech = words[turn_mark.end() :] if turn_mark else words
            gathered_words.append(f"{name}: {speech}" if name and name != speaker else speech)
            speaker = name or speaker
        if gathered_words:
            yield _Utterance(piece.begins, piece.ends, _join_lines(gathered_words), is_turn)


def _clean_words(line: str) -> str:
    words = clean_line(html.unescape(_TAG_PATTERN.sub("", _WORD_TIME.sub("", line))))
    return "" if _SOUND_NOTE.fullmatch(words) else words


def _write_text(utterances: Iterator[_Utterance]) -> tuple[str, list[Cue]]:
    """Return running text in paragraphs, and the position of each utterance."""
    all_utterances = list(utterances)
    end_count = sum(1 for utterance in all_utterances if _SENTENCE_END.search(utterance.words))
    letter_count = sum(len(utterance.words) for utterance in all_utterances)
    is_punctuated = end_count * 2 * LONG_PARAGRAPH_LENGTH >= letter_count
    parts: list[str] = []
    cues: list[Cue] = []
    position = paragraph_start = 0
    for number, utterance in enumerate(all_utterances):
        if number:
            previous = all_utterances[number - 1]
            is_end = not is_punctuated or bool(_SENTENCE_END.search(previous.words))
            length = position - paragraph_start
            is_long = length > (LONG_PARAGRAPH_LENGTH if is_punctuated else UNPUNCTUATED_PARAGRAPH_LENGTH)
            is_silent = utterance.begins - previous.ends >= SILENCE_SECONDS
            if utterance.is_turn or (is_end and (is_long or is_silent)):
                separator, paragraph_start = "\n\n", position + 2
            else:
                separator = choose_separator(previous.words, utterance.words)
            parts.append(separator)
            position += len(separator)
        cues.append(Cue(position, utterance.begins, max(utterance.begins, utterance.ends)))
        parts.append(utterance.words)
        position += len(utterance.words)
    text = "".join(parts)
    # If the joined text needs cleaning, the offsets of the cues would be wrong, so it gets no cues.
    return (text, cues) if clean_text(text) == text else (clean_text(text), [])


def _join_lines(lines: list[str]) -> str:
    text = lines[0]
    for line in lines[1:]:
        text += choose_separator(text, line) + line
    return text

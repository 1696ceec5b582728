"""Normalise text for storage: one form for the same words, no invisible characters."""

import re
import unicodedata

import ftfy
from ftfy.badness import is_bad

# Line ends of every system and standard; form feeds are page breaks.
_C1_PATTERN = re.compile("[\x80-\x9f]")
_LINE_END = re.compile("\r\n?|[\x0b\x0c\u2028\u2029]")
# Controls, lone surrogates, non-characters, interlinear marks, and invisible line-break hints.
_JUNK_PATTERN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u180e\u200b\u2060-\u2064\u206a-\u206f\ufeff\ufff0-\ufffc\ufdd0-\ufdef\ufffe\uffff"
    "\ud800-\udfff\u202d\u202e]"
)
# Joiners shape letters in Persian, Indian scripts and emoji; between Latin letters they are junk.
_STRAY_JOINER = re.compile("(?<![^\x00-\x7f])[\u200c\u200d]+|[\u200c\u200d]+(?![^\x00-\x7f])")
_DIRECTION_MARK = re.compile("[\u061c\u200e\u200f\u202a-\u202c\u2066-\u2069]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_BLANKS_PATTERN = re.compile("[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]{2,}|\t")
_EDGE_BLANKS = re.compile(
    "[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]*\n[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]*"
)
_PARAGRAPH_END = re.compile("\n{2,}")


def clean_text(text: str) -> str:
    """Clean a text without changing its words: NFC, one blank line between paragraphs, no invisible characters."""
    # Removing something may reveal more to repair, so this repeats until nothing changes; usually once is enough.
    while (cleaned_text := _clean_once(text)) != text:
        text = cleaned_text
    return text


def clean_line(text: str) -> str:
    """Normalise a title or name to one line."""
    return " ".join(clean_characters(_repair_encoding(text)).split())


def _clean_once(text: str) -> str:
    text = clean_characters(_LINE_END.sub("\n", _repair_encoding(text)))
    # A single no-break space is correct French typography, so only runs of spaces are collapsed.
    return _PARAGRAPH_END.sub("\n\n", _EDGE_BLANKS.sub("\n", _BLANKS_PATTERN.sub(" ", text))).strip()


def _repair_encoding(text: str) -> str:
    """Repair UTF-8 that was read as a Western encoding and saved.

    This must run first: misread characters contain control characters, which later cleaning would remove. The control
    characters 80 to 9F are never intended: they are quotation marks and dashes in windows-1252.
    """
    return ftfy.fix_encoding(text) if _C1_PATTERN.search(text) or is_bad(text) else text


def clean_characters(text: str) -> str:
    """Normalise to NFC without invisible characters; the cheap part of cleaning, for correctly decoded text."""
    text = _STRAY_JOINER.sub("", _JUNK_PATTERN.sub("", text))
    if not _RIGHT_TO_LEFT.search(text):
        text = _DIRECTION_MARK.sub("", text)
    return unicodedata.normalize("NFC", text)

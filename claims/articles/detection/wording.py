"""Write the statement of a claim for editors: without outer quotation marks or a closing "…, she said"."""

from claims.articles.detection.attribution import SentenceSpeaker
from claims.articles.detection.boilerplate import TERMINAL_MARKS
from claims.articles.detection.quotations import QUOTATION_MARKS, Quotations

_OPENING_MARKS = "\"“„«»”「『‘'‹ \u00a0\u202f"
_SINGLE_MARKS = "'’‘"


def build_statement(sentence: str, sentence_speaker: SentenceSpeaker | None) -> str:
    """Return a sentence as the wording of a claim, with white space folded."""
    text = sentence
    if (
        sentence_speaker is not None
        and sentence_speaker.tail_start is not None
        and 0 < sentence_speaker.tail_start < len(sentence)
    ):
        text = _add_full_stop(sentence[: sentence_speaker.tail_start], sentence)
    return " ".join(_remove_outer_marks(text).split())


def _remove_outer_marks(text: str) -> str:
    """Return the text without quotation marks around the whole sentence, and without unpaired marks."""
    spans = Quotations(text).spans
    if len(spans) == 1:
        span = spans[0]
        texts_outside = text[: span.start].strip(), text[span.end :].strip(" ,.。")
        if texts_outside == ("", ""):
            inner_text = text[span.start + 1 : span.end - (1 if span.is_closed else 0)].strip()
            return _add_full_stop(inner_text, text) if inner_text else text
        if not span.is_closed:
            return text[: span.start] + text[span.start + 1 :]
    if not spans:
        stray_marks = [index for index, character in enumerate(text) if character in QUOTATION_MARKS]
        if len(stray_marks) == 1:
            return (text[: stray_marks[0]] + text[stray_marks[0] + 1 :]).strip()
    return text


def _add_full_stop(text: str, sentence: str) -> str:
    """Return the wording with a full stop in place of the comma before "she said"."""
    marks = ""
    body = text.rstrip()
    while body and (body[-1] in QUOTATION_MARKS or body[-1] in _SINGLE_MARKS or body[-1] in ",，،、 "):
        if body[-1] in QUOTATION_MARKS:
            marks = body[-1] + marks
        body = body[:-1]
    if not body or body[-1] in TERMINAL_MARKS:
        return body + marks
    last_mark = sentence.rstrip(_OPENING_MARKS + "”’»」』")[-1:]
    return body + marks + (last_mark if last_mark in TERMINAL_MARKS and last_mark not in "?？؟" else ".")
